import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { AksService } from "../../components";
import { Project } from "../fixture";
import { runProgram } from "../harness";
import { refused } from "../support/refused";
import { takeRejections } from "../rejections";
import { containerImage as image } from "../support/aci-host";
import { hostname, onlyImage, own, rollout, rows, text } from "../support/aks-error-rows";
import { clusterHost } from "../support/kubernetes-host";
import { assertTableOf } from "../support/rules-table";

const table = "docs/validation-aks.md";
/** One row for each rule of `AksService`. Does not prove: that clusters have these rules; the table in docs names the source of each. */
describe("AksService: errors before anything runs", () => {
  let project: Project;

  before(() => {
    project = new Project({ "key.pem": own.key });
  });
  after(() => {
    project.remove();
  });

  const make = (args: object) => () => new AksService("churn", { host: clusterHost, image, ...args });

  for (const [args, error] of rows) {
    it(error, async () => {
      await refused(make(args), error);
      assert.doesNotMatch(error, /hunter2/);
    });
  }

  it("a name that two services of a namespace want", async () => {
    await refused(
      () => [
        make({ serviceName: "same-name", namespace: "team" })(),
        new AksService("other", { host: clusterHost, image, serviceName: "same-name", namespace: "team" }),
      ],
      "'serviceName' must be the name of one service only in its namespace, got 'same-name'; 'churn' has it: choose another",
    );
  });

  it("are told all at once, and once where versions share what is wrong", async () => {
    await refused(
      make({
        ...onlyImage,
        versions: { blue: { image, cpuCores: 0 }, green: { image } },
        rollout,
        memoryInGb: 0,
        port: 80,
      }),
      [
        "'port' must be left out with the exposure 'gateway'; it is for 'loadBalancer' and 'cluster'",
        "'versions.blue.cpuCores' must be a number from 0.01 to 512, got 0",
        "'memoryInGb' must be a number from 0.05 to 4096, got 0",
      ].join("\n"),
    );
  });

  for (const [what, args, message] of [
    [
      "an image",
      { image: { ...image, identity: pulumi.output("latest") } },
      "'image.identity' must be a content identity of 64 hex characters, got 'latest'",
    ],
    [
      "a connection",
      { appInsightsEnabled: true, host: { ...clusterHost, insightsConnectionString: pulumi.secret("hunter2") } },
      "'host.insightsConnectionString' must be a connection string with an 'InstrumentationKey' that is a UUID",
    ],
    [
      "a key",
      { tls: { ...text, keyPem: pulumi.secret("hunter2") }, hostname },
      "'tls.keyPem' must be a private key in PEM with no passphrase",
    ],
  ] as const) {
    it(`stop what uses a value that is known later: ${what}`, async () => {
      await assert.rejects(runProgram<unknown>(make(args)), /failed after it had returned/);
      const told = await takeRejections();
      assert.deepEqual([...new Set(told)], [message]);
      assert.doesNotMatch(told.join("\n"), /hunter2/);
    });
  }

  it(`are the very rules that ${table} has, each with its source`, () => {
    assertTableOf(table, [
      ...rows.flatMap(([, error]) => error.split("\n")),
      "'serviceName' must be the name of one service only in its namespace, got",
    ]);
  });
});
