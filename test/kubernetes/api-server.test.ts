import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { renderStack } from "../../cli/render";
import type { KubernetesServicePlan, VersionPlan } from "../../components/render/kubernetes/plan";
import { aksProgram, renderProject } from "../support/render-project";
import { ApiServer, type Stored } from "./api-server";
import { type Manifest, manifestsOf, plans } from "./rendered";
import { definitionFiles, moduleFile, serverVersion, whyNot } from "./tools";

const reason = whyNot("apiServer") ?? whyNot("etcd");

/**
 * On a real API server: defaults, validation beyond schemas (CEL rules too), admission, server-side apply. Does not prove: that pods
 * run, that a gateway routes or KEDA scales; there are no controllers and no nodes.
 */
(reason ? describe.skip : describe)(
  `rendered objects on kube-apiserver ${serverVersion}${reason ? ` (${reason})` : ""}`,
  function () {
    this.timeout(180_000);
    let server: ApiServer;
    const full = plans["full"] as KubernetesServicePlan;
    const objects = Object.values(plans).flatMap(manifestsOf);

    before(async () => {
      server = await ApiServer.start();
      const definitions = Object.values(definitionFiles).map(([module, version, file]) => {
        return parse(fs.readFileSync(moduleFile(module, version, file), "utf8")) as Manifest;
      });
      for (const definition of definitions) {
        assert.equal((await server.apply(definition)).status, 201);
      }
      for (const kind of ["HTTPRoute", "Gateway", "ScaledObject"]) {
        const object = objects.find((one) => one.kind === kind);
        assert.ok(object);
        await server.waitFor(object);
      }
    });
    after(async () => {
      await (server as ApiServer | undefined)?.stop();
    });

    it("are taken, all of them, in their order", async () => {
      const namespace = objects.find(({ kind }) => kind === "Namespace");
      assert.equal(objects[0], namespace);
      for (const object of objects) {
        const { status, body } = await server.apply(object);
        assert.equal(status, 201, `${object.kind} ${object.metadata.name}: ${body.message ?? ""}`);
      }
    });

    it("are read back as they were sent: no form of a number that the server would change", async () => {
      for (const object of objects) {
        const { body } = await server.read(object);
        assert.deepEqual(differences(object, body, `${object.kind} ${object.metadata.name}`), []);
      }
    });

    it("change nothing when they are sent again", async () => {
      // A Gateway's definition has a status for it, which is stored by the second write, or by the gateway's controller.
      for (const gateway of objects.filter(({ kind }) => kind === "Gateway")) {
        await server.apply(gateway);
      }
      assert.deepEqual(await movedBy(server, objects), []);
    });

    it("move by an image's digest in one Deployment alone", async () => {
      const ref = `registry.test/fraud@sha256:${"d".repeat(64)}`;
      const changed = manifestsOf(withVersion(full, { imageRef: ref, imageIdentity: "e".repeat(64) }));
      const moved = await movedBy(server, changed);
      assert.deepEqual(moved, ["Deployment fraud-v1"]);
      const deployment = changed.find(({ kind }) => kind === "Deployment");
      assert.ok(deployment);
      const { body } = await server.read(deployment);
      assert.equal(imageOf(body), ref);
      assert.equal(body.metadata.generation, 2);
    });

    it("move by a share of the traffic in the route alone", async () => {
      const plan = withVersion(full, { trafficPercent: 100 });
      const versions = plan.versions.map((one) => (one.name === "v2" ? { ...one, trafficPercent: 0 } : one));
      await movedBy(server, manifestsOf(full));
      assert.deepEqual(await movedBy(server, manifestsOf({ ...plan, versions })), ["HTTPRoute fraud"]);
    });

    it("move by a key in the pods of all versions, with a new Secret beside the one before", async () => {
      await movedBy(server, manifestsOf(full));
      const changed = manifestsOf({ ...full, keyDigests: '["other"]' });
      const [secret, ...moved] = await movedBy(server, changed);
      assert.match(secret ?? "", /^Secret fraud-keys-[0-9a-f]{10}$/);
      assert.deepEqual(moved, ["Deployment fraud-v1", "Deployment fraud-v2", "Deployment fraud-shadow"]);
      const old = manifestsOf(full).find(
        ({ kind, metadata }) => kind === "Secret" && metadata.name.startsWith("fraud-keys"),
      );
      assert.ok(old);
      assert.equal((await server.read(old)).status, 200);
    });

    it("leave the number of replicas to a scaler, however often they are sent", async () => {
      const deployment = manifestsOf(full).find(({ kind }) => kind === "Deployment");
      assert.ok(deployment);
      assert.equal((await server.scale(deployment, 7)).status, 200);
      const { status, body } = await server.apply(deployment);
      assert.deepEqual([status, body.spec?.["replicas"]], [200, 7]);
    });

    it("fall to one replica, for a scaler to raise, when a fixed number becomes the scaler's: docs/kubernetes-security.md", async () => {
      const [least] = manifestsOf(plans["least"] as KubernetesServicePlan).filter(({ kind }) => kind === "Deployment");
      assert.ok(least);
      assert.equal((await server.apply(least)).body.spec?.["replicas"], 2);
      const { replicas: _, ...spec } = least.spec ?? {};
      assert.equal((await server.apply({ ...least, spec })).body.spec?.["replicas"], 1);
    });

    it("have pods that the Pod Security standard 'restricted' admits, and no laxer ones", async () => {
      for (const deployment of manifestsOf(full).filter(({ kind }) => kind === "Deployment")) {
        const { status, body } = await server.create(podOf(deployment));
        assert.equal(status, 201, body.message);
      }
      const [deployment] = manifestsOf(full).filter(({ kind }) => kind === "Deployment");
      assert.ok(deployment);
      const pod = podOf(deployment);
      const laxer = {
        ...pod,
        metadata: { ...pod.metadata, name: "laxer" },
        spec: { ...pod.spec, securityContext: {} },
      };
      const { status, body } = await server.create(laxer);
      assert.equal(status, 403);
      assert.match(body.message ?? "", /violates PodSecurity "restricted:latest": runAsNonRoot != true/);
    });

    it("are taken as `npm run render` writes them", async () => {
      const home = renderProject();
      const out = path.join(home.folder, "out");
      try {
        fs.writeFileSync(path.join(home.folder, "index.ts"), aksProgram);
        await renderStack({ root: home.folder, stack: "prod", out });
        const written = fs
          .readdirSync(out)
          .filter((file) => file.startsWith("fraud-"))
          .map((file) => parse(fs.readFileSync(path.join(out, file), "utf8")) as Manifest);
        // As kustomize orders them.
        written.sort((a, b) => Number(b.kind === "Namespace") - Number(a.kind === "Namespace"));
        assert.equal(written.length, 13);
        for (const object of written) {
          const { status, body } = await server.apply(object);
          assert.equal(status, 201, `${object.kind} ${object.metadata.name}: ${body.message ?? ""}`);
        }
      } finally {
        home.remove();
      }
    });

    it("can't be changed under pods that run: a ConfigMap's content is for life", async () => {
      const config = manifestsOf(full).find(({ kind }) => kind === "ConfigMap");
      assert.ok(config);
      const { status, body } = await server.apply({ ...config, data: { ...config.data, WORKER_COUNT: "9" } });
      assert.equal(status, 422);
      assert.match(body.message ?? "", /field is immutable when `immutable` is set/);
    });
  },
);

