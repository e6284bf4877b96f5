import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import type { StackState, StateResource } from "../../cli/state";
import { localTokens } from "../../components/internal/local-contract";
import { entries, readJson } from "../../provider/store/files";
import { type Answered, type Content, contentOf } from "./content";
import { Ledger } from "./ledger";
import type { Sandbox } from "./sandbox";
import { serviceName, stackName } from "./sandbox";

export interface Keys {
  readonly primaryKey: string;
  readonly secondaryKey: string;
}

interface Sample {
  readonly reply: { readonly json: Answered };
}

/** The settings as a program reads them; the engine writes them anew now and then. */
export interface SettingsText {
  readonly config: Readonly<Record<string, unknown>>;
  readonly encryptionsalt?: string;
}

/** What has to stay as it is, as it was seen when it was made. */
export class World {
  port?: number;
  keys?: Keys;
  settings: SettingsText;
  /** What the images of the store hold, by their identity. */
  readonly contents = new Map<string, Content>();
  /** Identity of each content. */
  readonly identities = new Map<string, string>();
  readonly versions: Ledger;
  /** Files of the clone that a person has made. */
  readonly sources: ReadonlySet<string>;

  constructor(readonly sandbox: Sandbox) {
    this.versions = new Ledger(sandbox.path(".scorestack"));
    this.sources = new Set(sourcesOf(sandbox.clone.folder));
    this.settings = this.readSettings();
  }

  readSettings(): SettingsText {
    return parse(fs.readFileSync(this.sandbox.settingsFile, "utf8")) as SettingsText;
  }

  pinIn({ config }: SettingsText): string | undefined {
    return (config["scorestack:pins"] as Record<string, string> | undefined)?.[serviceName];
  }

  readState(): StackState {
    const file = path.join(this.sandbox.stateFolder, ".pulumi/stacks/scorestack", `${stackName}.json`);
    const content = JSON.parse(fs.readFileSync(file, "utf8")) as { checkpoint?: { latest?: StackState } };
    return content.checkpoint?.latest ?? {};
  }

  resource(kind: keyof typeof localTokens): StateResource | undefined {
    return this.readState().resources?.find(({ type }) => type === localTokens[kind]);
  }

  /** Takes note of what the images of the store hold, those of edits that were taken back too: a rollback may go to them. */
  learnContents(): void {
    const bundles = this.sandbox.path(".scorestack/bundles");
    for (const identity of entries(bundles).filter((name) => !this.contents.has(name))) {
      const sample = readJson(path.join(bundles, identity, "samples/one.json")) as Sample | undefined;
      if (sample) {
        this.contents.set(identity, contentOf(sample.reply.json));
      }
    }
  }

  /** Takes the keys that the service has now for those that it keeps. */
  async learnKeys(): Promise<void> {
    const outputs = await this.sandbox.clone.json<Keys>("outputs", `services.${serviceName}`, "--show-secrets");
    this.keys = { primaryKey: outputs.primaryKey, secondaryKey: outputs.secondaryKey };
  }
}

/** Files of a clone that are not made by its commands, relative to it. */
export function sourcesOf(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !/^(\.scorestack|node_modules)(\/|$)|(^|\/)__pycache__(\/|$)/.test(name))
    .filter((name) => fs.lstatSync(path.join(folder, name)).isFile());
}
