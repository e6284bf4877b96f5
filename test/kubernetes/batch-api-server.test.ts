import { strict as assert } from "node:assert";
import { renderNamespace } from "../../components/render/kubernetes/access";
import { servicePlan } from "../support/kubernetes-plan";
import { ApiServer } from "./api-server";
import { batches, type Manifest } from "./rendered";
import { serverVersion, whyNot } from "./tools";

const reason = whyNot("apiServer") ?? whyNot("etcd");

/**
 * Batch runs on a real API server: defaults, validation beyond schemas, admission. Does not prove: that pods run, or what the Job's
 * controller makes of exit codes and lost nodes; there are no controllers and no nodes.
 */
(reason ? describe.skip : describe)(
  `rendered batch runs on kube-apiserver ${serverVersion}${reason ? ` (${reason})` : ""}`,
  function () {
    this.timeout(180_000);
    let server: ApiServer;
    const objects = batches.flat();
    const [job] = objects.filter(({ kind }) => kind === "Job") as [Manifest];

    before(async () => {
      server = await ApiServer.start();
      const namespace = renderNamespace(servicePlan({ ownsNamespace: true })) as unknown as Manifest;
      assert.equal((await server.apply(namespace)).status, 201);
    });
    after(async () => {
      await (server as ApiServer | undefined)?.stop();
    });

    it("are taken, all of them, in their order", async () => {
      for (const object of objects) {
        const { status, body } = await server.apply(object);
        assert.equal(status, 201, `${object.kind} ${object.metadata.name}: ${body.message ?? ""}`);
      }
    });

    it("are read back as they were sent, and change nothing when they are sent again", async () => {
      for (const object of objects) {
        const { body } = await server.read(object);
        assert.deepEqual(differences(object, body, `${object.kind} ${object.metadata.name}`), []);
        const again = await server.apply(object);
        assert.equal(again.body.metadata.resourceVersion, body.metadata.resourceVersion);
      }
    });

    it("have pods that the Pod Security standard 'restricted' admits", async () => {
      for (const { metadata, spec } of objects.filter(({ kind }) => kind === "Job")) {
        const { template } = spec as { template: Pick<Manifest, "metadata" | "spec"> };
        const { name, namespace } = metadata;
        const pod = { ...template, apiVersion: "v1", kind: "Pod", metadata: { ...template.metadata, name, namespace } };
        const { status, body } = await server.create(pod);
        assert.equal(status, 201, body.message);
      }
    });

    it("change in place what their name leaves out, and nothing else", async () => {
      const taken = { parallelism: 2, maxFailedIndexes: 3, activeDeadlineSeconds: 7200, ttlSecondsAfterFinished: 60 };
      for (const [property, value] of Object.entries(taken)) {
        const { status, body } = await server.apply({ ...job, spec: { ...job.spec, [property]: value } });
        assert.equal(status, 200, `${property}: ${body.message ?? ""}`);
      }
      const text = JSON.stringify(job.spec);
      const refused = [
        text.replace("a".repeat(64), "c".repeat(64)),
        text.replace('"completions":8', '"completions":9'),
        text.replace('"backoffLimitPerIndex":3', '"backoffLimitPerIndex":4'),
        text.replace('"action":"FailIndex"', '"action":"FailJob"'),
      ];
      for (const spec of refused) {
        assert.notEqual(spec, text);
        const { status, body } = await server.apply({ ...job, spec: JSON.parse(spec) as Record<string, unknown> });
        assert.equal(status, 422, spec);
        assert.match(body.message ?? "", /field is immutable|can only be modified in tandem/);
      }
    });

    it("would be refused with a policy for exit codes and pods that start again by themselves", async () => {
      const spec = JSON.parse(
        JSON.stringify(job.spec).replace('"restartPolicy":"Never"', '"restartPolicy":"OnFailure"'),
      ) as Record<string, unknown>;
      const { status, body } = await server.create({ ...job, metadata: { ...job.metadata, name: "restarting" }, spec });
      assert.equal(status, 422);
      assert.match(body.message ?? "", /only "Never" is supported when podFailurePolicy is specified/);
    });
  },
);

/** Where what was sent is not what is stored; what the server added does not count. */
function differences(sent: unknown, stored: unknown, at: string): string[] {
  if (typeof sent === "object" && sent !== null) {
    const found = (stored ?? {}) as Record<string, unknown>;
    return Object.entries(sent).flatMap(([key, value]) => differences(value, found[key], `${at}.${key}`));
  }
  return sent === stored ? [] : [`${at}: ${JSON.stringify(sent)} became ${JSON.stringify(stored)}`];
}
