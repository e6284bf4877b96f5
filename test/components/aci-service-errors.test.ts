import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { AciService, type AciServiceArgs } from "../../components";
import { Project } from "../fixture";
import { runProgram } from "../harness";
import { refused } from "../support/refused";
import { takeRejections } from "../rejections";
import { aciHost, containerImage as image, ids } from "../support/aci-host";
import { makeCertificate } from "../support/certificates";
import { assertTableOf } from "../support/rules-table";

const table = "docs/validation-aci.md";
const cname = "churn.example.com";
const own = makeCertificate(cname);
const other = makeCertificate("other.example.com");
const expired = makeCertificate(cname, {
  from: new Date("2020-01-01T00:00:00Z"),
  until: new Date("2020-02-01T00:00:00Z"),
});
const text = { certPem: own.certificate, keyPem: own.key, cname };
const insights = "InstrumentationKey=12345678-1234-4234-8234-123456789012";
const size = "in steps of 0.1";

/** What a user gets wrong, and the whole error. */
type Row = readonly [args: Partial<Record<keyof AciServiceArgs, unknown>>, error: string];

const rows: readonly Row[] = [
  [
    { image: { ...image, identity: "latest" } },
    "'image.identity' must be a content identity of 64 hex characters, got 'latest'",
  ],
  ...["team.azurecr.io/churn:latest", "churn@sha256:1", "team.azurecr.io/churn:v1"].map((ref): Row => [
    { image: { ...image, ref } },
    `'image.ref' must be 'registry/repository@sha256:…', or have a tag of 12 to 64 hex characters that names the content, got '${ref}'; other tags can move`,
  ]),
  [
    { location: "West Europe" },
    "'location' must be the name of a region in lower-case letters and digits, got 'West Europe'; did you mean 'westeurope'",
  ],
  // Zero, which 2019's SDK let through, and its defaults, which Azure no longer takes.
  ...[0, 0.1, 31.1, "1"].map((cpuCores): Row => [
    { cpuCores },
    `'cpuCores' must be a number from 1 to 31 ${size}, got ${JSON.stringify(cpuCores).replaceAll('"', "'")}${typeof cpuCores === "number" ? "; a container group has from 1 to 31 CPU" : ""}`,
  ]),
  [{ cpuCores: 1.25 }, `'cpuCores' must be a number from 1 to 31 ${size}, got 1.25`],
  [
    { cpuCores: 31, tls: text },
    `'cpuCores' must be a number from 0.9 to 30.9 ${size}, got 31; a container group has from 1 to 31 CPU, 0.1 of them for TLS`,
  ],
  ...[0, 0.5, 241].map((memoryInGb): Row => [
    { memoryInGb },
    `'memoryInGb' must be a number from 1 to 240 ${size}, got ${memoryInGb}; a container group has from 1 to 240 GB`,
  ]),
  [
    { memoryInGb: 200, sku: "Confidential" },
    `'memoryInGb' must be a number from 1 to 180 ${size}, got 200; a container group has from 1 to 180 GB`,
  ],
  [
    { memoryInGb: 240, tls: text },
    `'memoryInGb' must be a number from 0.8 to 239.8 ${size}, got 240; a container group has from 1 to 240 GB, 0.2 of them for TLS`,
  ],
  [
    { gpu: { sku: "V100", count: 1 } },
    `'gpu' must be left out: Azure ended GPUs on Container Instances on 14 July 2025, got {"sku":"V100","count":1}; use GPU nodes of an AKS cluster`,
  ],
  [
    { priority: "Spot" },
    "'priority' must be 'Regular', got 'Spot'; Spot containers get neither a public address nor a subnet, so nobody could call them: use Spot nodes of an AKS cluster",
  ],
  [
    { port: 80 },
    "'port' must be an integer from 1024 to 65535, got 80; the server does not run as root; 'tls' answers on 443",
  ],
  [{ port: 0 }, "'port' must be an integer from 1024 to 65535, got 0"],
  [
    { dnsNameLabel: "my_churn" },
    "'dnsNameLabel' must be 5 to 63 lower-case letters, digits and dashes, a letter first and no dash last, got 'my_churn'",
  ],
  [
    { dnsNameLabelReuseScope: "Anyone" },
    "'dnsNameLabelReuseScope' must be 'ResourceGroupReuse', 'SubscriptionReuse', 'TenantReuse', 'Noreuse' or 'Unsecure', got 'Anyone'",
  ],
  [
    { subnetId: "containers" },
    "'subnetId' must be the id of a Microsoft.Network/virtualNetworks/subnets, got 'containers'; /subscriptions/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…",
  ],
  [
    { subnetId: ids.subnet, dnsNameLabel: "churn" },
    "'dnsNameLabel' must be left out with 'subnetId'; there is no public address in a subnet",
  ],
  [
    { subnetId: ids.subnet, dnsNameLabelReuseScope: "Noreuse" },
    "'dnsNameLabelReuseScope' must be left out with 'subnetId'; there is no public address in a subnet",
  ],
  [{ sku: "Dedicated" }, "'sku' must be 'Standard' or 'Confidential', got 'Dedicated'"],
  [{ ccePolicy: "cGFja2FnZQ==" }, "'ccePolicy' must come with the SKU 'Confidential'; set 'sku' or leave this out"],
  [{ sku: "Confidential", ccePolicy: "package policy" }, "'ccePolicy' must be Base64, got other text"],
  [{ zone: "4" }, "'zone' must be '1', '2' or '3', got '4'"],
  [{ zone: "1", sku: "Confidential" }, "'zone' must be left out with the SKU 'Confidential'; leave one of them out"],
  [{ restartPolicy: "Sometimes" }, "'restartPolicy' must be 'Always', 'OnFailure' or 'Never', got 'Sometimes'"],
  [
    { restartPolicy: "Never", livenessProbe: {} },
    "'livenessProbe' must be left out with the restart policy 'Never'; containers that are never started again have no use for it",
  ],
  [{ startTimeoutSeconds: 0 }, "'startTimeoutSeconds' must be an integer from 1 to 3600, got 0"],
  [
    { livenessProbe: { initialDelaySeconds: -1 } },
    "'livenessProbe.initialDelaySeconds' must be an integer from 0 to 3600, got -1",
  ],
  [{ livenessProbe: { periodSeconds: 0 } }, "'livenessProbe.periodSeconds' must be an integer from 1 to 3600, got 0"],
  [
    { readinessProbe: { timeoutSeconds: 0.5 } },
    "'readinessProbe.timeoutSeconds' must be an integer from 1 to 3600, got 0.5",
  ],
  [
    { readinessProbe: { failureThreshold: 0 } },
    "'readinessProbe.failureThreshold' must be an integer from 1 to 100, got 0",
  ],
  [
    { identityIds: [ids.otherIdentity, "reader"] },
    "'identityIds[1]' must be the id of a Microsoft.ManagedIdentity/userAssignedIdentities, got 'reader'; /subscriptions/…/providers/Microsoft.ManagedIdentity/userAssignedIdentities/…",
  ],
  [
    { customerKey: { keyName: "churn" } },
    "'customerKey' must have vaultBaseUrl, keyName and keyVersion, got no vaultBaseUrl and no keyVersion",
  ],
  [
    { customerKey: { vaultBaseUrl: "team.vault.azure.net", keyName: "churn", keyVersion: "1" } },
    "'customerKey.vaultBaseUrl' must be an address that begins with https://, got 'team.vault.azure.net'",
  ],
  [
    { environmentVariables: { _TOKEN: "hunter2", ["A".repeat(64)]: "x" } },
    `'environmentVariables' must have names of 1 to 63 letters, digits and underscores, no underscore first or last, got '_TOKEN', '${"A".repeat(64)}'`,
  ],
  [
    {
      environmentVariables: { APPLICATIONINSIGHTS_CONNECTION_STRING: "hunter2" },
      appInsightsEnabled: true,
      host: { ...aciHost, insightsConnectionString: insights },
    },
    "'environmentVariables' must have no names that 'appInsightsEnabled' sets, got 'APPLICATIONINSIGHTS_CONNECTION_STRING'",
  ],
  [
    { environmentVariables: { SCORESTACK_KEYS_FILE: "" } },
    "'environmentVariables' must have names of letters, digits and underscores that no digit begins, and none that the service sets itself, got 'SCORESTACK_KEYS_FILE'",
  ],
  [{ appInsightsEnabled: true }, "'appInsightsEnabled' must come with a host that has an 'insightsConnectionString'"],
  [
    { appInsightsEnabled: true, host: { ...aciHost, insightsConnectionString: "InstrumentationKey=hunter2" } },
    "'host.insightsConnectionString' must be a connection string with an 'InstrumentationKey' that is a UUID",
  ],
  [
    { responseLoggingEnabled: true },
    "'responseLoggingEnabled' must come with 'appInsightsEnabled: true'; turn it on or leave this out",
  ],
  [
    { dataCollectionEnabled: true },
    "'dataCollectionEnabled' must come with 'appInsightsEnabled: true'; turn it on or leave this out",
  ],
  [
    { appInsightsEnabled: true, maxBatchSize: 8, host: { ...aciHost, insightsConnectionString: insights } },
    "'maxBatchSize' must be 1 with 'appInsightsEnabled'; leave one of them out",
  ],
  [{ logsEnabled: true }, "'logsEnabled' must come with a host that has 'logs'"],
  [{ authEnabled: "yes" }, "'authEnabled' must be true or false, known when the program runs, got 'yes'"],
  [
    { authEnabled: false, primaryKey: "hunter2-hunter2-hunter2" },
    "'primaryKey' must come with 'authEnabled: true'; turn it on or leave the key out",
  ],
  [
    { authEnabled: false, keyRotation: { primary: "one" } },
    "'keyRotation' must come with 'authEnabled: true'; turn it on or leave it out",
  ],
  [{ primaryKey: "hunter2" }, "'primaryKey' must be 16 to 256 visible ASCII characters"],
  [
    { tags: { "a/b": "c" } },
    "'tags' must be at most 50 tags with names of 1 to 512 characters without <, >, %, &, \\, ? and /, and values of at most 256, got another name, or a longer value",
  ],
  [
    { tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`t${index}`, ""])) },
    "'tags' must be at most 50 tags with names of 1 to 512 characters without <, >, %, &, \\, ? and /, and values of at most 256, got 51 tags",
  ],
  [
    { tags: { description: "a" }, description: "b" },
    "'description' must be left out where 'tags' has 'description'; it becomes that tag",
  ],
  [
    { smokeTestEnabled: false, smokeTestTimeoutSeconds: 5 },
    "'smokeTestTimeoutSeconds' must come with a smoke test; leave it or 'smokeTestEnabled' out",
  ],
  [{ smokeTestTimeoutSeconds: 0 }, "'smokeTestTimeoutSeconds' must be an integer from 1 to 3600, got 0"],
  [{ tls: {} }, "'tls' must have certificate, key and 'cname', or 'email', got none of them"],
  [{ tls: { cname } }, "'tls' must have certificate, key and 'cname', or 'email', got none of them"],
  [
    { tls: { certPem: own.certificate } },
    "'tls' must have certificate, key and 'cname' together, got no key and no 'cname'",
  ],
  [
    { tls: { keyPemFile: "key.pem", cname } },
    "'tls' must have certificate, key and 'cname' together, got no certificate",
  ],
  [
    { tls: { ...text, email: "ops@example.com" } },
    "'tls.email' must be left out with a certificate of your own; leave one of them out",
  ],
  [
    { tls: { ...text, certPem: undefined, certPemFile: "none.pem" } },
    "'tls.certPemFile' must be a file that can be read, got 'none.pem' (ENOENT)",
  ],
  [
    { tls: { ...text, keyPem: undefined, keyPemFile: "work" } },
    "'tls.keyPemFile' must be a file that can be read, got 'work' (EISDIR)",
  ],
  [
    { tls: { ...text, keyPemFile: "key.pem" } },
    "'tls.keyPem' must be left out where 'tls.keyPemFile' is given; leave one of them out",
  ],
  [
    { tls: { ...text, certPem: "hunter2" } },
    "'tls.certPem' must be a certificate in PEM; it begins with -----BEGIN CERTIFICATE-----",
  ],
  [{ tls: { ...text, keyPem: "hunter2" } }, "'tls.keyPem' must be a private key in PEM with no passphrase"],
  [{ tls: { ...text, keyPem: other.key } }, "'tls.keyPem' must be the key of the certificate"],
  [
    { tls: { ...text, cname: "churn.example.org" } },
    "'tls.certPem' must be for the name in 'cname', got one for DNS:churn.example.com",
  ],
  [
    { tls: { certPem: expired.certificate, keyPem: expired.key, cname } },
    "'tls.certPem' must be valid, got one that expired on 2020-02-01",
  ],
  [
    { tls: { email: "ops@example.com", cname: "churn" } },
    "'tls.cname' must be a DNS name such as 'churn.example.com', got 'churn'",
  ],
  [{ tls: { email: "ops", cname } }, "'tls.email' must be a mail address such as 'ops@example.com', got 'ops'"],
  [
    { tls: { email: "ops@example.com" } },
    "'tls.cname' must come with 'tls.email', unless 'dnsNameLabelReuseScope' is 'Unsecure'; Azure's own name has a hash in it that is not known before the containers are there",
  ],
  [
    { tls: { email: "ops@example.com", cname }, subnetId: ids.subnet },
    "'tls.email' must be left out with 'subnetId'; the issuer can't reach it there: bring a certificate of your own",
  ],
  [
    { tls: { ...text, acmeServer: "https://acme.example.com/" } },
    "'tls.acmeServer' must come with 'tls.email'; it is for certificates that are obtained",
  ],
  [
    { tls: { ...text, certificateStore: { storageAccountName: "a", storageAccountKey: "hunter2", shareName: "b" } } },
    "'tls.certificateStore' must come with 'tls.email'; it is for certificates that are obtained",
  ],
  [
    { tls: { email: "ops@example.com", cname, acmeServer: "http://acme.example.com/" } },
    "'tls.acmeServer' must be an address that begins with https://, got 'http://acme.example.com/'",
  ],
  [
    { tls: { ...text, image: "caddy:latest" } },
    "'tls.image' must be an image with a tag other than 'latest', or with a digest, got 'caddy:latest'",
  ],
];

