import type { CustomObject } from "./custom";
import { gatewayApi, parentOf } from "./gateway";
import { serviceMetadata, versionObjectName } from "./names";
import type { GatewayExposure, KubernetesServicePlan, VersionPlan } from "./plan";
import { gatewayDuration } from "./quantities";
import { servicePort } from "./service";

/** Header by which a caller picks a version, as Azure Machine Learning's online endpoints have it. */
export const versionHeader = "azureml-model-deployment";
/** How much longer than the server the gateway waits, so that the server's own answer arrives. */
const marginMs = 5000;
/** The server has nothing there: it answers 404. */
const nowhere = "/not-found";

/** The way from the gateway to the versions; undefined where there is no gateway. */
export function renderRoute(plan: KubernetesServicePlan): CustomObject | undefined {
  const { exposure } = plan;
  if (exposure.kind !== "gateway") {
    return undefined;
  }
  return {
    apiVersion: gatewayApi,
    kind: "HTTPRoute",
    metadata: serviceMetadata(plan),
    spec: {
      parentRefs: [parentOf(plan, exposure)],
      ...(exposure.hostnames.length > 0 ? { hostnames: [...exposure.hostnames] } : {}),
      rules: [
        ...hidingRules(plan, exposure),
        ...plan.versions.map((version) => pickingRule(plan, exposure, version)),
        dividingRule(plan, exposure),
      ],
    },
  };
}

/** Paths that are not for callers lead to where the server has nothing: a rule without a backend may be answered with 500. */
function hidingRules(plan: KubernetesServicePlan, exposure: GatewayExposure) {
  const [version] = plan.versions.filter(({ isDefault }) => isDefault);
  return exposure.hiddenPaths.length === 0 || version === undefined
    ? []
    : [
        {
          matches: exposure.hiddenPaths.map((hidden) => prefix(below(exposure.pathPrefix, hidden))),
          filters: [
            { type: "URLRewrite", urlRewrite: { path: { type: "ReplaceFullPath", replaceFullPath: nowhere } } },
          ],
          backendRefs: [backend(plan, version)],
        },
      ];
}

/** Callers who name a version get it, whatever its share: to try one before it has traffic, or to ask it who it is. */
function pickingRule(plan: KubernetesServicePlan, exposure: GatewayExposure, version: VersionPlan) {
  const headers = [{ type: "Exact", name: versionHeader, value: version.name }];
  return {
    matches: [{ ...prefix(exposure.pathPrefix), headers }],
    ...filtersOf(rewrites(exposure)),
    backendRefs: [backend(plan, version)],
    timeouts: timeoutsOf([version]),
  };
}

function dividingRule(plan: KubernetesServicePlan, exposure: GatewayExposure) {
  const mirrors = plan.versions.flatMap((version) =>
    version.mirrorPercent === undefined
      ? []
      : [{ type: "RequestMirror", requestMirror: mirrorOf(plan, version, version.mirrorPercent) }],
  );
  const serving = plan.versions.filter(({ mirrorPercent }) => mirrorPercent === undefined);
  return {
    matches: [prefix(exposure.pathPrefix)],
    ...filtersOf([...rewrites(exposure), ...mirrors]),
    backendRefs: serving.map((version) => ({ ...backend(plan, version), weight: version.trafficPercent })),
    timeouts: timeoutsOf(serving),
  };
}

/** All of them is what every version of the API can say. */
function mirrorOf(plan: KubernetesServicePlan, version: VersionPlan, percent: number) {
  return { backendRef: backend(plan, version), ...(percent === 100 ? {} : { percent }) };
}

function backend(plan: KubernetesServicePlan, version: VersionPlan) {
  return { group: "", kind: "Service", name: versionObjectName(plan, version), port: servicePort };
}

function rewrites({ pathPrefix }: GatewayExposure) {
  return pathPrefix === "/"
    ? []
    : [{ type: "URLRewrite", urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } } }];
}

function filtersOf(filters: readonly object[]): { filters?: readonly object[] } {
  return filters.length > 0 ? { filters } : {};
}

function timeoutsOf(versions: readonly VersionPlan[]) {
  const longest = Math.max(
    ...versions.map(({ scoringTimeoutMs, maxRequestWaitTimeMs }) => scoringTimeoutMs + maxRequestWaitTimeMs),
  );
  return { request: gatewayDuration(longest + marginMs) };
}

function prefix(value: string) {
  return { path: { type: "PathPrefix", value } };
}

function below(pathPrefix: string, path: string): string {
  return pathPrefix === "/" ? path : `${pathPrefix}${path}`;
}
