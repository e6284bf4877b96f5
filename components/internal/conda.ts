import { isMap, isScalar, isSeq, LineCounter, parseDocument, type ParsedNode } from "yaml";
import { needsConda, pypiNames } from "./conda-names";
import { byCodeUnits } from "./canonical-json";
import { requirementName } from "./lock";
import { type Fault, shown } from "./problems";
import { admitsSupportedPython, isSpecifier } from "./python-version";

/** What a conda file asks for, in PyPI's terms. */
export interface CondaFile {
  /** PEP 440 specifier of the interpreter; empty when the file names none. */
  readonly python: string;
  /** PEP 508 requirements, sorted by code units. */
  readonly requirements: readonly string[];
  readonly faults: readonly Fault[];
}

export { lockFits, lockHeader } from "./lock";

const knownKeys = new Set(["name", "channels", "dependencies", "prefix"]);
const servers = ["azureml-inference-server-http", "azureml-defaults"];
/** What the files of `runtime/` need beside the inference server. */
const runtimeRequirements = ["httptools>=0.6,<1", "uvicorn>=0.30,<1"];
const tools = new Set(["pip", "setuptools", "wheel"]);
const condaShape = "must list packages as 'name', 'name=version' or 'name>=version'";
const condaPattern = /^(?:\S+::)?([A-Za-z0-9_][A-Za-z0-9_.-]*)\s*([^A-Za-z0-9_.-].*|\s\S.*)?$/s;
const clausePattern = /^(==|=|!=|~=|<=|>=|<|>)?([A-Za-z0-9_.+!]+?)(\.?\*)?$/;
const versionPattern =
  /^(\d+!)?\d+(\.\d+)*([._-]?(a|b|c|rc|alpha|beta|pre|preview)[._-]?\d*)?([._-]?(post|rev|r)[._-]?\d*|-\d+)?([._-]?dev[._-]?\d*)?(\+[a-z0-9]+([._-][a-z0-9]+)*)?$/i;
const requirementPattern =
  /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[A-Za-z0-9._,\s-]*\])?\s*(@\s*[a-z+]+:\S+|\(?\s*(?:(?:===|==|!=|~=|<=|>=|<|>)\s*[^\s,;()<>=!~]+\s*,?\s*)*\)?)\s*(?:;(.*))?$/;

/**
 * Reads a conda environment file. The environment is made from PyPI, so conda names are mapped to PyPI's and those that are no
 * Python packages are faults. `name=X` becomes `name==X` when X has three or more parts, else `name==X.*`; the `pip` section is
 * taken as it is. Never throws: everything that is wrong is in `faults`.
 */
export function parseConda(text: string): CondaFile {
  return new CondaReader().read(text);
}

/** What an image's environment holds: what its conda file asks for, and what serves it, in the file's version if it names one. */
export function environmentRequirements({ requirements }: Pick<CondaFile, "requirements">): string[] {
  const named = new Set(requirements.map(requirementName));
  const added = runtimeRequirements.filter((requirement) => !named.has(requirementName(requirement)));
  return [...requirements, ...added].sort(byCodeUnits);
}

class CondaReader {
  private readonly faults: Fault[] = [];
  private readonly requirements: string[] = [];
  private python: string | undefined;

  read(text: string): CondaFile {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const error = document.errors[0];
    if (error) {
      const { line, col } = lines.linePos(error.pos[0]);
      this.fault("must be YAML", `${error.message} (line ${line}, column ${col})`);
    } else {
      this.document(document.contents);
    }
    return { python: this.python ?? "", requirements: this.requirements.sort(byCodeUnits), faults: this.faults };
  }

  private document(contents: ParsedNode | null): void {
    const dependencies = isMap(contents) ? contents.get("dependencies", true) : undefined;
    if (!isMap(contents) || !isSeq(dependencies)) {
      this.fault("must be a conda environment file", "no list 'dependencies'", "see scorers/*/conda.yml for the shape");
      return;
    }
    for (const { key } of contents.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (name === "variables") {
        this.fault("must not set variables", "'variables'", "use the service's environmentVariables");
      } else if (!knownKeys.has(name)) {
        this.fault("must hold name, channels and dependencies only", shown(name), "remove it");
      }
    }
    for (const item of dependencies.items) {
      this.dependency(item);
    }
    this.whole();
  }

