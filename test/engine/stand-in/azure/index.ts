import { randomBytes } from "node:crypto";
import { type Changes, compare } from "../../../../provider/rpc/diff";
import { isUnknown, unknown, type Value, type Values } from "../../../../provider/rpc/values";
import type { Cloud, CloudResource } from "../cloud";
import {
  type ChangeCall,
  type CheckCall,
  type Compared,
  type DeleteCall,
  type Made,
  type Package,
  Refusal,
  type Seen,
  type Subject,
} from "../package";
import { hidden, revealed, withoutHidden } from "../secrets";
import type { Typings } from "../typings";
import { checkInputs } from "../typings/check";
import { previewOutputs } from "../typings/preview";
import type { ResourceShape } from "../typings/shapes";
import { autoName, autoNameOf, groupOf, idOf, nameOf, parseId } from "./ids";
import { type TemplateResource, templateResources } from "./deployment";
import { functionNames, invokeListing, notFound } from "./invokes";
import { outputsOf } from "./outputs";
import { effects } from "./outputs/compute";
import { type Resource } from "./outputs/context";
import { recordOf, textOf } from "../values";
import { replaces } from "./replace";
import { enforce } from "./rules";
import { azureTypes, pathOf, singletons } from "./types";

/** Kept by azure-native in the inputs: the name is its own choice, so that the next one can be made before this is deleted. */
const createBeforeDelete = "__createBeforeDelete";
/** Outputs that azure-native takes to stay the same in an update. */
const stableOutputs = ["name", "location"];

/** azure-native, as far as a stack can tell: its defaults, replaces and previews, and behind it the rules of Azure itself. */
export class AzurePackage implements Package {
  readonly name = "azure-native";
  readonly version: string;
  private defaultLocation: string | undefined;

  constructor(
    private readonly cloud: Cloud,
    private readonly typings: Typings,
    /** Whether a create takes over what was made for the same resource by a call that was never answered. */
    private readonly adoptsOwn: boolean,
  ) {
    this.version = typings.version("azure-native") ?? "0.0.0";
  }

  configure({ location }: Values): void {
    this.defaultLocation = textOf(location) || undefined;
  }

  check(call: CheckCall) {
    const shape = this.shape(call.token);
    const inputs = this.withDefaults(call, shape);
    return { inputs, failures: checkInputs(shape, inputs, [createBeforeDelete, "azureApiVersion"]) };
  }

  /** The names, region and API version that azure-native fills in. Source: `applyDefaults` in pulumi-azure-native. */
  private withDefaults({ token, name, inputs, olds, seed }: CheckCall, shape: ResourceShape): Values {
    const filled = withoutNulls(inputs);
    const auto = autoNameOf(typeOf(token));
    if (auto && inputs[auto.input] === undefined) {
      filled[auto.input] = olds[auto.input] ?? autoName(auto.kind, name, seed);
      if (olds[auto.input] === undefined ? auto.kind !== "copy" : olds[createBeforeDelete] === true) {
        filled[createBeforeDelete] = true;
      }
    }
    if ("location" in shape.inputs && inputs.location === undefined) {
      const location = olds.location ?? this.defaultLocation ?? this.groupLocation(inputs.resourceGroupName);
      Object.assign(filled, location === undefined ? {} : { location });
    }
    return shape.apiVersion === undefined ? filled : { ...filled, azureApiVersion: shape.apiVersion };
  }

  private groupLocation(group: Values[string] | undefined): Values[string] | undefined {
    if (isUnknown(group)) {
      return unknown;
    }
    const id = idOf("resources:ResourceGroup", { resourceGroupName: group ?? "" }, this.cloud.state.subscriptionId);
    return this.cloud.find(id)?.inputs.location;
  }

  compare({ token }: Subject, olds: Seen, inputs: Values): Compared {
    const changes = comparePlain(olds.inputs, inputs);
    return {
      changes,
      replaces: Object.keys(changes).filter((path) => replaces(typeOf(token), path)),
      deleteBeforeReplace: olds.inputs[createBeforeDelete] !== true,
    };
  }

  preview({ token, inputs, old }: ChangeCall): Values {
    const kept = stableOutputs.filter((key) => old?.outputs[key] !== undefined);
    return {
      ...previewOutputs(this.shape(token), inputs),
      ...(Object.fromEntries(kept.map((key) => [key, old?.outputs[key]])) as Values),
    };
  }

  create(call: ChangeCall): Made {
    const type = typeOf(call.token);
    const id = idOf(type, call.inputs, this.cloud.state.subscriptionId);
    const there = this.cloud.find(id);
    // azure-native looks before it puts, so that a stack does not take over what is somebody else's; ARM itself would.
    const isOwn = this.adoptsOwn && there?.urn === call.urn;
    if (there && !isOwn && !singletons.has(type)) {
      throw new Refusal(`cannot create already existing resource '${id}'`);
    }
    return this.put(call, {
      id,
      birth: textOf(there?.made.birth) || randomBytes(8).toString("hex"),
      changes: undefined,
    });
  }

  update(call: ChangeCall): Made {
    const id = call.old?.id ?? "";
    const there = this.cloud.find(id);
    // A PUT makes what somebody has deleted.
    const birth = textOf(there?.made.birth) || randomBytes(8).toString("hex");
    const changes = there
      ? comparePlain(revealed(there.inputs, call.inputs, this.cloud.state.salt), call.inputs)
      : undefined;
    return this.put(call, { id, birth, changes });
  }

