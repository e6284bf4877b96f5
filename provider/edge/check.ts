import type { CheckFailure } from "../rpc/handler";
import { isUnknown, type Value, type Values } from "../rpc/values";
import { required } from "../resources/inputs";
import { hasUnknown } from "./values";

/** Host of a hub in any of Azure's clouds. */
const hubPattern = /^[a-z0-9][a-z0-9-]*[a-z0-9]\.azure-devices(-provisioning)?\.(net|cn|us)$/i;
/** Source: learn.microsoft.com/cli/azure/iot/edge/deployment, `--deployment-id`. */
const configurationPattern = /^[a-z0-9\-+%_*!']{1,100}$/;
/** Source: learn.microsoft.com/azure/iot-hub/iot-hub-devguide-identity-registry#device-identity-properties. */
const devicePattern = /^[A-Za-z0-9\-:.+%_#*?!(),=@$']{1,128}$/;
/** Source: learn.microsoft.com/azure/iot-hub/iot-hub-devguide-device-twins#tags-and-properties-format. */
const tagPattern = /^[^.$\s\p{Cc}]{1,1024}$/u;
const thumbprintPattern = /^([0-9a-f]{40}|[0-9a-f]{64})$/i;
/** A twin's desired properties, in bytes. Source: learn.microsoft.com/azure/iot-edge/iot-edge-limits-and-restrictions. */
const twinBytes = 32 * 1024;

export function checkConfiguration(inputs: Values): CheckFailure[] {
  const missing = required(inputs, ["hub", "configurationName", "modulesContent", "priority", "owner"]);
  const { hub, configurationName, priority, modulesContent, isLayered } = inputs;
  return [
    ...missing,
    ...matches("hub", hub, hubPattern, "must be the host name of an IoT Hub", "such as team.azure-devices.net"),
    ...matches(
      "configurationName",
      configurationName,
      configurationPattern,
      "must be 1 to 100 of a-z 0-9 - + % _ * ! '",
      "12 digits of its content follow it",
    ),
    ...(isUnknown(priority) || missing.length > 0 || (Number.isInteger(priority) && Number(priority) >= 0)
      ? []
      : [
          failure(
            "priority",
            `must be a whole number from 0, got ${JSON.stringify(priority)}; the higher of two deployments wins`,
          ),
        ]),
    ...(missing.length > 0 || hasUnknownModule(modulesContent) ? [] : checkContent(modulesContent, isLayered === true)),
  ];
}

function hasUnknownModule(content: Value | undefined): boolean {
  return isUnknown(content) || Object.values((content ?? {}) as Values).some(isUnknown);
}

function checkContent(content: Value | undefined, isLayered: boolean): CheckFailure[] {
  const modules = Object.entries((content ?? {}) as Record<string, Values>);
  const problems: string[] = [];
  for (const [name, parts] of modules) {
    for (const [part, value] of Object.entries(parts)) {
      if (!/^properties\.desired(\.|$)/.test(part)) {
        problems.push(
          `must have 'properties.desired' in '${name}', got '${part}'; write what the module is to have there`,
        );
      } else if (!hasUnknown(value) && Buffer.byteLength(JSON.stringify(value)) > twinBytes) {
        problems.push(
          `must have at most 32 KB in '${name}', got ${Buffer.byteLength(JSON.stringify(value))} bytes; a module's twin holds no more`,
        );
      }
    }
  }
  for (const name of ["$edgeAgent", "$edgeHub"]) {
    const isWhole = modules.some(([module, parts]) => module === name && "properties.desired" in parts);
    if (isLayered && isWhole) {
      problems.push(
        `must have parts of '${name}' alone when it is layered, got all of its 'properties.desired'; that is the base's: write 'properties.desired.modules.<name>'`,
      );
    } else if (!isLayered && !isWhole) {
      problems.push(
        `must have 'properties.desired' of '${name}' when it is a base, got none; add it, or set 'isLayered'`,
      );
    }
  }
  return problems.map((problem) => failure("modulesContent", problem));
}

export function checkDevice(inputs: Values): CheckFailure[] {
  const { hub, deviceId, authentication, tags } = inputs;
  const { type, primaryThumbprint, secondaryThumbprint } = (
    isUnknown(authentication) ? {} : (authentication ?? {})
  ) as Values;
  const thumbprints: [string, Value | undefined][] =
    type === "selfSigned"
      ? [
          ["primaryThumbprint", primaryThumbprint ?? ""],
          ["secondaryThumbprint", secondaryThumbprint],
        ]
      : [];
  return [
    ...required(inputs, ["hub", "deviceId", "authentication", "owner"]),
    ...matches("hub", hub, hubPattern, "must be the host name of an IoT Hub", "such as team.azure-devices.net"),
    ...matches(
      "deviceId",
      deviceId,
      devicePattern,
      "must be 1 to 128 of letters, digits and - : . + % _ # * ? ! ( ) , = @ $ '",
      "choose another id",
    ),
    ...thumbprints.flatMap(([name, value]) =>
      matches(
        `authentication.${name}`,
        value,
        thumbprintPattern,
        "must be 40 or 64 hexadecimal digits",
        "it is the SHA-1 or SHA-256 hash of the certificate",
      ),
    ),
    ...checkTags(tags, [ownerTag]),
  ];
}

function checkTags(tags: Value | undefined, ours: readonly string[]): CheckFailure[] {
  return Object.keys((isUnknown(tags) ? {} : (tags ?? {})) as Values)
    .filter((key) => !tagPattern.test(key) || ours.includes(key))
    .map((key) =>
      failure(
        `tags.${key}`,
        ours.includes(key)
          ? `must be another tag, got '${key}'; that one tells whose a device is`
          : `must be a tag without . $ and blanks, got '${key}'; rename it`,
      ),
    );
}

/** Tag of a device's twin that tells whose it is. */
export const ownerTag = "scorestackOwner";

/** Source: learn.microsoft.com/azure/iot-dps/concepts-service#registration-id, and #enrollment for groups. */
const groupPattern = /^[A-Za-z0-9\-._:]{0,127}[A-Za-z0-9-]$/;
const servicePattern = /^[a-z0-9][a-z0-9-]*[a-z0-9]\.azure-devices-provisioning\.(net|cn|us)$/i;

export function checkEnrollment(inputs: Values): CheckFailure[] {
  const { service, enrollmentGroupId, iotHub, tags } = inputs;
  const provisioning = "such as team.azure-devices-provisioning.net";
  return [
    ...required(inputs, ["service", "enrollmentGroupId", "attestation", "iotHub", "owner"]),
    ...matches(
      "service",
      service,
      servicePattern,
      "must be the host name of a Device Provisioning Service",
      provisioning,
    ),
    ...matches(
      "enrollmentGroupId",
      enrollmentGroupId,
      groupPattern,
      "must be 1 to 128 of letters, digits and - . _ :, a letter, digit or dash last",
      "choose another id",
    ),
    ...matches("iotHub", iotHub, hubPattern, "must be the host name of an IoT Hub", "such as team.azure-devices.net"),
    ...checkTags(tags, [ownerTag, enrollmentTag]),
  ];
}

/** Tag of a twin that tells which enrolment group it came by: `project/stack/resource`. */
export const enrollmentTag = "scorestackEnrollment";

export function checkRing(inputs: Values): CheckFailure[] {
  const { maximumOfflineShare: share } = inputs;
  return [
    ...required(inputs, ["hub", "ringName", "configurationId", "deadlineSeconds", "pollSeconds"]),
    ...matches("hub", inputs.hub, hubPattern, "must be the host name of an IoT Hub", "such as team.azure-devices.net"),
    ...(typeof share === "number" && (share < 0 || share > 1)
      ? [failure("maximumOfflineShare", `must be from 0 to 1, got ${share}; 0.2 lets one in five be offline`)]
      : []),
    ...["deadlineSeconds", "minimumDevices", "soakSeconds", "pollSeconds"]
      .map((name) => ({ name, value: inputs[name] }))
      .filter(({ value }) => typeof value === "number" && value < 0)
      .map(({ name, value }) => failure(name, `must be 0 or more, got ${JSON.stringify(value)}; set it`)),
  ];
}

function matches(
  property: string,
  value: Value | undefined,
  pattern: RegExp,
  rule: string,
  remedy: string,
): CheckFailure[] {
  const isFine = value === undefined || isUnknown(value) || (typeof value === "string" && pattern.test(value));
  return isFine || (value === "" && !property.includes("."))
    ? []
    : [
        failure(
          property,
          `${rule}, got ${typeof value === "string" ? `'${value}'` : JSON.stringify(value)}; ${remedy}`,
        ),
      ];
}

function failure(property: string, problem: string): CheckFailure {
  return { property, reason: `'${property}' ${problem}` };
}
