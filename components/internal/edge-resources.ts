import * as pulumi from "@pulumi/pulumi";
import {
  type EdgeConfigurationInputs,
  type EdgeDeviceInputs,
  type EdgeEnrollmentInputs,
  type EdgeRingInputs,
  edgeTokens,
} from "./edge-contract";
import type { Later } from "./local-resources";

type Owned<T> = Later<Omit<T, "owner">>;

/** An IoT Edge deployment. Its content can't change: other content is made as another one, before this one is deleted. */
export class EdgeConfiguration extends pulumi.CustomResource {
  declare readonly hub: pulumi.Output<string>;
  /** `<configurationName>-<12 of its content's sha256>`. */
  declare readonly configurationId: pulumi.Output<string>;
  declare readonly createdTimeUtc: pulumi.Output<string>;
  declare readonly targetCondition: pulumi.Output<string>;
  declare readonly priority: pulumi.Output<number>;

  constructor(name: string, inputs: Owned<EdgeConfigurationInputs>, options: pulumi.CustomResourceOptions) {
    const made = { configurationId: undefined, createdTimeUtc: undefined, incarnation: undefined };
    super(edgeTokens.configuration, name, { ...inputs, owner: ownerOf(name), ...made }, options);
  }
}

const keys = ["primaryKey", "secondaryKey", "connectionString"] as const;

/** A device that runs IoT Edge. */
export class EdgeDevice extends pulumi.CustomResource {
  declare readonly hub: pulumi.Output<string>;
  declare readonly deviceId: pulumi.Output<string>;
  declare readonly primaryKey: pulumi.Output<string | undefined>;
  declare readonly secondaryKey: pulumi.Output<string | undefined>;
  declare readonly connectionString: pulumi.Output<string | undefined>;
  declare readonly deviceScope: pulumi.Output<string>;
  declare readonly generationId: pulumi.Output<string>;

  constructor(name: string, inputs: Owned<EdgeDeviceInputs>, options: pulumi.CustomResourceOptions) {
    const made = {
      primaryKey: undefined,
      secondaryKey: undefined,
      connectionString: undefined,
      deviceScope: undefined,
      generationId: undefined,
    };
    const all = { ...inputs, owner: ownerOf(name), ...made };
    super(edgeTokens.device, name, all, pulumi.mergeOptions(options, { additionalSecretOutputs: [...keys] }));
  }
}

/** A group of devices that register themselves. They stay in the hub when it goes. */
export class EdgeEnrollment extends pulumi.CustomResource {
  declare readonly service: pulumi.Output<string>;
  declare readonly enrollmentGroupId: pulumi.Output<string>;
  declare readonly primaryKey: pulumi.Output<string | undefined>;
  declare readonly secondaryKey: pulumi.Output<string | undefined>;

  constructor(name: string, inputs: Owned<EdgeEnrollmentInputs>, options: pulumi.CustomResourceOptions) {
    const all = { ...inputs, owner: ownerOf(name), primaryKey: undefined, secondaryKey: undefined };
    const additionalSecretOutputs = ["primaryKey", "secondaryKey"];
    super(edgeTokens.enrollment, name, all, pulumi.mergeOptions(options, { additionalSecretOutputs }));
  }
}

/** Done once a configuration runs on the devices of a ring: the next ring's configuration depends on it. */
export class EdgeRing extends pulumi.CustomResource {
  declare readonly ringName: pulumi.Output<string>;
  declare readonly configurationId: pulumi.Output<string>;
  declare readonly targetedDevices: pulumi.Output<number>;
  declare readonly succeededDevices: pulumi.Output<number>;
  declare readonly offlineDevices: pulumi.Output<number>;

  constructor(name: string, inputs: Later<EdgeRingInputs>, options: pulumi.CustomResourceOptions) {
    const made = { targetedDevices: undefined, succeededDevices: undefined, offlineDevices: undefined };
    super(edgeTokens.ring, name, { ...inputs, ...made }, options);
  }
}

/** Tells ours from what others have put into the same hub. */
function ownerOf(name: string): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}/${name}`;
}
