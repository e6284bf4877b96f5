import type { Rule } from "./problems";

/** Names as Azure Machine Learning had them in 2019 (azureml-core 1.61.0). */

/** A model's name. */
export const modelName: Rule<string> = nameRule(
  /^[A-Za-z0-9][A-Za-z0-9-._]{0,254}$/,
  "must be 1 to 255 letters, digits, dashes, dots and underscores, a letter or digit first",
  (name) =>
    name
      .replace(/[^A-Za-z0-9-._]+/g, "-")
      .replace(/^[^A-Za-z0-9]+/, "")
      .slice(0, 255),
);

/** An image's name. */
export const imageName: Rule<string> = nameRule(
  /^(?=.{3,32}$)[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/,
  "must be 3 to 32 lower-case letters, digits, dashes and dots, a letter or digit first and last",
  (name) => trimmed(name.toLowerCase().replace(/[^-.a-z0-9]+/g, "-")),
);

/** A service's name. */
export const serviceName: Rule<string> = nameRule(
  /^(?=.{3,32}$)[a-z]([-a-z0-9]*[a-z0-9])?$/,
  "must be 3 to 32 lower-case letters, digits and dashes, a letter first and no dash last",
  (name) =>
    trimmed(
      name
        .toLowerCase()
        .replace(/[^-a-z0-9]+/g, "-")
        .replace(/^[^a-z]+/, ""),
    ),
);

/** A rule for names; `repair` makes the suggestion, where one can be made. */
export function nameRule(
  pattern: RegExp,
  must: string,
  repair: (name: string) => string = (name) => name,
): Rule<string> {
  const holds = (name: string): boolean => typeof name === "string" && pattern.test(name);
  return {
    must,
    holds,
    remedy: (name) => {
      const suggestion = typeof name === "string" ? repair(name) : "";
      return holds(suggestion) ? `for example '${suggestion}'` : undefined;
    },
  };
}

function trimmed(name: string): string {
  return name
    .slice(0, 32)
    .replace(/^[^a-z0-9]+/, "")
    .replace(/[^a-z0-9]+$/, "");
}
