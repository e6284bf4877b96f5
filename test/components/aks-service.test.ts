import { strict as assert } from "node:assert";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { AksService, type AksServiceArgs, type KubernetesHost } from "../../components";
import { localTokens } from "../../components/internal/local-contract";
import { renderAll } from "../../components/render/kubernetes/all";
import { only, type Registration, type Run, runProgram, value } from "../harness";
import { containerImage as image, ids } from "../support/aci-host";
import { plan } from "../support/aks-defaults";
import { makeCertificate } from "../support/certificates";
import { clusterHost } from "../support/kubernetes-host";

const commandType = "command:local:Command";
const [deployment, route] = ["kubernetes:apps/v1:Deployment", "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"];
const bare: KubernetesHost = { ...clusterHost, gateway: undefined };
const two = { blue: { image }, green: { image: { ...image, identity: "c".repeat(64) } } };
const steps = [{ trafficPercent: 10 }, { trafficPercent: 100 }];

/** Does not prove: that a cluster takes it, nor diffs and replaces; `test/render/kubernetes` and `test/engine` have some of it. */
describe("AksService", () => {
  const run = (args: Partial<AksServiceArgs> = {}): Promise<Run<AksService>> =>
    runProgram(() => new AksService("churn", { host: clusterHost, image, ...args }));
  const named = ({ resources }: Run<unknown>): string[] => resources.map(({ type, name }) => `${type} ${name}`);
  const proofs = ({ resources }: Run<unknown>): Registration[] => resources.filter(({ type }) => type === commandType);

  it("makes keys, the objects of its plan, each as it is rendered, and a proof", async () => {
    const made = await run();
    const core = "kubernetes:core/v1";
    assert.deepEqual(named(made), [
      "scorestack:index:AksService churn",
      `${localTokens.serviceKeys} churn-keys`,
      `${core}:Namespace churn-namespace`,
      `${core}:ServiceAccount churn-account`,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy churn-network",
      `${core}:Secret churn-keys`,
      "kubernetes:gateway.networking.k8s.io/v1:Gateway churn-gateway",
      `${core}:ConfigMap churn-config-main`,
      `${deployment} churn-deployment-main`,
      `${core}:Service churn-service-main`,
      `${core}:Service churn-replicas-main`,
      "kubernetes:policy/v1:PodDisruptionBudget churn-budget-main",
      "kubernetes:keda.sh/v1alpha1:ScaledObject churn-scaler-main",
      `${route} churn-route`,
      `${commandType} churn-smoke-test`,
    ]);
    const rendered = renderAll(plan).map(({ object }) => object);
    const objects = made.resources.filter(({ type }) => type.startsWith("kubernetes:")).map(({ inputs }) => inputs);
    const gateway = objects.find(({ kind }) => kind === "Gateway")?.["metadata"] as { annotations?: object };
    assert.deepEqual(gateway.annotations, { "pulumi.com/waitFor": "condition=Programmed" });
    delete gateway.annotations;
    assert.deepEqual(objects, JSON.parse(JSON.stringify(rendered)));
  });

  it("answers gRPC as well by one word, and tells where", async () => {
    const made = await run({ grpc: {}, hostname: "churn.example.com" });
    const routed = only(made, "kubernetes:gateway.networking.k8s.io/v1:GRPCRoute");
    assert.equal(routed.name, "churn-grpc-route");
    assert.equal(await value(made.result.grpcUri), "churn.example.com:8081");
    const { containers } = (
      only(made, deployment).inputs as { spec: { template: { spec: { containers: { name: string }[] } } } }
    ).spec.template.spec;
    assert.deepEqual(
      containers.map(({ name }) => name),
      ["server", "grpc"],
    );
    assert.equal(await value((await run()).result.grpcUri), undefined);
    const inside = await run({ grpc: { port: 9000 }, exposure: "cluster" });
    assert.equal(await value(inside.result.grpcUri), "churn.churn.svc.cluster.local:9000");
  });

  it("makes every object with the host's provider, after what the host must have", async () => {
    const made = await runProgram(() => {
      const pool = new pulumi.ComponentResource("scorestack:index:Pool", "pool");
      const provider = new kubernetes.Provider("cluster", { kubeconfig: "{}" });
      return new AksService("churn", { host: { ...clusterHost, provider, ready: [pool] }, image });
    });
    const objects = made.resources.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.equal(objects.length, 12);
    const provider = only(made, "pulumi:providers:kubernetes").urn;
    assert.deepEqual(
      [...new Set(objects.map((object) => object.provider.split("::").slice(0, 4).join("::")))],
      [provider],
    );
  });

  it("leads requests there only when somebody answers, and scales what is there", async () => {
    const made = await run({ image: undefined, versions: two, rollout: { from: "blue", to: "green", steps } });
    const urn = (name: string): string => made.resources.find((one) => one.name === name)?.urn ?? name;
    const after = (name: string): readonly string[] =>
      made.resources.find((one) => one.name === name)?.dependencies ?? [];
    for (const name of ["blue", "green"]) {
      assert.ok(after("churn-route").includes(urn(`churn-deployment-${name}`)));
      assert.ok(after(`churn-scaler-${name}`).includes(urn(`churn-deployment-${name}`)));
      assert.ok(after(`churn-deployment-${name}`).includes(urn(`churn-config-${name}`)));
    }
    assert.ok(!after("churn-deployment-green").includes(urn("churn-deployment-blue")), "versions start side by side");
    assert.ok(after("churn-smoke-test-green").includes(urn("churn-route")));
  });

  it("has it proven who answers, with the key in the environment alone", async () => {
    const made = await run({ image: { ...image, sampleRequests: "work/requests" } });
    const command = only(made, commandType);
    assert.deepEqual(command.inputs, {
      create: `node cli/launch.cjs smoke --url http://203.0.113.10 --identity ${"a".repeat(64)} --samples work/requests --deadline 600 --logs "kubectl logs --namespace churn --selector scorestack/service=churn,scorestack/version=main --tail 100"`,
      environment: { INIT_CWD: ".", SCORESTACK_KEY: "made-primary" },
      triggers: [image.identity, "http://203.0.113.10", (command.inputs["triggers"] as string[])[2]],
      addPreviousOutputInEnv: false,
      logging: "stdoutAndStderr",
    });
    assert.deepEqual(command.secrets, ["environment"]);
  });

  it("has each version proven by the header that picks it, one without requests too", async () => {
    const made = await run({ image: undefined, versions: two, rollout: { from: "blue", to: "green", steps } });
    assert.deepEqual(
      proofs(made).map(({ name, inputs }) => [
        name,
        /--header "[^"]+"|--identity \w/g.exec(String(inputs["create"]))?.[0],
        / --header ("[^"]+")/.exec(String(inputs["create"]))?.[1],
      ]),
      [
        ["churn-smoke-test-blue", "--identity a", '"azureml-model-deployment: blue"'],
        ["churn-smoke-test-green", "--identity c", '"azureml-model-deployment: green"'],
      ],
    );
  });

  it("is proven again when image, address or settings change, and not when replicas, labels or shares do", async () => {
    const triggers = async (args: Partial<AksServiceArgs>): Promise<unknown> =>
      only(await run(args), commandType).inputs["triggers"];
    const before = await triggers({});
    assert.deepEqual(await triggers({ tags: { a: "b" }, maxReplicas: 4, cpuCores: 2 }), before);
    for (const args of [{ pathPrefix: "/churn" }, { scoringTimeoutMs: 1000 }, { maxRequestWaitTimeMs: 1000 }]) {
      assert.notDeepEqual(await triggers(args), before, JSON.stringify(args));
    }
  });

  it("is not proven where that is not wanted, or nobody outside can ask", async () => {
    assert.deepEqual(proofs(await run({ smokeTestEnabled: false })), []);
    assert.deepEqual(proofs(await run({ host: bare })), []);
  });

  for (const [what, args, base] of [
    ["a Gateway of its own", {}, "http://203.0.113.10"],
    ["a domain", { hostname: "churn.example.com", tls: { issuerName: "ca" } }, "https://churn.example.com"],
    ["a path", { pathPrefix: "/churn" }, "http://203.0.113.10/churn"],
    [
      "a shared Gateway",
      {
        host: {
          ...clusterHost,
          gateway: {
            className: "istio",
            shared: { name: "t", namespace: "g", hostname: pulumi.output("ml.example.com"), hasTls: true },
          },
        },
      },
      "https://ml.example.com/api/v1/service/churn",
    ],
    ["a load balancer", { exposure: "loadBalancer" }, "http://203.0.113.20"],
    ["a port of it", { exposure: "loadBalancer", port: 8080 }, "http://203.0.113.20:8080"],
    ["the cluster alone", { host: bare }, "http://churn.churn.svc.cluster.local"],
  ] as readonly (readonly [string, Partial<AksServiceArgs>, string])[]) {
    it(`tells its addresses: ${what}`, async () => {
      const { result } = await run(args);
      const { scoringUri, swaggerUri, healthUri, versionUri } = result;
      assert.deepEqual(await value(pulumi.output({ scoringUri, swaggerUri, healthUri, versionUri })), {
        scoringUri: `${base}/score`,
        swaggerUri: `${base}/swagger.json`,
        healthUri: `${base}/`,
        versionUri: `${base}/version`,
      });
    });
  }

  it("is proven at the Gateway's address before a record leads its name there", async () => {
    const made = await run({ hostname: "churn.example.com", tls: { issuerName: "ca" } });
    const create = String(only(made, commandType).inputs["create"]);
    assert.match(create, /--url https:\/\/churn\.example\.com .*--connect 203\.0\.113\.10 /);
    assert.equal(await value(made.result.addressHost), "203.0.113.10");
  });

  it("tells image, models and shares, of the version that is the service", async () => {
    const green = { image: { ...two.green.image, imageId: "churn:b2", modelIds: ["churn:m2"] } };
    const told = async (step: number) => {
      const rollout = { from: "blue", to: "green", steps, step };
      const { result } = await run({ image: undefined, versions: { ...two, green }, rollout });
      return value(pulumi.all([result.imageIdentity, result.modelIds, result.traffic]));
    };
    assert.deepEqual(await told(1), ["a".repeat(64), [], { blue: 90, green: 10 }]);
    assert.deepEqual(await told(2), ["c".repeat(64), ["churn:m2"], { blue: 0, green: 100 }]);
  });

  it("changes nothing but the route from one step to the next, until the last", async () => {
    const made = async (step: number) =>
      new Map(
        (
          await run({
            image: undefined,
            versions: two,
            rollout: { from: "blue", to: "green", steps: [{ mirrorPercent: 5 }, ...steps], step },
          })
        ).resources
          .filter(({ type }) => type !== "scorestack:index:AksService")
          .map(({ name, type, inputs }) => [`${type} ${name}`, JSON.stringify(inputs)]),
      );
    const [first, ...others] = [await made(0), await made(1), await made(2)];
    for (const other of others) {
      assert.deepEqual(
        [...other].filter(([key, inputs]) => first.get(key) !== inputs).map(([key]) => key),
        [`${route} churn-route`],
      );
    }
  });

  it("keeps keys secret, and gives the cluster their digests, secret there too", async () => {
    const made = await run({ primaryKey: "first-key-0123456789" });
    const secret = only(made, "kubernetes:core/v1:Secret");
    assert.deepEqual(secret.secrets, ["data"]);
    assert.deepEqual(only(made, deployment).secrets, [], "its preview stays readable");
    assert.doesNotMatch(
      JSON.stringify(made.resources.filter(({ type }) => type.startsWith("kubernetes:"))),
      /first-key|made-secondary/,
    );
    assert.deepEqual(only(made, "scorestack:index:AksService").secrets, ["primaryKey"]);
    assert.equal(await pulumi.isSecret(made.result.primaryKey), true);
    assert.equal(await pulumi.isSecret(made.result.secondaryKey), true);
    const open = await run({ authEnabled: false });
    assert.equal(await value(open.result.primaryKey), undefined);
    assert.deepEqual(
      named(open).filter((name) => name.includes("keys")),
      [],
    );
  });

  it("keeps a variable that may be secret in a Secret, and out of the ConfigMap", async () => {
    const made = await run({ environmentVariables: { TOKEN: pulumi.secret("hunter2"), LEVEL: "debug" } });
    const secret = only(made, "kubernetes:core/v1:Secret", "churn-secrets-main");
    assert.deepEqual([secret.inputs["data"], secret.secrets], [{ TOKEN: "aHVudGVyMg==" }, ["data", "metadata"]]);
    const config = only(made, "kubernetes:core/v1:ConfigMap");
    assert.equal((config.inputs["data"] as Record<string, string>)["LEVEL"], "debug");
    const objects = made.resources.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.doesNotMatch(JSON.stringify(objects), /hunter2/);
    assert.deepEqual(only(made, "scorestack:index:AksService").secrets, ["environmentVariables"]);
  });

  it("keeps the key of a certificate secret everywhere", async () => {
    const hostname = "churn.example.com";
    const { certificate, key } = makeCertificate(hostname);
    for (const keyPem of [key, pulumi.output(key)]) {
      const made = await run({ hostname, tls: { certPem: certificate, keyPem } });
      assert.deepEqual(only(made, "kubernetes:core/v1:Secret", "churn-certificate").secrets, ["data", "metadata"]);
      assert.deepEqual(only(made, "scorestack:index:AksService").secrets, ["tls"]);
      assert.doesNotMatch(
        JSON.stringify(made.resources.filter(({ type }) => type !== "scorestack:index:AksService")),
        /PRIVATE/,
      );
    }
  });

  it("lets its service account act as the host's identity, one credential after the other", async () => {
    const workloadIdentity = { oidcIssuerUrl: "https://issuer.example", identityId: ids.identity, clientId: "client" };
    const host = { ...clusterHost, workloadIdentity };
    const made = await runProgram(() => [
      new AksService("churn", { host, image }),
      new AksService("fraud", { host, image, namespace: "team" }),
    ]);
    const type = "azure-native:managedidentity:FederatedIdentityCredential";
    assert.deepEqual(only(made, type, "churn-federation").inputs, {
      resourceGroupName: "team",
      resourceName: "puller",
      federatedIdentityCredentialResourceName: "churn-churn",
      issuer: "https://issuer.example",
      subject: "system:serviceaccount:churn:churn",
      audiences: ["api://AzureADTokenExchange"],
    });
    const second = only(made, type, "fraud-federation");
    assert.equal(second.inputs["subject"], "system:serviceaccount:team:fraud");
    assert.ok(second.dependencies.includes(only(made, type, "churn-federation").urn));
    const account = only(made, "kubernetes:core/v1:ServiceAccount", "churn-account").inputs["metadata"];
    assert.deepEqual((account as { annotations: object }).annotations, {
      "azure.workload.identity/client-id": "client",
    });
  });

  it("says what it is for, where its address is", async () => {
    const made = only(await run({ description: "who leaves" }), route).inputs["metadata"] as { annotations: object };
    assert.deepEqual(made.annotations, { "scorestack/description": "who leaves" });
  });

  it("keeps host and images out of its own inputs: the objects have them", async () => {
    const versions = { blue: { image, cpuCores: 2, trafficPercent: 100 } };
    const { inputs } = only(await run({ image: undefined, versions }), "scorestack:index:AksService");
    assert.deepEqual(inputs, { versions: { blue: { cpuCores: 2, trafficPercent: 100 } } });
  });
});