  private put(
    { token, urn, inputs, secretPaths }: ChangeCall,
    { id, birth, changes }: { id: string; birth: string; changes: Changes | undefined },
  ): Made {
    const asked = withoutFlags(inputs);
    const resource = this.resourceOf({ id, token, inputs: asked, made: { birth } });
    enforce("write", { ...resource, changes });
    if (resource.type === "resources:Deployment") {
      for (const part of templateResources(resource)) {
        this.deploy(part);
      }
    }
    this.cloud.put({ id, token, urn, inputs: hidden(asked, secretPaths, this.cloud.state.salt), made: { birth } });
    effects[resource.type]?.(resource);
    return { id, outputs: outputsOf(resource, this.shape(token)) };
  }

  /** Makes a resource of a template, or changes it, as a PUT would. */
  private deploy({ id, type, inputs }: TemplateResource): void {
    const token = `azure-native:${type}`;
    const [fault] = checkInputs(this.shape(token), { ...parseId(id)?.inputs, ...inputs });
    if (fault) {
      throw new Refusal(`InvalidTemplate: ${fault.reason}`);
    }
    const there = this.cloud.find(id);
    const made = there?.made ?? { birth: randomBytes(8).toString("hex") };
    const changes = there && comparePlain(there.inputs, inputs);
    enforce("write", { ...this.resourceOf({ id, token, inputs, made }), changes });
    this.cloud.put({ id, token, inputs, made, deployed: true });
  }

  read({ token }: Subject, id: string, olds: Seen): Seen | undefined {
    const found = this.cloud.find(id);
    if (!found) {
      return undefined;
    }
    // Azure answers no secrets: what nobody knows any more is not there.
    const inputs = withoutHidden(revealed(found.inputs, olds.inputs, this.cloud.state.salt), olds.inputs);
    const outputs = outputsOf(this.resourceOf({ ...found, token, inputs }), this.shape(token));
    const filled = [createBeforeDelete, "azureApiVersion"].filter((key) => olds.inputs[key] !== undefined);
    const flags = Object.fromEntries(filled.map((key) => [key, olds.inputs[key]])) as Values;
    return { inputs: { ...inputs, ...flags }, outputs };
  }

  delete({ id, inputs }: DeleteCall): void {
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
    for (const gone of this.cloud.resources.filter((other) =>
      `${other.id.toLowerCase()}/`.startsWith(`${id.toLowerCase()}/`),
    )) {
      this.cloud.remove(gone.id);
    }
    this.keepName(resource, inputs);
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

  invoke(token: string, args: Values): Values {
    const type = typeOf(token);
    const answer = invokeListing(this.cloud, type, args);
    if (answer) {
      return answer;
    }
    const [module = "", name = ""] = type.split(":");
    const resourceType = `${module}:${name.replace(/^get/, "")}`;
    if (!name.startsWith("get") || pathOf(resourceType) === undefined) {
      throw new Refusal(
        `the stand-in does not have ${token}; it has get… of its resource types and ${functionNames.join(", ")}: add it to test/engine/stand-in/azure/invokes.ts`,
      );
    }
    const id = idOf(resourceType, args, this.cloud.state.subscriptionId);
    const found = this.cloud.find(id);
    if (!found) {
      throw notFound(id);
    }
    const resource = this.resourceOf({ ...found, token: `azure-native:${resourceType}` });
    return { id: found.id, ...outputsOf(resource, this.shape(`azure-native:${resourceType}`)) };
  }

  private resourceOf({ id, token, inputs, made }: Omit<CloudResource, "attached">): Resource {
    const known = { ...recordOf(parseId(id)?.inputs), ...inputs };
    const location = textOf(known.location).toLowerCase().replaceAll(" ", "");
    return {
      cloud: this.cloud,
      id,
      name: nameOf(id),
      type: typeOf(token),
      inputs: known,
      location,
      birth: textOf(made.birth),
    };
  }

  private shape(token: string): ResourceShape {
    const shape = this.typings.resource(token);
    if (!shape || !azureTypes.includes(typeOf(token))) {
      throw new Refusal(
        `the stand-in does not have ${token}; it has ${azureTypes.join(", ")}: add it to test/engine/stand-in/azure/types.ts`,
      );
    }
    return shape;
  }
}

/** `containerinstance:ContainerGroup` of `azure-native:containerinstance:ContainerGroup`. */
function typeOf(token: string): string {
  return token.replace(/^azure-native:/, "");
}

/** A null is what is not there. */
function withoutNulls(values: Values): Values {
  const plain = (value: Value): Value =>
    Array.isArray(value) ? value.map(plain) : typeof value === "object" && value !== null ? withoutNulls(value) : value;
  const known = Object.entries(values).filter(([, value]) => value !== null);
  return Object.fromEntries(known.map(([key, value]) => [key, plain(value)]));
}

function withoutFlags(inputs: Values): Values {
  const { [createBeforeDelete]: _flag, azureApiVersion: _version, ...asked } = inputs;
  return asked;
}

/** Differences as azure-native tells them: regions may be written in two ways. */
function comparePlain(olds: Values, news: Values): Changes {
  const plain = (inputs: Values): Values => {
    return Object.fromEntries(
      Object.entries(withoutFlags(withoutNulls(inputs))).map(([key, value]) => [
        key,
        key === "location" && typeof value === "string" ? value.toLowerCase().replaceAll(" ", "") : value,
      ]),
    );
  };
  return compare(plain(olds), plain(news));
}
