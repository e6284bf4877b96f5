import * as fs from "node:fs";
import * as path from "node:path";
import { renderDockerfile } from "../render/dockerfile";
import { byCodeUnits } from "./canonical-json";
import { type CondaFile, environmentRequirements, parseConda } from "./conda";
import { readContent } from "./content-fault";
import { hashFile, type ListedFile, listContent } from "./content-hash";
import type { BundleFile, EnvironmentSpec } from "./local-contract";
import { type Fault, type PropertyFault, shown } from "./problems";
import { fromRoot, toRoot } from "./project";
import { checkScoringScript } from "./python-source";
import { packageNames, requirementName } from "./lock";
import { type Lock, readLock } from "./lock-file";
import { sampleFaults } from "./samples";

/** Where an image's parts are read from: paths as the user gave them. */
export interface ImageSource {
  readonly executionScript: string;
  readonly condaFile: string;
  readonly runtime: "python" | "spark-py";
  readonly dependencies: readonly string[];
  readonly schemaFile?: string;
  readonly sampleRequests?: string;
  readonly baseImage?: string;
  readonly enableGpu: boolean;
}

/** Everything of an image that is known from its files, without its models. */
export interface ImagePlan {
  /** Relative to the app root. */
  readonly executionScript: string;
  readonly files: Record<string, BundleFile>;
  readonly environment: EnvironmentSpec;
  readonly dockerfile: string;
  /** A lock file that was made from other requirements, so only says which versions are preferred. */
  readonly staleLock?: string;
}

/** What reading an image's parts found. */
export interface ImageReading {
  readonly faults: readonly PropertyFault[];
  /** Bundle paths of the image's files, sorted. */
  readonly files: readonly string[];
  /** Whether there is a lock file that was made from the conda file as it is. */
  readonly lockFits: boolean;
  /** Names of its packages, where the lock file fits. */
  readonly packages?: readonly string[];
  /** Hashes the files and makes the plan; only to be called without faults. */
  readonly plan: () => ImagePlan;
}

/** Reads an image's parts and finds all that is wrong with them. */
export function readImage(source: ImageSource): ImageReading {
  const reader = new ImageReader();
  const executionScript = reader.script(source.executionScript);
  const conda = reader.conda(source.condaFile, source.runtime);
  reader.dependencies(source.dependencies);
  if (source.schemaFile !== undefined) {
    reader.file("schemaFile", source.schemaFile);
  }
  if (source.sampleRequests !== undefined) {
    reader.samples(source.sampleRequests);
  }
  reader.server();
  const lock = readLock(source.condaFile, conda);
  return {
    faults: reader.faults,
    files: reader.names(),
    lockFits: lock.fits,
    ...(lock.fits ? { packages: packageNames(lock.text ?? "") } : {}),
    plan: () => makePlan(source, executionScript, conda, lock, reader),
  };
}

function makePlan(
  source: ImageSource,
  executionScript: string,
  conda: CondaFile,
  lock: Lock,
  reader: ImageReader,
): ImagePlan {
  const { python } = conda;
  return {
    executionScript,
    files: reader.bundle(),
    environment: {
      python,
      requirements: environmentRequirements(conda),
      ...(lock.text === undefined ? {} : { lock: lock.text }),
    },
    dockerfile: renderDockerfile({ ...source, executionScript, files: reader.names(), python }),
    ...(lock.text !== undefined && !lock.fits ? { staleLock: toRoot(lock.file) } : {}),
  };
}

class ImageReader {
  readonly faults: PropertyFault[] = [];
  private readonly found = new Map<string, ListedFile>();
  private readonly entries = new Set<string>();

  names(): string[] {
    return [...this.found.keys()].sort(byCodeUnits);
  }

  bundle(): Record<string, BundleFile> {
    const sorted = [...this.found].sort(([a], [b]) => byCodeUnits(a, b));
    return Object.fromEntries(sorted.map(([at, file]) => [at, bundleFile(file)]));
  }

