import { isUnknown, unknown, type Value, type Values } from "../../../../provider/rpc/values";
import type { Cloud } from "../cloud";
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
import { revealed, withoutHidden } from "../secrets";
import type { Typings } from "../typings";
import { checkInputs } from "../typings/check";
import { previewOutputs } from "../typings/preview";
import { textOf } from "../values";
import { idOf } from "./ids";
import { compareInputs, createBeforeDelete, fillInputs, ownInputs, withoutOwn } from "./inputs";
import { functionNames, invokeListing, notFound } from "./invokes";
import { ResourceManager, typeOf } from "./manager";
import { replaces } from "./replace";
import { pathOf, singletons } from "./types";

/** Outputs that azure-native takes to stay the same in an update. */
const stableOutputs = ["name", "location"];

/** azure-native, as far as a stack can tell: its defaults, replaces and previews. Behind it is the {@link ResourceManager}. */
export class AzurePackage implements Package {
  readonly name = "azure-native";
  readonly version: string;
  private readonly manager: ResourceManager;
  private defaultLocation: string | undefined;

  constructor(
    private readonly cloud: Cloud,
    typings: Typings,
    /** Whether a create takes over what was made for the same resource by a call that was never answered. */
    private readonly adoptsOwn: boolean,
  ) {
    this.version = typings.version("azure-native") ?? "0.0.0";
    this.manager = new ResourceManager(cloud, typings);
  }

  configure({ location }: Values): void {
    this.defaultLocation = textOf(location) || undefined;
  }

  check(call: CheckCall) {
    const shape = this.manager.shape(call.token);
    const regionOf = (group: Value | undefined) => this.defaultLocation ?? this.groupLocation(group);
    const inputs = fillInputs(typeOf(call.token), call, shape, regionOf);
    return { inputs, failures: checkInputs(shape, inputs, ownInputs) };
  }

  compare({ token }: Subject, olds: Seen, inputs: Values): Compared {
    const changes = compareInputs(olds.inputs, inputs);
    return {
      changes,
      replaces: Object.keys(changes).filter((path) => replaces(typeOf(token), path)),
      deleteBeforeReplace: olds.inputs[createBeforeDelete] !== true,
    };
  }

  preview({ token, inputs, old }: ChangeCall): Values {
    const kept = stableOutputs.filter((key) => old?.outputs[key] !== undefined);
    return {
      ...previewOutputs(this.manager.shape(token), inputs),
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
    return this.put(id, call);
  }

  update(call: ChangeCall): Made {
    return this.put(call.old?.id ?? "", call);
  }

  read({ token }: Subject, id: string, olds: Seen): Seen | undefined {
    const found = this.cloud.find(id);
    if (!found) {
      return undefined;
    }
    // Azure answers no secrets: what nobody knows any more is not there.
    const inputs = withoutHidden(revealed(found.inputs, olds.inputs, this.cloud.state.salt), olds.inputs);
    const own = ownInputs.filter((key) => olds.inputs[key] !== undefined);
    return {
      inputs: { ...inputs, ...(Object.fromEntries(own.map((key) => [key, olds.inputs[key]])) as Values) },
      outputs: this.manager.outputs({ ...found, token }, inputs),
    };
  }

  delete({ id, inputs }: DeleteCall): void {
    this.manager.delete(id, inputs);
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
    return { id: found.id, ...this.manager.outputs(found) };
  }

  private put(id: string, { token, urn, inputs, secretPaths }: ChangeCall): Made {
    return { id, outputs: this.manager.put({ id, token, urn, inputs: withoutOwn(inputs), secretPaths }) };
  }

  private groupLocation(group: Value | undefined): Value | undefined {
    if (isUnknown(group)) {
      return unknown;
    }
    const id = idOf("resources:ResourceGroup", { resourceGroupName: group ?? "" }, this.cloud.state.subscriptionId);
    return this.cloud.find(id)?.inputs.location;
  }
}