  private dependency(item: unknown): void {
    if (isScalar(item) && typeof item.value === "string") {
      this.conda(item.value.trim());
      return;
    }
    const pip = isMap(item) && item.items.length === 1 ? item.get("pip", true) : undefined;
    if (!isSeq(pip)) {
      this.fault(`${condaShape}, or a list 'pip'`, shown(JSON.parse(JSON.stringify(item)) as unknown));
      return;
    }
    for (const entry of pip.items) {
      this.pip(isScalar(entry) && typeof entry.value === "string" ? entry.value.trim() : JSON.stringify(entry));
    }
  }

  private conda(text: string): void {
    const match = condaPattern.exec(text);
    const name = match?.[1]?.toLowerCase();
    const version = condaVersion(match?.[2] ?? "");
    if (name !== undefined && needsConda(name)) {
      const remedy =
        "remove it: environments are made from PyPI, and what the system has to have belongs into a container's 'baseImage'";
      this.fault("must list packages that are on PyPI", shown(text), remedy);
    } else if (name === undefined || version === undefined) {
      const built = /^[^=\s]+=[^=]+=[^=]+$|^[^\s,]+\s+[^\s,]+\s+[^\s,]+$/.test(text);
      this.fault(condaShape, shown(text), built ? "leave out the build string" : undefined);
    } else if (name === "python") {
      this.interpreter(text, version);
    } else if (!(tools.has(name) && version === "")) {
      this.requirements.push(`${pypiNames.get(name) ?? name}${version}`);
    }
  }

  private interpreter(text: string, version: string): void {
    // Python itself is meant when only its minor version is named.
    const specifier = version.replace(/^==(\d+\.\d+)$/, "==$1.*");
    if (this.python !== undefined) {
      this.fault("must name python once", shown(text));
    } else if (!isSpecifier(specifier) || !admitsSupportedPython(specifier)) {
      this.fault("must ask for Python 3.9 to 3.12", shown(text), "the inference server runs on these only");
    }
    this.python = specifier;
  }

  private pip(text: string): void {
    if (text.startsWith("-")) {
      this.fault("must list packages only in 'pip'", shown(text), "name the packages themselves");
    } else if (!requirementPattern.test(text)) {
      this.fault("must list requirements in 'pip', as 'name', 'name==version' or 'name @ url'", shown(text));
    } else {
      this.requirements.push(text);
    }
  }

  private whole(): void {
    const names = this.requirements.map((requirement) => requirementName(requirement));
    this.duplicates(names);
    if (!names.some((name) => servers.includes(name))) {
      const remedy = "add 'azureml-inference-server-http==1.5.1' below 'pip'";
      this.fault("must bring the inference server", "no 'azureml-inference-server-http'", remedy);
    }
  }

  private duplicates(names: readonly string[]): void {
    const seen = new Map<string, Set<string>>();
    names.forEach((name, index) => {
      const marker = this.requirements[index]?.split(";")[1]?.trim() ?? "";
      const markers = seen.get(name) ?? new Set();
      if (markers.has(marker) || markers.has("") || (marker === "" && markers.size > 0)) {
        this.fault("must name each package once", `'${name}' twice`);
      }
      seen.set(name, markers.add(marker));
    });
  }

  private fault(rule: string, got?: string, remedy?: string): void {
    this.faults.push({ rule, ...(got === undefined ? {} : { got }), ...(remedy === undefined ? {} : { remedy }) });
  }
}

/** A conda version constraint as a PEP 440 specifier; undefined if there is none for it. */
function condaVersion(text: string): string | undefined {
  const joined = text
    .trim()
    .replace(/\s*,\s*/g, ",")
    .replace(/([<>=!~])\s+/g, "$1");
  if (joined === "") {
    return "";
  }
  const clauses = joined.split(",").map(pepClause);
  return clauses.some((clause) => clause === undefined)
    ? undefined
    : clauses.filter((clause) => clause !== "").join(",");
}

function pepClause(clause: string): string | undefined {
  if (/^=?\*$/.test(clause)) {
    return "";
  }
  const [, operator = "exact", version = "", wildcard] = clausePattern.exec(clause) ?? [];
  if (!versionPattern.test(version)) {
    return undefined;
  }
  if (operator === "exact" || operator === "==" || operator === "=") {
    const fuzzy = wildcard !== undefined || (operator === "=" && version.split(".").length < 3);
    // PEP 440 knows prefixes of release numbers only.
    return `==${version}${fuzzy && /^[\d.!]+$/.test(version) ? ".*" : ""}`;
  }
  return operator === "!=" && wildcard !== undefined ? `!=${version}.*` : `${operator}${version}`;
}
