/** `812 B`, `3.4 kB`, `12 MB`: by thousands, as registries tell it. */
export function byteText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let [size, unit] = [bytes, 0];
  while (size >= 999.5 && unit < units.length - 1) {
    [size, unit] = [size / 1000, unit + 1];
  }
  return `${unit === 0 || size >= 9.95 ? Math.round(size) : size.toFixed(1)} ${units[unit] ?? ""}`;
}

/** `34.40 USD`, with a sign where it is a change. */
export function dollars(amount: number, isChange = false): string {
  const sign = amount < 0 ? "−" : isChange && amount > 0 ? "+" : "";
  return `${sign}${Math.abs(amount).toFixed(2)} USD`;
}

/** The first of many. */
export function cut(names: readonly string[], most = 8): string {
  return names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;
}
