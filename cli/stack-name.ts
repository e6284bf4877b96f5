/** Whether a stack lives on this machine alone: `local`, and `local-…`. */
export function isLocalStack(name: string): boolean {
  return name === "local" || name.startsWith("local-");
}
