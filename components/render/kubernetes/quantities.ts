/** Numbers as the API server would write them, so that what is read back is what was sent. */

/** CPU cores: whole ones as they are, others in thousandths. */
export function cpuQuantity(cores: number): string {
  const thousandths = Math.max(1, Math.round(cores * 1000));
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}

/** Memory or disk, from GiB: in whole GiB or MiB. */
export function byteQuantity(gib: number): string {
  const mib = Math.max(1, Math.round(gib * 1024));
  return mib % 1024 === 0 ? `${mib / 1024}Gi` : `${mib}Mi`;
}

/** A plain number, such as a metric's target: whole, or in thousandths. */
export function numberText(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/** A duration of the Gateway API (GEP-2257), which has at most five digits before each unit. */
export function gatewayDuration(milliseconds: number): string {
  const [minutes, seconds, rest] = [
    Math.floor(milliseconds / 60_000),
    Math.floor((milliseconds % 60_000) / 1000),
    milliseconds % 1000,
  ];
  const parts = [`${minutes}m`, `${seconds}s`, `${rest}ms`].filter((part) => !part.startsWith("0"));
  return parts.length > 0 ? parts.join("") : "0s";
}