/** One row for each rule of `AciService`. Does not prove: that Azure has these rules; the table in docs names the source of each. */
describe("AciService: errors before anything runs", () => {
  let project: Project;

  before(() => {
    project = new Project({ "key.pem": own.key });
  });
  after(() => {
    project.remove();
  });

  const make = (args: object) => () => new AciService("churn", { host: aciHost, image, ...args });

  for (const [args, error] of rows) {
    it(error, async () => {
      await refused(make(args), error);
      assert.doesNotMatch(error, /hunter2/);
    });
  }

  it("a name that two services of a host want", async () => {
    await refused(
      () => [
        make({ serviceName: "same-name" })(),
        new AciService("other", { host: aciHost, image, serviceName: "same-name" }),
      ],
      "'serviceName' must be the name of one service only in its resource group, got 'same-name'; 'churn' has it: choose another",
    );
  });

  it("are told all at once", async () => {
    await refused(
      make({ cpuCores: 0, port: 80, gpu: { sku: "V100", count: 1 }, zone: "9" }),
      [
        `'gpu' must be left out: Azure ended GPUs on Container Instances on 14 July 2025, got {"sku":"V100","count":1}; use GPU nodes of an AKS cluster`,
        "'zone' must be '1', '2' or '3', got '9'",
        `'cpuCores' must be a number from 1 to 31 ${size}, got 0; a container group has from 1 to 31 CPU`,
        "'port' must be an integer from 1024 to 65535, got 80; the server does not run as root; 'tls' answers on 443",
      ].join("\n"),
    );
  });

  for (const [what, args, message] of [
    [
      "a size",
      { cpuCores: pulumi.output(0) },
      `'cpuCores' must be a number from 1 to 31 ${size}, got 0; a container group has from 1 to 31 CPU`,
    ],
    [
      "a connection",
      { appInsightsEnabled: true, host: { ...aciHost, insightsConnectionString: pulumi.secret("hunter2") } },
      "'host.insightsConnectionString' must be a connection string with an 'InstrumentationKey' that is a UUID",
    ],
    [
      "a key",
      { tls: { ...text, keyPem: pulumi.secret("hunter2") } },
      "'tls.keyPem' must be a private key in PEM with no passphrase",
    ],
    [
      "names of variables",
      { environmentVariables: pulumi.secret({ _TOKEN: "hunter2" }) },
      "'environmentVariables' must have names of 1 to 63 letters, digits and underscores, no underscore first or last",
    ],
  ] as const) {
    it(`stop what uses a value that is known later: ${what}`, async () => {
      await assert.rejects(runProgram<unknown>(make(args)), /failed after it had returned/);
      const told = await takeRejections();
      assert.deepEqual(told, [message]);
      assert.doesNotMatch(told.join("\n"), /hunter2/);
    });
  }

  it(`are the very rules that ${table} has, each with its source`, () => {
    assertTableOf(table, [
      ...rows.map(([, error]) => error),
      "'serviceName' must be the name of one service only in its resource group, got",
    ]);
  });
});
