import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Values } from "../../../provider/rpc/values";

/** Something that the stand-in cloud has made. */
export interface CloudResource {
  /** As its package names it: an ARM id, a digest, a name. */
  readonly id: string;
  readonly token: string;
  /** The resource of a stack that it was made for. */
  readonly urn?: string;
  /** What it was asked for, with a hash in the place of each secret. `edit` changes these, as somebody else would by hand. */
  inputs: Values;
  /** What the cloud knew only once it was made, such as addresses that another resource decided. */
  made: Values;
  /** It was there without the stack; its content is not known. */
  readonly attached?: boolean;
  /** A template deployment has made it: it goes with what holds it. */
  readonly deployed?: boolean;
}

/** A deleted resource whose name is kept for a while, so that it can be recovered. */
export interface SoftDeleted {
  readonly token: string;
  readonly name: string;
}

export interface CloudState {
  /** Keeps secrets' hashes and generated keys apart from those of other stand-ins. */
  readonly salt: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  /** By id in lower case: Azure's are not case-sensitive. */
  resources: Record<string, CloudResource>;
  softDeleted: SoftDeleted[];
  /** `registry/repository` → tag → digest. */
  images: Record<string, Record<string, string>>;
}

/** The stand-in cloud's resources, in one file. It is read before and written after each call: tests and users may edit it. */
export class Cloud {
  readonly file: string;
  state: CloudState;

  constructor(readonly folder: string) {
    this.file = path.join(folder, "cloud.json");
    this.state = this.load();
  }

  /** Takes in what was edited by hand. */
  refresh(): void {
    this.state = this.load();
  }

  save(): void {
    fs.mkdirSync(this.folder, { recursive: true });
    const temporary = `${this.file}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, `${JSON.stringify(this.state, undefined, 2)}\n`, { mode: 0o600 });
    fs.renameSync(temporary, this.file);
  }

  get resources(): readonly CloudResource[] {
    return Object.values(this.state.resources);
  }

  find(id: string): CloudResource | undefined {
    return this.state.resources[id.toLowerCase()];
  }

  put(resource: CloudResource): void {
    this.state.resources[resource.id.toLowerCase()] = resource;
    this.save();
  }

  remove(id: string): void {
    Reflect.deleteProperty(this.state.resources, id.toLowerCase());
    this.save();
  }

  /** Hexadecimal digits that are the same for the same words in this cloud, and in no other. */
  stable(words: string, length: number): string {
    return createHash("sha512").update(`${this.state.salt}|${words}`).digest("hex").slice(0, length);
  }

  guid(words: string): string {
    return guidOf(this.stable(words, 32));
  }

  /** A key as Azure makes them: base64, 512 bits. */
  key(words: string): string {
    return Buffer.from(this.stable(words, 128), "hex").toString("base64");
  }

  private load(): CloudState {
    if (fs.existsSync(this.file)) {
      return JSON.parse(fs.readFileSync(this.file, "utf8")) as CloudState;
    }
    const salt = randomBytes(16).toString("hex");
    return {
      salt,
      subscriptionId: guidOf(randomBytes(16).toString("hex")),
      tenantId: guidOf(randomBytes(16).toString("hex")),
      resources: {},
      softDeleted: [],
      images: {},
    };
  }
}

/** 32 hexadecimal digits as a GUID. */
export function guidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}
