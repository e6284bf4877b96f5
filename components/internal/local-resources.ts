import * as pulumi from "@pulumi/pulumi";
import {
  type DowntimeInputs,
  type LocalImageInputs,
  type LocalModelInputs,
  type LocalServiceInputs,
  type LocalServiceOutputs,
  localTokens,
  type ServiceKeysInputs,
} from "./local-contract";

/** The in-project provider's resources, as the engine's program sees them. */

type LaterValue<T> = pulumi.Input<
  T extends readonly (infer Item)[] ? LaterValue<Item>[] : T extends object ? { [K in keyof T]: LaterValue<T[K]> } : T
>;

/** Inputs of which each, and each part of it, may be known later. */
export type Later<T> = { readonly [K in keyof T]: LaterValue<T[K]> };

/** A version of a model in the local registry. */
export class LocalModel extends pulumi.CustomResource {
  declare readonly modelName: pulumi.Output<string>;
  declare readonly digest: pulumi.Output<string>;
  declare readonly version: pulumi.Output<number>;
  declare readonly modelId: pulumi.Output<string>;

  constructor(name: string, inputs: Later<LocalModelInputs>, options: pulumi.CustomResourceOptions) {
    super(localTokens.model, name, { ...inputs, version: undefined, modelId: undefined }, options);
  }
}

/** A version of an image in the local image store. */
export class LocalImage extends pulumi.CustomResource {
  declare readonly imageName: pulumi.Output<string>;
  declare readonly identity: pulumi.Output<string>;
  declare readonly version: pulumi.Output<number>;
  declare readonly imageId: pulumi.Output<string>;

  constructor(name: string, inputs: Later<LocalImageInputs>, options: pulumi.CustomResourceOptions) {
    super(localTokens.image, name, { ...inputs, version: undefined, imageId: undefined }, options);
  }
}

const serviceOutputs: { readonly [K in Exclude<keyof LocalServiceOutputs, keyof LocalServiceInputs>]: undefined } = {
  scoringUri: undefined,
  swaggerUri: undefined,
  healthUri: undefined,
  versionUri: undefined,
  revision: undefined,
  imageId: undefined,
  modelIds: undefined,
};
const keys = ["primaryKey", "secondaryKey"] as const;

/** A server process of an image, on this machine. */
export class LocalServer extends pulumi.CustomResource {
  declare readonly serviceName: pulumi.Output<string>;
  declare readonly imageIdentity: pulumi.Output<string>;
  declare readonly port: pulumi.Output<number>;
  declare readonly primaryKey: pulumi.Output<string | undefined>;
  declare readonly secondaryKey: pulumi.Output<string | undefined>;
  declare readonly scoringUri: pulumi.Output<string>;
  declare readonly swaggerUri: pulumi.Output<string>;
  declare readonly healthUri: pulumi.Output<string>;
  declare readonly versionUri: pulumi.Output<string>;
  declare readonly revision: pulumi.Output<number>;
  declare readonly imageId: pulumi.Output<string>;
  declare readonly modelIds: pulumi.Output<string[]>;

  constructor(name: string, inputs: Later<LocalServiceInputs>, options: pulumi.CustomResourceOptions) {
    const all = { port: undefined, primaryKey: undefined, secondaryKey: undefined, ...inputs, ...serviceOutputs };
    super(localTokens.service, name, all, pulumi.mergeOptions(options, { additionalSecretOutputs: [...keys] }));
  }
}

/** Keys of a service that is not on this machine: made once, kept in the state as secrets, made anew when they are to be. */
export class ServiceKeys extends pulumi.CustomResource {
  declare readonly primaryKey: pulumi.Output<string>;
  declare readonly secondaryKey: pulumi.Output<string>;

  constructor(name: string, inputs: Later<ServiceKeysInputs>, options: pulumi.CustomResourceOptions) {
    const all = { primaryKey: undefined, secondaryKey: undefined, ...inputs };
    super(localTokens.serviceKeys, name, all, pulumi.mergeOptions(options, { additionalSecretOutputs: [...keys] }));
  }
}

/** Says in previews that a change makes a service anew, and for how long it is away; the program can't know what was there. */
export class Downtime extends pulumi.CustomResource {
  constructor(name: string, inputs: Later<DowntimeInputs>, options: pulumi.CustomResourceOptions) {
    super(localTokens.downtime, name, { ...inputs }, options);
  }
}
