import type { Release } from "../provider/service/files";
import type { Store } from "../provider/store";
import type { ServiceRecord } from "../provider/store/records";
import { CliError, UsageError } from "./errors";
import type { Project } from "./project";
import { readSetting } from "./stack-settings";

/** A kept release of a service, as it is shown. */
export interface ShownRelease extends Release {
  /** Whether this revision answers. */
  readonly answers: boolean;
  /** Whether the service is pinned to the image of this release. */
  readonly pinned: boolean;
}

/** Image identity that each pinned service has, by the service's name. */
export function pinsOf(project: Project, stackName: string): Readonly<Record<string, string>> {
  const pins = readSetting(project, stackName, ["scorestack:pins"]);
  return typeof pins === "object" && pins !== null ? (pins as Record<string, string>) : {};
}

/** The pinned service of that name, or the only one. Throws a `UsageError` that names the choices. */
export function pinnedService(project: Project, stackName: string, name: string | undefined): string {
  const pinned = Object.keys(pinsOf(project, stackName));
  const found = name ?? (pinned.length === 1 ? pinned[0] : undefined);
  if (found === undefined || !pinned.includes(found)) {
    const choices = pinned.length === 0 ? "pinned, and none is" : `one that is pinned: ${pinned.join(", ")}`;
    throw new UsageError(`'service' must be ${choices}${name === undefined ? "" : `; got '${name}'`}`);
  }
  return found;
}

/** Releases of a service that have answered, newest first. */
export function releasesOf(store: Store, service: ServiceRecord, pin: string | undefined): ShownRelease[] {
  return store
    .serviceFolder(service.name)
    .releases()
    .filter(({ unproven, revision }) => !unproven || revision === service.revision)
    .map((release) => ({
      ...release,
      answers: release.revision === service.revision,
      pinned: release.imageIdentity === pin,
    }))
    .reverse();
}

/**
 * The release to go back to: that of revision `to`, else the newest one with another image than the one that answers. Throws an
 * error that names the choices when there is none, or its image is not in the store.
 */
export function chooseRelease(
  store: Store,
  service: ServiceRecord,
  releases: readonly ShownRelease[],
  to: number | undefined,
): ShownRelease {
  const choices = releases.map(
    ({ revision, imageId, answers }) => `${revision} (${imageId}${answers ? ", answers" : ""})`,
  );
  const listed = choices.length > 0 ? choices.join(", ") : "none";
  if (to !== undefined && !releases.some(({ revision }) => revision === to)) {
    throw new UsageError(`'--to' must be a kept release of service '${service.name}': ${listed}; got ${to}`);
  }
  const found = releases.find(({ revision, imageIdentity }) =>
    to === undefined ? imageIdentity !== service.imageIdentity : revision === to,
  );
  if (!found) {
    throw new CliError(
      `service '${service.name}' has no release with another image than the one that answers; its releases: ${listed}`,
    );
  }
  const bundle = store.imageStore.bundle(found.imageIdentity);
  if (!bundle || !store.environments.get(bundle.environment)) {
    throw new CliError(
      `the image of revision ${found.revision} (${found.imageId}) is not in the store any more; choose another one ` +
        `with --to: ${listed}, or put its content back and run npm run up`,
    );
  }
  return found;
}
