import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as ts from "typescript";
import * as components from "../components";
import { Project } from "./fixture";
import { type Registration, runProgram } from "./harness";
import { aciHost, containerImage } from "./support/aci-host";
import { aksHost, kubeconfig } from "./support/aks-host";
import { batchArgs } from "./support/batch-host";
import { azureHost } from "./support/fpga-host";
import { clusterHost } from "./support/kubernetes-host";

const folder = path.resolve(__dirname, "../components");
const image = { identity: "a".repeat(64) };
const model = { modelName: "churn", version: 1, digest: "b".repeat(64) };

const everythingInAzure: components.AzureWorkspaceArgs = {
  location: "westeurope",
  network: {},
  storage: { modelRetention: { coolAfterDays: 30 } },
  publishers: { team: { principalId: "00000000-0000-4000-8000-00000000000a", principalType: "Group" } },
};

const everythingInAks: components.AksClusterArgs = {
  host: aksHost,
  pools: { gpu: { vmSize: "Standard_NC4as_T4_v3" } },
  upgrades: { window: { day: "Sunday", startTime: "02:00" } },
  monitoring: { managedPrometheus: true },
  tls: { leafDomainLabel: "team-models", clusterIssuer: "letsencrypt" },
};

const everythingInBatch: components.BatchScoringPoolArgs = {
  ...batchArgs,
  vmPriority: "lowPriority",
  instanceCount: 2,
  dedicatedTopUp: { maxNodes: 1 },
  schedules: { nightly: { cron: "0 2 * * *", inputPath: "azureml://datastores/workspaceblobstore/paths/in/" } },
};

const everythingOnEdge: components.EdgeModuleDeploymentArgs = {
  host: { ...aciHost, registryId: aksHost.registryId, logs: aksHost.logs },
  modules: { churn: { image: containerImage } },
  rings: [{ ringName: "canary" }, { ringName: "rest" }],
  devices: { press: { ring: "canary" } },
  hub: { publishers: { team: { principalId: "00000000-0000-4000-8000-00000000000a", principalType: "Group" } } },
};

/** A way to make each component, with all that it can have made; a component without one fails the first test. */
const makers: Readonly<
  Record<string, (name: string, opts?: pulumi.ComponentResourceOptions) => pulumi.ComponentResource>
> = {
  RegisteredModel: (name, opts) => new components.RegisteredModel(name, { path: "work/model" }, opts),
  ModelImage: (name, opts) =>
    new components.ModelImage(
      name,
      { executionScript: "work/score.py", condaFile: "work/conda.yml", models: model, sampleRequests: "work/requests" },
      opts,
    ),
  AzureWorkspace: (name, opts) => new components.AzureWorkspace(name, everythingInAzure, opts),
  AksCluster: (name, opts) => new components.AksCluster(name, everythingInAks, opts),
  KubernetesBatchJob: (name, opts) =>
    new components.KubernetesBatchJob(
      name,
      {
        ...{ host: clusterHost, image: containerImage, inputClaim: "rows", outputClaim: "scores" },
        environmentVariables: { MODE: "nightly", TOKEN: pulumi.secret("token") },
      },
      opts,
    ),
  KubernetesCluster: (name, opts) => new components.KubernetesCluster(name, { kubeconfig }, opts),
  AciService: (name, opts) =>
    new components.AciService(name, { host: aciHost, image: containerImage, port: 8080 }, opts),
  AksService: (name, opts) =>
    new components.AksService(name, { host: clusterHost, image: containerImage, grpc: {} }, opts),
  BatchScoringPool: (name, opts) => new components.BatchScoringPool(name, everythingInBatch, opts),
  FpgaService: (name, opts) =>
    new components.FpgaService(name, { host: azureHost, image: containerImage, grpc: {} }, opts),
  EdgeModuleDeployment: (name, opts) => new components.EdgeModuleDeployment(name, everythingOnEdge, opts),
  LocalService: (name, opts) => new components.LocalService(name, { image, authEnabled: true }, opts),
};

