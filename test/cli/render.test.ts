import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { CliError } from "../../cli/errors";
import { renderStack } from "../../cli/render";
import { manifestsOf } from "../../cli/render/manifests";
import { recordProgram } from "../../cli/render/record";
import { readStackSettings } from "../../cli/render/settings";
import { writeManifests } from "../../cli/render/write";
import { openProject } from "../../cli/project";
import { takeRejections } from "../rejections";
import { type temporaryFolder, writeFiles } from "../support/folder";
import { aksProgram, renderProject } from "../support/render-project";

const header = `import * as pulumi from "@pulumi/pulumi";
import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { ConfigMap, Secret } from "@pulumi/kubernetes/core/v1";
const config = new pulumi.Config();
const labels = { app: "fraud" };
class Keys extends pulumi.CustomResource {
  constructor(name, args, token = "scorestack:local:ServiceKeys") {
    super(token, name, { primaryKey: undefined, ready: undefined, ...args }, { additionalSecretOutputs: ["primaryKey"] });
  }
}
const deployment = (image, more = {}) =>
  new Deployment("fraud", {
    metadata: { name: "fraud", namespace: "scoring" },
    spec: {
      replicas: config.requireNumber("replicas"),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "server", image, ...more }] } },
    },
  });
`;

const secretMark = "4dabf18193072939515e22adb298388d";

