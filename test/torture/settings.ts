import { isDeepStrictEqual } from "node:util";
import type { Outcome } from "./invariants";
import { serviceName } from "./sandbox";
import type { SettingsText, World } from "./world";

/** What of the settings has moved without being asked for; then takes what is there now for what they are. */
export function wholeSettings(world: World, { step, content }: Outcome): string[] {
  const [before, now] = [world.settings, world.readSettings()];
  const commands = step.commands.map(({ args }) => args[0]);
  const [pinBefore, pin] = [world.pinIn(before), world.pinIn(now)];
  const pinsAllowed: readonly (string | undefined)[] =
    step.operation === "rollback"
      ? [pinBefore, ...world.contents.keys()]
      : step.operation === "rollback --undo"
        ? [pinBefore, undefined]
        : [pinBefore];
  const rotated = commands.includes("rotate-key");
  world.settings = now;
  return [
    ...(pinsAllowed.includes(pin) ? [] : [`pin ${String(pinBefore)} has become ${String(pin)}`]),
    ...(rotated || isDeepStrictEqual(rotationsIn(before), rotationsIn(now)) ? [] : ["key rotations have changed"]),
    ...(workersIn(now) === content.workers ? [] : [`workers have become ${String(workersIn(now))}`]),
    ...(isDeepStrictEqual(restOf(before), restOf(now))
      ? []
      : [`settings have changed: ${JSON.stringify(restOf(now))}`]),
  ];
}

/** The engine writes the times in a form of its own. */
function rotationsIn({ config }: SettingsText): unknown {
  const times =
    (config["scorestack:keyRotations"] as Record<string, Record<string, string>> | undefined)?.[serviceName] ?? {};
  return Object.fromEntries(
    Object.entries(times).map(([key, text]) => [key, Date.parse(text.replace(" +0000 UTC", "Z").replace(" ", "T"))]),
  );
}

function restOf({ config, encryptionsalt }: SettingsText): unknown {
  const { "scorestack:pins": _pins, "scorestack:keyRotations": _rotations, ...rest } = structuredClone(config);
  delete (rest["scorestack:services"] as Record<string, { workers?: number }>)[serviceName]?.workers;
  return { rest, encryptionsalt };
}

function workersIn({ config }: SettingsText): number | undefined {
  return (config["scorestack:services"] as Record<string, { workers?: number }>)[serviceName]?.workers;
}
