import { randomBytes } from "node:crypto";
import type { Changes } from "../../../../provider/rpc/diff";
import type { Values } from "../../../../provider/rpc/values";
import type { Cloud, CloudResource } from "../cloud";
import { Refusal } from "../package";
import { hidden, revealed } from "../secrets";
import type { Typings } from "../typings";
import { checkInputs } from "../typings/check";
import type { ResourceShape } from "../typings/shapes";
import { recordOf, textOf } from "../values";
import { type TemplateResource, templateResources } from "./deployment";
import { groupOf, nameOf, parseId } from "./ids";
import { compareInputs, regionName } from "./inputs";
import { outputsOf } from "./outputs";
import { effects } from "./outputs/compute";
import type { Resource } from "./outputs/context";
import { enforce } from "./rules";
import { azureTypes, singletons } from "./types";

/** A resource that is asked for. */
export interface Wanted {
  readonly id: string;
  readonly token: string;
  readonly urn?: string;
  readonly inputs: Values;
  readonly secretPaths?: ReadonlySet<string>;
  /** By a template, which does not delete it. */
  readonly deployed?: boolean;
}

/** Azure Resource Manager: takes what it is asked for if its rules allow that, and answers what became of it. */
export class ResourceManager {
  constructor(
    readonly cloud: Cloud,
    private readonly typings: Typings,
  ) {}

  /** Makes a resource, or makes it what is asked for. */
  put(wanted: Wanted): Values {
    const { id, token, secretPaths = new Set<string>() } = wanted;
    const { salt } = this.cloud.state;
    const there = this.cloud.find(id);
    const { urn, inputs, deployed } = ownedBy(wanted, there);
    const made = { ...there?.made, birth: textOf(there?.made.birth) || randomBytes(8).toString("hex") };
    const resource = this.resourceOf({ id, token, inputs, made });
    const changes: Changes | undefined = there && compareInputs(revealed(there.inputs, inputs, salt), inputs);
    enforce("write", { ...resource, changes });
    if (resource.type === "resources:Deployment") {
      templateResources(resource).forEach((part) => {
        this.deploy(part);
      });
    }
    const kept = { id, token, inputs: hidden(inputs, secretPaths, salt), made };
    this.cloud.put({ ...kept, ...(urn === undefined ? {} : { urn }), ...(deployed ? { deployed } : {}) });
    effects[resource.type]?.(resource);
    return outputsOf(resource, this.shape(token));
  }

  /** Everything that Azure answers about a resource with these inputs. */
  outputs(found: CloudResource, inputs: Values = found.inputs): Values {
    return outputsOf(this.resourceOf({ ...found, inputs }), this.shape(found.token));
  }

  delete(id: string, inputs: Values): void {
    const found = this.cloud.find(id);
    if (!found) {
      return;
    }
    const resource = this.resourceOf(found);
    if (singletons.has(resource.type)) {
      // It goes back to what it was, and what lies in it stays.
      this.cloud.remove(id);
      return;
    }
    enforce("delete", { ...resource, changes: undefined });
    const isGone = (other: string): boolean => `${other.toLowerCase()}/`.startsWith(`${id.toLowerCase()}/`);
    for (const gone of this.cloud.resources.filter((other) => isGone(other.id))) {
      this.cloud.remove(gone.id);
    }
    this.keepName(resource, inputs);
  }

  /** What the type declarations say of a resource; refused where the stand-in does not have it. */
  shape(token: string): ResourceShape {
    const shape = this.typings.resource(token);
    if (!shape || !azureTypes.includes(typeOf(token))) {
      throw new Refusal(
        `the stand-in does not have ${token}; it has ${azureTypes.join(", ")}: add it to test/engine/stand-in/azure/types.ts`,
      );
    }
    return shape;
  }

  private deploy({ id, type, inputs }: TemplateResource): void {
    const token = `azure-native:${type}`;
    const [fault] = checkInputs(this.shape(token), { ...parseId(id)?.inputs, ...inputs });
    if (fault) {
      throw new Refusal(`InvalidTemplate: ${fault.reason}`);
    }
    this.put({ id, token, inputs, deployed: true });
  }

  /** Some names are kept for what may be recovered. */
  private keepName({ id, name, type }: Resource, inputs: Values): void {
    const { softDeleted } = this.cloud.state;
    if (type === "keyvault:Vault") {
      softDeleted.push({ token: `azure-native:${type}`, name });
    } else if (type === "machinelearningservices:Workspace" && recordOf(inputs.identity).type !== "UserAssigned") {
      // A workspace with user-assigned identities alone is deleted at once.
      softDeleted.push({ token: `azure-native:${type}`, name: `${groupOf(id)}/${name}` });
    }
    this.cloud.save();
  }

  private resourceOf({ id, token, inputs, made }: Pick<CloudResource, "id" | "token" | "inputs" | "made">): Resource {
    const { cloud } = this;
    const known = { ...recordOf(parseId(id)?.inputs), ...inputs };
    const location = regionName(textOf(known.location));
    return { cloud, id, name: nameOf(id), type: typeOf(token), inputs: known, location, birth: textOf(made.birth) };
  }
}

/** A template that sets what a stack has made leaves it the stack's. */
function ownedBy(wanted: Wanted, there: CloudResource | undefined): Wanted {
  const isTheirs = wanted.deployed === true && there !== undefined && there.deployed !== true;
  const named = { ...wanted, inputs: { ...recordOf(parseId(wanted.id)?.inputs), ...wanted.inputs } };
  return isTheirs ? { ...named, urn: there.urn, deployed: false } : wanted;
}

/** `containerinstance:ContainerGroup` of `azure-native:containerinstance:ContainerGroup`. */
export function typeOf(token: string): string {
  return token.replace(/^azure-native:/, "");
}