/** The full service with its first version changed. */
function withVersion(plan: KubernetesServicePlan, change: Partial<VersionPlan>): KubernetesServicePlan {
  return { ...plan, versions: plan.versions.map((one, index) => (index === 0 ? { ...one, ...change } : one)) };
}

/** Applies all and tells which objects are new or other than before, in order. */
async function movedBy(server: ApiServer, objects: readonly Manifest[]): Promise<string[]> {
  const before = await versionsOf(server, objects);
  for (const object of objects) {
    const { status, body } = await server.apply(object);
    assert.ok(status < 300, `${object.kind} ${object.metadata.name}: ${body.message ?? ""}`);
  }
  const after = await versionsOf(server, objects);
  return Object.keys(after).filter((name) => before[name] !== after[name]);
}

async function versionsOf(
  server: ApiServer,
  objects: readonly Manifest[],
): Promise<Record<string, string | undefined>> {
  const versions: Record<string, string | undefined> = {};
  for (const object of objects) {
    const { status, body } = await server.read(object);
    versions[`${object.kind} ${object.metadata.name}`] = status === 200 ? body.metadata.resourceVersion : undefined;
  }
  return versions;
}

/** Where what was sent is not what is stored; what the server added does not count. */
function differences(sent: unknown, stored: unknown, at: string): string[] {
  if (typeof sent === "object" && sent !== null) {
    const found = (stored ?? {}) as Record<string, unknown>;
    return Object.entries(sent).flatMap(([key, value]) => differences(value, found[key], `${at}.${key}`));
  }
  return sent === stored ? [] : [`${at}: ${JSON.stringify(sent)} became ${JSON.stringify(stored)}`];
}

function imageOf(deployment: Stored): string | undefined {
  const spec = deployment.spec as { template: { spec: { containers: { image: string }[] } } };
  return spec.template.spec.containers[0]?.image;
}

/** What a Deployment's controller would make. */
function podOf({ metadata, spec }: Manifest): Manifest {
  const { template } = spec as { template: Pick<Manifest, "metadata" | "spec"> };
  const { name, namespace } = metadata;
  return {
    ...template,
    apiVersion: "v1",
    kind: "Pod",
    metadata: { ...template.metadata, name, namespace },
  };
}
