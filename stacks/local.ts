import * as pulumi from "@pulumi/pulumi";
import { LocalService, type LocalServiceArgs } from "../components";
import { checkLocalService } from "../components/local-service";
import { shown } from "../components/internal/problems";
import { Problems } from "../components/internal/validate";
import type { ImageReference } from "../components/scoring-service";
import { describeService, makeAll, type StackOutputs } from "./outputs";
import { type PlannedService, scorerProblems, serviceNames, serviceProblems, throwIfAny } from "./plan";
import { makeScorer, readScorers, wantedScorers } from "./scorers";
import type { MeasuredScorer, OnlyService, ProgramOptions } from "./settings";
import { type LocalSettings, unpin } from "./settings/local";

/**
 * Every scorer folder as an image with a service of its name on this machine, and the services that the settings add.
 *
 * @throws pulumi.RunError with everything that is wrong, one problem a line, before any resource is made.
 */
export function local(settings: LocalSettings, { only, measured }: ProgramOptions = {}): StackOutputs {
  if (only) {
    return onlyService(settings, only);
  }
  if (measured) {
    return measuredScorer(settings, measured);
  }
  const all = readScorers();
  const scorers = wantedScorers(all, settings);
  const services = serviceNames(scorers, settings.services).map((name) => planOf(name, settings));
  throwIfAny([
    ...settings.problems,
    ...scorerProblems(scorers),
    ...serviceProblems(services, scorers, all, (problems, { name, scorer, options }) => {
      const isLocked = name in settings.pins ? undefined : scorers.find((one) => one.name === scorer)?.isLocked;
      checkLocalService(problems, name, { ...options, image: { identity: "0".repeat(64), isLocked } });
    }),
    ...strayProblems(services, settings),
  ]);

  const outputs: StackOutputs = { models: {}, images: {}, services: {} };
  const images = makeAll(scorers, (scorer) => makeScorer(scorer), outputs);
  for (const { name, scorer, options } of services) {
    const image = pinned(name, settings) ?? images.get(scorer);
    if (image) {
      outputs.services[name] = serve(name, { ...options, image });
    }
  }
  return outputs;
}

function onlyService(settings: LocalSettings, { name, imageIdentity }: OnlyService): StackOutputs {
  throwIfAny(settings.problems);
  const service = serve(name, { ...planOf(name, settings).options, image: { identity: imageIdentity } });
  return { models: {}, images: {}, services: { [name]: service } };
}

function measuredScorer(settings: LocalSettings, { name, scorer }: MeasuredScorer): StackOutputs {
  const found = readScorers().filter((one) => one.name === scorer);
  throwIfAny([...settings.problems, ...scorerProblems(found)]);
  const outputs: StackOutputs = { models: {}, images: {}, services: {} };
  const image = makeAll(found, (one) => makeScorer(one), outputs).get(scorer);
  // Its port is taken where the scorer's own service has one, and a key would only be in the way.
  const {
    port: _port,
    authEnabled: _keyed,
    primaryKey: _one,
    secondaryKey: _other,
    keyRotation: _rotation,
    ...options
  } = planOf(scorer, settings).options;
  if (image) {
    outputs.services[name] = serve(name, { ...options, serviceName: name, image });
  }
  return outputs;
}

/** The image of a service that `npm run rollback` has taken off its scorer. */
function pinned(name: string, { pins }: LocalSettings): ImageReference | undefined {
  const identity = pins[name];
  if (identity === undefined) {
    return undefined;
  }
  void pulumi.log.warn(
    `service '${name}' is pinned to image ${identity.slice(0, 12)}: edits of its scorer do not reach it; ${unpin(name)}`,
  );
  return { identity };
}

type LocalPlan = PlannedService<Omit<LocalServiceArgs, "image">>;

function planOf(name: string, { services, keyRotations }: LocalSettings): LocalPlan {
  const { scorer = name, ...options } = services[name] ?? {};
  const rotation = keyRotations[name];
  const keyRotation = rotation && { ...options.keyRotation, ...rotation };
  return { name, scorer, options: keyRotation ? { ...options, keyRotation } : options };
}

/** Pins and key rotations of services that are not there. */
function strayProblems(services: readonly LocalPlan[], { pins, keyRotations }: LocalSettings): readonly string[] {
  const problems = new Problems("scorestack:");
  const names = services.map(({ name }) => name);
  const strays = (found: object): string[] => Object.keys(found).filter((name) => !names.includes(name));
  for (const name of strays(pins)) {
    problems.add("pins", `must be of ${names.join(", ")}`, shown(name), unpin(name));
  }
  for (const name of strays(keyRotations)) {
    problems.add("keyRotations", `must be of ${names.join(", ")}`, shown(name), "remove it from the stack's settings");
  }
  return problems.lines;
}

function serve(name: string, args: LocalServiceArgs): pulumi.Inputs {
  const service = new LocalService(name, args);
  return describeService(service, args.authEnabled === true, { imageId: service.imageId });
}