describe("conventions of components", () => {
  let project: Project;

  before(() => {
    project = new Project();
  });
  after(() => {
    project.remove();
  });

  it("have a maker here, each of them", () => {
    const exported = Object.entries(components).filter(([, value]) => isComponent(value));
    assert.deepEqual(exported.map(([name]) => name).sort(), Object.keys(makers).sort());
  });

  for (const [component, make] of Object.entries(makers)) {
    const token = `scorestack:index:${component}`;

    /** The component below another, protected, with what it made. */
    async function made(): Promise<{
      own: Registration;
      children: Registration[];
      instance: pulumi.ComponentResource;
    }> {
      const run = await runProgram(() => {
        const parent = new pulumi.ComponentResource("scorestack:index:Parent", "outer");
        return make("inner", { parent, protect: true });
      });
      const [, own, ...children] = run.resources;
      assert.ok(own);
      return { own, children, instance: run.result };
    }

    it(`${component}: its token, and its parent's`, async () => {
      const { own } = await made();
      assert.equal(own.urn, `urn:pulumi:local::scorestack::scorestack:index:Parent$${token}::inner`);
      assert.equal(own.custom, false);
    });

    it(`${component}: children have it as parent, its name first in theirs, and its protection`, async () => {
      const { own, children } = await made();
      assert.ok(children.length > 0);
      for (const child of children) {
        assert.deepEqual([child.parent, child.protect, child.custom], [own.urn, true, true]);
        assert.match(child.name, /^inner(-[a-z-]+)?$/);
      }
    });

    it(`${component}: its arguments are its inputs, and every public output is registered`, async () => {
      const { own, instance } = await made();
      const outputs = Object.entries(instance)
        .filter(([key, value]) => key !== "urn" && !key.startsWith("__") && pulumi.Output.isInstance(value))
        .map(([key]) => key);
      assert.ok(Object.keys(own.inputs).length > 0 && outputs.length > 0);
      assert.deepEqual(Object.keys(own.outputs ?? {}).sort(), outputs.sort());
    });
  }
});

describe("conventions of sources", () => {
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
    const source = ts.createSourceFile(
      file,
      fs.readFileSync(path.join(folder, file), "utf8"),
      ts.ScriptTarget.ES2022,
      true,
    );

    it(`${file}: exported interfaces have readonly properties that say what they mean, and their defaults`, () => {
      const faults = source.statements
        .filter((statement): statement is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(statement))
        .filter(isExported)
        .flatMap((statement) => statement.members.flatMap((member) => memberFaults(statement, member)));
      assert.deepEqual(faults, []);
    });

    it(`${file}: what is exported is documented`, () => {
      const bare = source.statements.filter(
        (statement) => canBeExported(statement) && isExported(statement) && text(statement) === "",
      );
      assert.deepEqual(
        bare.map((statement) => statement.getText().split("\n", 1)),
        [],
      );
    });
  }

  for (const file of sources("components", "stacks")) {
    it(`${file}: has at most 230 lines, its functions at most 45`, () => {
      const content = fs.readFileSync(path.resolve(__dirname, "..", file), "utf8");
      const source = ts.createSourceFile(file, content, ts.ScriptTarget.ES2022, true);
      assert.ok(content.split("\n").length <= 230, `${content.split("\n").length} lines`);
      assert.deepEqual(longFunctions(source), []);
    });
  }
});

function isComponent(value: unknown): boolean {
  return typeof value === "function" && value.prototype instanceof pulumi.ComponentResource;
}

function memberFaults(owner: ts.InterfaceDeclaration, member: ts.TypeElement): string[] {
  const name = `${owner.name.text}.${member.name?.getText() ?? ""}`;
  const faults: string[] = [];
  const tags = ts.getJSDocTags(member).map((tag) => tag.tagName.text);
  const isReadonly =
    ts.canHaveModifiers(member) && ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword);
  if (ts.isPropertySignature(member) && !isReadonly) {
    faults.push(`${name} is not readonly`);
  }
  if (owner.name.text.endsWith("Args") && text(member) === "") {
    faults.push(`${name} has no words`);
  }
  if (owner.name.text.endsWith("Args") && member.questionToken && !tags.includes("default")) {
    faults.push(`${name} is optional and has no @default`);
  }
  return faults;
}

/** The words of a declaration's TSDoc, tags left aside. */
function text(node: ts.Node): string {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment;
  return typeof comment === "string" ? comment : (comment?.map((part) => part.text).join("") ?? "");
}

function canBeExported(statement: ts.Statement): boolean {
  return !ts.isExportDeclaration(statement) && !ts.isImportDeclaration(statement);
}

function isExported(statement: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function longFunctions(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body) {
      const [first, last] = [node.getStart(), node.end].map((at) => source.getLineAndCharacterOfPosition(at).line);
      if ((last ?? 0) - (first ?? 0) >= 45) {
        found.push(`${node.name?.getText() ?? "function"} in line ${(first ?? 0) + 1}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function sources(...folders: string[]): string[] {
  return folders.flatMap((name) =>
    fs
      .readdirSync(path.resolve(__dirname, "..", name), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => path.join(name, file)),
  );
}