/** The command's work on small programs. Does not prove: that a stack of ours can be rendered. */
describe("npm run render", function () {
  this.timeout(60_000);
  let home: ReturnType<typeof temporaryFolder>;
  let out: string;

  beforeEach(() => {
    home = renderProject();
    out = path.join(home.folder, "out");
  });
  afterEach(() => {
    home.remove();
  });

  const render = (body: string, stack = "prod") => {
    writeFiles(home.folder, { "index.ts": header + body });
    return renderStack({ root: home.folder, stack, out });
  };
  const problemsOf = async (body: string): Promise<string[]> => {
    const error: unknown = await render(body).then(
      () => assert.fail("it was rendered"),
      (problem: unknown) => problem,
    );
    await takeRejections();
    assert.ok(error instanceof Error);
    assert.ok(!fs.existsSync(out));
    return error.message.split("\n");
  };
  const written = (name: string): unknown => parse(fs.readFileSync(path.join(out, name), "utf8"));

  it("writes each object that the stack would make into a file of its resource's name, and an index", async () => {
    const { manifests, placeholders, leftOut } = await render(`
      new ConfigMap("config", { metadata: { name: "config-1a2b", namespace: "scoring" }, data: { B: "2", A: "1" } });
      deployment(config.require("image"));
    `);
    assert.deepEqual([manifests.length, placeholders, leftOut], [2, [], []]);
    assert.deepEqual(fs.readdirSync(out).sort(), ["config.yaml", "fraud.yaml", "kustomization.yaml"]);
    assert.equal(
      fs.readFileSync(path.join(out, "config.yaml"), "utf8"),
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config-1a2b\n  namespace: scoring\ndata:\n  A: "1"\n  B: "2"\n',
    );
    assert.deepEqual(written("fraud.yaml"), {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "fraud", namespace: "scoring" },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "fraud" } },
        template: {
          metadata: { labels: { app: "fraud" } },
          spec: { containers: [{ name: "server", image: `registry.test/fraud@sha256:${"a".repeat(64)}` }] },
        },
      },
    });
    assert.deepEqual(written("kustomization.yaml"), {
      apiVersion: "kustomize.config.k8s.io/v1beta1",
      kind: "Kustomization",
      resources: ["config.yaml", "fraud.yaml"],
    });
  });

  it("writes no secret: settings are not decrypted, and made keys are placeholders", async () => {
    const { placeholders } = await render(`
      const keys = new Keys("keys", {});
      const token = config.requireSecret("token");
      const name = token.apply((text) => "token-" + text.length);
      new Secret("secret", {
        metadata: { name, namespace: "scoring" },
        immutable: true,
        data: { key: keys.primaryKey, token: token.apply((text) => Buffer.from(text).toString("base64")) },
      });
      deployment("image@sha256:0", { envFrom: [{ secretRef: { name } }] });
    `);
    assert.deepEqual(placeholders, ["token-33"]);
    assert.deepEqual(written("secret.yaml"), {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "token-33", namespace: "scoring" },
      stringData: { key: "SCORESTACK-PLACEHOLDER:key", token: "SCORESTACK-PLACEHOLDER:token" },
    });
    assert.match(fs.readFileSync(path.join(out, "fraud.yaml"), "utf8"), /secretRef:\n +name: token-33/);
  });

  it("writes a service as it would be made, less what Pulumi alone reads", async () => {
    writeFiles(home.folder, { "index.ts": aksProgram });
    const { manifests, placeholders, leftOut } = await renderStack({ root: home.folder, stack: "prod", out });
    assert.deepEqual(
      manifests.map(({ name }) => name).sort(),
      [
        ...["account", "budget-main", "config-main", "deployment-main", "gateway", "keys", "namespace", "network"],
        ...["replicas-main", "route", "scaler-main", "secrets-main", "service-main"],
      ].map((role) => `fraud-${role}`),
    );
    assert.deepEqual(leftOut, []);
    assert.deepEqual(placeholders.length, 2);
    const text = fs
      .readdirSync(out)
      .map((file) => fs.readFileSync(path.join(out, file), "utf8"))
      .join("---\n");
    assert.doesNotMatch(text, /pulumi|v1:cipher|Q0lQSEVS/);
    const [pod] = [written("fraud-deployment-main.yaml")] as {
      spec: { template: { spec: Record<string, unknown> } };
    }[];
    const volumes = pod?.spec.template.spec["volumes"] as { secret?: { secretName: string } }[];
    assert.equal(volumes[1]?.secret?.secretName, placeholders[0]);
  });

  it("refuses what is only known when the stack is made, all of it at once, and says what to do", async () => {
    const remedy = "'render' makes nothing: name it in the stack's settings (images by digest), or use npm run up";
    const rule = "must be known without making the stack, got a value that another resource has when it is made";
    const lines = await problemsOf(`
      const other = new Keys("other", {}, "azure-native:test:Thing");
      deployment(other.ready, { command: [other.id] });
    `);
    assert.deepEqual(lines, [
      `Deployment fraud: 'spec.template.spec.containers[0].command[0]' ${rule}; ${remedy}`,
      `Deployment fraud: 'spec.template.spec.containers[0].image' ${rule}; ${remedy}`,
    ]);
  });

  it("looks up what an identity was when the stack was made, unless it would be another one now", async () => {
    const type = "azure-native:managedidentity:UserAssignedIdentity";
    const made = { resourceName: "fraud", ready: "c1", secret: { [secretMark]: "1b47061264138c4ac30d75fd1eb44270" } };
    const resources = [
      { type, urn: `urn:pulumi:prod::shop::${type}::pods`, inputs: { resourceName: "fraud" }, outputs: made },
    ];
    const state = ".scorestack/state/.pulumi/stacks/shop/prod.json";
    writeFiles(home.folder, { [state]: JSON.stringify({ version: 3, checkpoint: { latest: { resources } } }) });
    const pods = (name: string): string =>
      `deployment(new Keys("pods", { resourceName: "${name}" }, "${type}").ready);`;
    await render(pods("fraud"));
    const { spec } = written("fraud.yaml") as { spec: { template: { spec: { containers: { image: string }[] } } } };
    assert.equal(spec.template.spec.containers[0]?.image, "c1");
    fs.rmSync(out, { recursive: true });
    assert.match((await problemsOf(pods("other")))[0] ?? "", /must be known without making the stack/);
  });

  it("refuses a secret that is in no Secret", async () => {
    const lines = await problemsOf(`
      deployment("image", { env: [{ name: "TOKEN", value: config.requireSecret("token") }] });
    `);
    assert.deepEqual(lines, [
      "Deployment fraud: 'spec.template.spec.containers[0].env[0].value' must not be secret, for it would stand in a file; " +
        "keep it in a Secret of the cluster",
    ]);
  });

  it("refuses an object without a name", async () => {
    assert.deepEqual(await problemsOf('new ConfigMap("config", { data: {} });'), [
      "ConfigMap config: 'metadata.name' must be given, for Pulumi makes one up when it makes the object",
    ]);
  });

  it("ends with the program's own error, also one that comes late", async () => {
    assert.deepEqual(await problemsOf('throw new pulumi.RunError("settings are wrong");'), ["settings are wrong"]);
    const late = 'deployment(pulumi.output("x").apply(() => { throw new pulumi.RunError("image is wrong"); }));';
    assert.deepEqual(await problemsOf(late), ["image is wrong"]);
  });

  it("says of a stack without Kubernetes objects that it has none, and of a chart that it is left out", async () => {
    assert.deepEqual(await problemsOf(""), ["stack 'prod' makes nothing in a Kubernetes cluster"]);
    const { leftOut } = await render(`
      deployment("image");
      new Keys("keda", { chart: "keda" }, "kubernetes:helm.sh/v3:Release");
    `);
    assert.deepEqual(leftOut, ["kubernetes:helm.sh/v3:Release keda"]);
  });

  it("replaces what an earlier run has written, and nothing else", async () => {
    await render('new ConfigMap("old", { metadata: { name: "old" } }); deployment("image");');
    await render('deployment("image");');
    assert.deepEqual(fs.readdirSync(out).sort(), ["fraud.yaml", "kustomization.yaml"]);
    writeFiles(out, { "mine.yaml": "a: 1\n" });
    const expected = `'--out' must be a new folder, or one of an earlier render, got '${out}'; choose another`;
    assert.throws(() => writeManifests(out, []), new CliError(expected));
    assert.deepEqual(fs.readdirSync(out).sort(), ["fraud.yaml", "kustomization.yaml", "mine.yaml"]);
  });

  it("takes what the program asks of another stack from that stack's outputs", async () => {
    const asked: string[] = [];
    const recorded = await recordProgram(
      () => {
        const dev = new pulumi.StackReference("organization/shop/dev");
        new ConfigMap("config", {
          metadata: { name: "config" },
          data: { ref: dev.getOutput("ref") as pulumi.Output<string> },
        });
        return Promise.resolve();
      },
      {
        ...{ project: "shop", stack: "prod", config: {}, secretKeys: [], madeBefore: () => undefined },
        outputsOf: (reference) => {
          asked.push(reference);
          return Promise.resolve({ ref: "registry.test/fraud@sha256:0" });
        },
      },
    );
    assert.deepEqual(asked, ["organization/shop/dev"]);
    const [config] = manifestsOf(recorded).manifests;
    assert.deepEqual(config?.object["data"], { ref: "registry.test/fraud@sha256:0" });
  });

  it("reads settings as the engine would, with a placeholder of its own for each secret", () => {
    assert.deepEqual(readStackSettings(openProject(home.folder), "prod"), {
      config: {
        "shop:replicas": "2",
        "shop:color": "",
        "shop:image": `registry.test/fraud@sha256:${"a".repeat(64)}`,
        "shop:token": "SCORESTACK-PLACEHOLDER:shop:token",
        "shop:services": '{"fraud":{"keys":["SCORESTACK-PLACEHOLDER:shop:services.fraud.keys[0]","plain"]}}',
      },
      secretKeys: ["shop:token", "shop:services"],
    });
  });
});
