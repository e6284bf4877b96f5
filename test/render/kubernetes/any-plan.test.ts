import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type RenderedObject, renderAll } from "../../../components/render/kubernetes/all";
import type { KubernetesServicePlan } from "../../../components/render/kubernetes/plan";
import { anyPlan } from "../../support/kubernetes-plan";

/** What is read of an object, whatever its kind. */
interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels: Record<string, string> };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}
type Rule = Readonly<Record<string, unknown>>;

/** Holds for every plan that may be. Does not prove: that a cluster takes the objects, or what they then do. */
describe("the objects of a service in a cluster", () => {
  const holds = (what: string, check: (objects: readonly Rendered[], plan: KubernetesServicePlan) => void): void => {
    it(what, () => {
      fc.assert(fc.property(anyPlan, (plan) => check(renderAll(plan).map(plainly), plan)));
    });
  };

  holds("have names and labels that Kubernetes takes", (objects) => {
    for (const { kind, metadata } of objects) {
      const longest = ["Service", "Namespace"].includes(kind) ? 63 : 253;
      assert.match(metadata.name, /^[a-z]([-a-z0-9]*[a-z0-9])?$/);
      assert.ok(metadata.name.length <= longest, `${kind} ${metadata.name}`);
      for (const label of Object.values(metadata.labels)) {
        assert.match(label, /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
      }
    }
  });

  holds("are one of a kind and name each, all in the service's namespace", (objects, { namespace }) => {
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    assert.deepEqual([...new Set(names)], names);
    assert.ok(objects.every(({ kind, metadata }) => kind === "Namespace" || metadata.namespace === namespace));
  });

  it("have roles of which each is there once for each version", () => {
    fc.assert(
      fc.property(anyPlan, (plan) => {
        const roles = renderAll(plan).map(({ role, version }) => `${role} ${version ?? ""}`);
        assert.deepEqual([...new Set(roles)], roles);
      }),
    );
  });

  holds("name no object of the service that is not there before them", (objects) => {
    const before = new Set<string>();
    const own = new Set(objects.map(({ metadata }) => metadata.name));
    for (const object of objects) {
      const named = namesIn({ spec: object.spec }).filter((one) => own.has(one));
      assert.deepEqual(
        named.filter((one) => !before.has(one)),
        [],
      );
      before.add(object.metadata.name);
    }
  });

  holds("have what is secret in Secrets alone", (objects) => {
    const shown = objects.map((object) => (object.kind === "Secret" ? { ...object, data: undefined } : object));
    assert.doesNotMatch(JSON.stringify(shown), /secret-|c2VjcmV0/);
  });

  holds("divide all of the traffic, no part of it twice, and give a mirror none of its own", (objects, plan) => {
    const rules = rulesOf(objects);
    assert.equal(rules.length > 0, plan.exposure.kind === "gateway");
    const weights = (rules.at(-1)?.["backendRefs"] ?? []) as { name: string; weight: number }[];
    const sum = weights.reduce((total, { weight }) => total + weight, 0);
    assert.equal(sum, rules.length > 0 ? 100 : 0);
    const mirrors = plan.versions.filter(({ mirrorPercent }) => mirrorPercent !== undefined);
    const mirrored = mirrors.map(({ name }) => `${plan.serviceName}-${name}`);
    assert.ok(weights.every(({ name }) => !mirrored.includes(name)));
  });

  holds("have durations as the Gateway API writes them, longer than the server takes", (objects, plan) => {
    const longest = Math.max(...plan.versions.map((one) => one.scoringTimeoutMs + one.maxRequestWaitTimeMs));
    for (const rule of rulesOf(objects)) {
      const { request } = (rule["timeouts"] ?? { request: "0s" }) as { request: string };
      assert.match(request, /^([0-9]{1,5}(h|m|s|ms)){1,4}$/);
    }
    const last = (rulesOf(objects).at(-1)?.["timeouts"] as { request: string } | undefined)?.request;
    const serving = plan.versions.filter(({ mirrorPercent }) => mirrorPercent === undefined);
    const wanted = Math.max(...serving.map((one) => one.scoringTimeoutMs + one.maxRequestWaitTimeMs)) + 5000;
    assert.ok(longest > 0);
    assert.equal(last === undefined ? wanted : milliseconds(last), wanted);
  });

  holds("have at most the 16 rules that a route may have", (objects) => {
    assert.ok(rulesOf(objects).length <= 16);
  });

  holds("let nobody in who is not named, but for a load balancer that is open to all", (objects, plan) => {
    const policy = objects.find(({ kind }) => kind === "NetworkPolicy");
    const ingress = (policy?.spec?.["ingress"] ?? []) as { from?: unknown[] }[];
    const isOpen = plan.exposure.kind === "loadBalancer" && plan.exposure.allowedRanges.length === 0;
    assert.equal(
      ingress.some(({ from }) => from === undefined),
      isOpen,
    );
    assert.ok(ingress.every(({ from }) => from === undefined || from.length > 0));
  });

  holds("leave the number of replicas to what scales them, and have one scaler then", (objects, plan) => {
    for (const { name, replicas } of plan.versions) {
      const own = objects.filter(({ metadata }) => metadata.name === `${plan.serviceName}-${name}`);
      const deployment = own.find(({ kind }) => kind === "Deployment");
      const scalers = own.filter(({ kind }) => ["ScaledObject", "HorizontalPodAutoscaler"].includes(kind));
      assert.equal(deployment?.spec?.["replicas"], replicas.kind === "fixed" ? replicas.count : undefined);
      assert.equal(scalers.length, replicas.kind === "fixed" ? 0 : 1);
    }
  });
});

function plainly({ object }: RenderedObject): Rendered {
  return object as unknown as Rendered;
}

function rulesOf(objects: readonly Rendered[]): Rule[] {
  return (objects.find(({ kind }) => kind === "HTTPRoute")?.spec?.["rules"] ?? []) as Rule[];
}

function milliseconds(duration: string): number {
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  return [...duration.matchAll(/(\d+)(h|ms|m|s)/g)].reduce(
    (sum, [, amount, unit = ""]) => sum + Number(amount) * (units[unit] ?? 0),
    0,
  );
}

/** Every `name`, `secretName` and `serviceAccountName` in a value. */
function namesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, item]) =>
    ["name", "secretName", "serviceAccountName"].includes(key) && typeof item === "string" ? [item] : namesIn(item),
  );
}
