/** A shorter part of a value would take too much of a log with it; as the supervisor has it. */
const shortestHidden = 6;

/** Takes the values, and the lines of longer ones, out of a text. */
export function hider(values: readonly string[]): (text: string) => string {
  const parts = new Set(values.flatMap((value) => [value, ...value.split(/\r?\n/)]));
  const hidden = [...parts].filter((part) => part.length >= shortestHidden).sort((a, b) => b.length - a.length);
  if (hidden.length === 0) {
    return (text) => text;
  }
  const pattern = new RegExp(hidden.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"), "g");
  return (text) => text.replace(pattern, "[secret]");
}
