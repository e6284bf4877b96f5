import pc from "picocolors";

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  /** Numbers stand on the right. */
  readonly align?: "left" | "right";
  readonly color?: (row: Row) => (text: string) => string;
}

/** Aligned columns, two spaces apart, titles first; colour only where the terminal takes it (`NO_COLOR`). */
export function renderTable<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((line) => (line[index] ?? "").length)),
  );
  const pad = (text: string, index: number): string => {
    const width = widths[index] ?? 0;
    return columns[index]?.align === "right" ? text.padStart(width) : text.padEnd(width);
  };
  const head = columns
    .map((column, index) => pad(column.title, index))
    .join("  ")
    .trimEnd();
  const body = rows.map((row, line) =>
    columns
      .map((column, index) => (column.color?.(row) ?? String)(pad(cells[line]?.[index] ?? "", index)))
      .join("  ")
      .trimEnd(),
  );
  return [pc.bold(head), ...body].join("\n");
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** `512 B`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step] ?? "B"}`;
}

/** `45 s`, `3 min`, `2 h 05 min`, `4 d 3 h`. */
export function formatDuration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) {
    return `${Math.max(0, Math.floor(milliseconds / 1000))} s`;
  }
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? `${hours} h ${String(minutes % 60).padStart(2, "0")} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `2026-11-22 20:15`, in the time zone of this machine. */
export function shortDate(timestamp: string): string {
  const time = new Date(timestamp);
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16).replace("T", " ");
}
