/** Python versions the inference server runs on (azureml-inference-server-http 1.5.1: its classifiers), as `3.<minor>`. */
export const supportedMinors = [9, 10, 11, 12] as const;

const clausePattern = /^(==|!=|~=|<=|>=|<|>)(\d+(?:\.\d+)*)(\.\*)?$/;

/** Whether a PEP 440 specifier set of plain release numbers, such as `>=3.9,<3.13`, can be read. */
export function isSpecifier(specifier: string): boolean {
  return specifier === "" || specifier.split(",").every((clause) => isClause(clause.trim()));
}

/** Whether a specifier set admits some release of Python that the inference server supports. */
export function admitsSupportedPython(specifier: string): boolean {
  return oldestPython(specifier) !== undefined;
}

/** The oldest supported Python, `3.<minor>`, that a specifier set admits; undefined if it admits none. */
export function oldestPython(specifier: string): string | undefined {
  const patches = Array.from({ length: 40 }, (_, patch) => patch);
  const minor = supportedMinors.find((candidate) => patches.some((patch) => admits(specifier, [3, candidate, patch])));
  return minor === undefined ? undefined : `3.${minor}`;
}

function isClause(clause: string): boolean {
  const [, operator, version, wildcard] = clausePattern.exec(clause) ?? [];
  if (operator === undefined || version === undefined) {
    return false;
  }
  return wildcard === undefined ? operator !== "~=" || version.includes(".") : operator === "==" || operator === "!=";
}

function admits(specifier: string, release: readonly number[]): boolean {
  return specifier === "" || specifier.split(",").every((clause) => holds(clause.trim(), release));
}

function holds(clause: string, release: readonly number[]): boolean {
  const [, operator, version = "", wildcard] = clausePattern.exec(clause) ?? [];
  const wanted = version.split(".").map(Number);
  const order = compare(wildcard ? release.slice(0, wanted.length) : release, wanted);
  switch (operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "~=":
      return order >= 0 && compare(release.slice(0, wanted.length - 1), wanted.slice(0, -1)) === 0;
    case "<=":
      return order <= 0;
    case ">=":
      return order >= 0;
    case "<":
      return order < 0;
    default:
      return order > 0;
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}
