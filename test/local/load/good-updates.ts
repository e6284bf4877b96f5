import type { Update } from "../../support/updates";
import type { MarkedClone } from "./marked-clone";
import type { Scorer } from "./scorers";

export const diabetesModels = 4;

/** Updates that must pass, each as often as it is worth it. */
export function goodUpdates(marked: MarkedClone): Update[] {
  const script = (...names: Scorer[]): Update => ({
    name: `score.py of ${names.join(", ")}`,
    edit: (number) => names.forEach((name) => marked.markScript(name, number)),
  });
  const model = (scorer: "diabetes" | "digits"): Update => ({
    name: `model of ${scorer}`,
    edit: () => marked.markModel(scorer),
  });
  const option = (service: string, name: string, values: readonly unknown[]): Update => ({
    name: `${name} of ${service}`,
    edit: (number) =>
      marked.setOptions(service, number, (options) => ({ [name]: values.find((value) => value !== options[name]) })),
  });
  return [
    ...times(5, script("diabetes")),
    ...times(4, script("digits")),
    ...times(4, script("wine")),
    ...times(2, script("diabetes", "digits", "wine")),
    ...times(diabetesModels, model("diabetes")),
    ...times(3, model("digits")),
    ...times(2, option("diabetes-keyed", "workers", [2, 1])),
    ...times(2, option("wine", "workers", [2, 1])),
    ...times(2, option("wine", "server", ["scorestack", "azmlinfsrv"])),
    ...times(2, option("diabetes", "maxBatchSize", [4, 8])),
    ...times(2, option("digits", "maxConcurrentRequests", [32, 48])),
    ...times(2, commentAndRelease(marked)),
    ...times(2, otherPackages(marked)),
    scriptModelAndOption(marked),
    scriptTakenBack(marked),
  ];
}

function scriptModelAndOption(marked: MarkedClone): Update {
  return {
    name: "score.py of wine, model of digits, environment variable of diabetes",
    edit: (number) => {
      marked.markScript("wine", number);
      marked.markModel("digits");
      marked.setOptions("diabetes", number);
    },
  };
}

/** The content of an earlier image, which is there already. */
function scriptTakenBack(marked: MarkedClone): Update {
  return { name: "score.py of wine, as it was at first", edit: () => marked.markScript("wine", 0) };
}

/** The comment alone moves nothing. */
function commentAndRelease(marked: MarkedClone): Update {
  return {
    name: "a comment in conda.yml and an environment variable of diabetes-keyed",
    edit: (number) => {
      marked.clone.edit("scorers/diabetes/conda.yml", (text) => `${text}# ${number}\n`);
      marked.setOptions("diabetes-keyed", number);
    },
  };
}

/** Another environment, and back again. */
function otherPackages(marked: MarkedClone): Update {
  const line = "      - tomli==2.2.1\n";
  return {
    name: "a package and score.py of digits",
    edit: (number) => {
      const change = (text: string): string => (text.includes(line) ? text.replace(line, "") : `${text}${line}`);
      marked.clone.edit("scorers/digits/conda.yml", change);
      marked.markScript("digits", number);
    },
  };
}

function times(count: number, update: Update): Update[] {
  return Array.from({ length: count }, () => update);
}