  script(given: string): string {
    if (path.extname(given) !== ".py") {
      this.fault("executionScript", { rule: "must be a .py file", got: shown(given) });
    }
    const file = this.file("executionScript", given);
    for (const { line, column, ...fault } of file ? checkScoringScript(fs.readFileSync(file.from, "utf8")) : []) {
      const place = [given, line, column].filter((part) => part !== undefined).join(":");
      this.fault("executionScript", { ...fault, got: `${fault.got} (${place})` });
    }
    return path.basename(given);
  }

  conda(given: string, runtime: string): CondaFile {
    const file = this.single("condaFile", given);
    if (!file) {
      return { python: "", requirements: [], faults: [] };
    }
    const conda = parseConda(fs.readFileSync(file.from, "utf8"));
    conda.faults.forEach((fault) => {
      this.fault("condaFile", fault);
    });
    if (
      runtime === "spark-py" &&
      !conda.requirements.some((requirement) => requirementName(requirement) === "pyspark")
    ) {
      const remedy = "add a version such as 'pyspark==3.5.9' below 'pip'";
      this.fault("condaFile", { rule: "must bring PySpark for the runtime 'spark-py'", got: "no 'pyspark'", remedy });
    }
    return conda;
  }

  dependencies(given: readonly string[]): void {
    for (const dependency of given) {
      const files = this.list("dependencies", dependency);
      const name = path.basename(fromRoot(dependency));
      const isFolder = fs.statSync(fromRoot(dependency), { throwIfNoEntry: false })?.isDirectory() ?? false;
      this.enter("dependencies", name);
      files.forEach((file) => {
        this.found.set(isFolder ? `app/${name}/${file.path}` : `app/${name}`, file);
      });
    }
  }

  /** A file that lies in the app root under its own name. */
  file(property: string, given: string): ListedFile | undefined {
    const file = this.single(property, given);
    if (file) {
      this.enter(property, file.path);
      this.found.set(`app/${file.path}`, file);
    }
    return file;
  }

  samples(given: string): void {
    const files = this.list("sampleRequests", given);
    if (files.length === 0) {
      return;
    }
    if (!fs.statSync(fromRoot(given)).isDirectory()) {
      this.fault("sampleRequests", { rule: "must be a folder", got: shown(given) });
      return;
    }
    sampleFaults(fromRoot(given)).forEach((fault) => {
      this.fault("sampleRequests", fault);
    });
    files.forEach((file) => {
      this.found.set(`samples/${file.path}`, file);
    });
  }

  /** The serving files that every image has. */
  server(): void {
    listContent(fromRoot("runtime"))
      .filter((file) => /^(batch\/)?[^/]+\.py$/.test(file.path))
      .forEach((file) => {
        this.found.set(`server/${file.path}`, file);
      });
  }

  private single(property: string, given: string): ListedFile | undefined {
    const files = this.list(property, given);
    const [file] = files;
    if (file && fs.statSync(fromRoot(given)).isDirectory()) {
      this.fault(property, { rule: "must be a file", got: shown(given) });
      return undefined;
    }
    return file;
  }

  private list(property: string, given: string): ListedFile[] {
    const read = readContent(given, () => listContent(fromRoot(given)));
    if ("fault" in read) {
      this.fault(property, read.fault);
      return [];
    }
    return read.value;
  }

  private enter(property: string, name: string): void {
    if (!/^[A-Za-z0-9._][A-Za-z0-9._-]*$/.test(name) || name === "azureml-models") {
      const rule = "must have a name of letters, digits, dots, dashes and underscores, other than 'azureml-models'";
      this.fault(property, { rule, got: shown(name), remedy: "rename it" });
    } else if (this.entries.has(name)) {
      this.fault(property, { rule: "must have a name of its own in the image", got: `${shown(name)} twice` });
    }
    this.entries.add(name);
  }

  private fault(property: string, fault: Fault): void {
    this.faults.push({ property, ...fault });
  }
}

function bundleFile({ from, executable }: ListedFile): BundleFile {
  return { source: toRoot(from), sha256: hashFile(from), ...(executable ? { executable } : {}) };
}
