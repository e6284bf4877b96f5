import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import program from "../../index";
import { type Registration, runProgram } from "../harness";
import { builtImage, devOutputs, devWorkspace, sourceStack } from "../support/source-stack";

/** Longer texts (lock files, Dockerfiles) stand as their hash. */
const longText = 500;
/**
 * Every registration of each stack as sorted JSON, to be reviewed as a diff. A failing run writes nothing; `npm run accept` does.
 * It does not prove that what is registered works: that is for `test/engine` and `test/local`.
 */
describe("golden registrations", () => {
  const stacks: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    local: {},
    "local-spark": { "scorestack:spark": "true", "scorestack:services": "{}" },
    dev: settingsOf("dev"),
    prod: settingsOf("prod"),
    edge: { ...settingsOf("edge"), "scorestack:scorers": JSON.stringify(["churn"]) },
    fpga: { ...settingsOf("fpga"), "scorestack:services": JSON.stringify({ churn: { accelerator: "gpu" } }) },
    kubernetes: {
      "scorestack:source": "dev",
      "scorestack:cluster": JSON.stringify({ kubeconfigFile: "test/golden/kubeconfig.yml", scaler: "cpu" }),
      "scorestack:services": "{}",
      "scorestack:batchJobs": JSON.stringify({
        scores: { scorer: "churn", shards: 8, inputClaim: "rows", outputClaim: "scores" },
      }),
    },
    batch: {
      ...settingsOf("batch"),
      "scorestack:pools": JSON.stringify({
        churn: {
          vmPriority: "lowPriority",
          dedicatedTopUp: { maxNodes: 2 },
          schedules: { nightly: { cron: "30 2 * * *", inputPath: "azureml://datastores/rows/paths/today/" } },
        },
      }),
    },
    "dev-private": {
      "scorestack:location": "westeurope",
      "scorestack:workspace": JSON.stringify({ network: {}, images: { builder: "buildkit" } }),
      "scorestack:services": "{}",
      "scorestack:scorers": JSON.stringify(["diabetes"]),
    },
  };

  for (const [stack, settings] of Object.entries(stacks)) {
    it(`of stack ${stack}`, async () => {
      const run = await runProgram(program, {
        stack,
        config: { ...projectDefaults(), ...settings },
        answers: sourceStack({ ...devOutputs({ churn: builtImage("churn") }), workspace: devWorkspace }),
      });
      const text = `${JSON.stringify(run.resources.map(shown).sort(byUrn), null, 2)}\n`;
      const file = path.join(__dirname, `${stack}.json`);
      if (process.env["SCORESTACK_ACCEPT"] === "1") {
        fs.writeFileSync(file, text);
      }
      const accepted = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
      assert.equal(text, accepted, `${path.relative(process.cwd(), file)} differs; if that is meant: npm run accept`);
    });
  }
});

/** Settings of a stack's own file, as the engine hands them over. */
function settingsOf(stack: string): Record<string, string> {
  const { config } = parse(fs.readFileSync(`Pulumi.${stack}.yaml`, "utf8")) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, handedOver(value)]));
}

function handedOver(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Settings that `Pulumi.yaml` gives every stack, as the engine hands them over. */
function projectDefaults(): Record<string, string> {
  const project = parse(fs.readFileSync("Pulumi.yaml", "utf8")) as { config: Record<string, { default?: unknown }> };
  const defaults = Object.entries(project.config).filter(([, { default: value }]) => value !== undefined);
  return Object.fromEntries(
    defaults.map(([key, { default: value }]) => [
      `scorestack:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}

function shown(registration: Registration): Record<string, unknown> {
  const { urn, parent, inputs, outputs, secrets, dependencies, custom } = registration;
  const masked = sorted(inputs, "", new Set(secrets));
  return { urn, parent, custom, dependencies: [...dependencies].sort(), inputs: masked, outputs: Object.keys(outputs ?? {}) };
}

function sorted(value: unknown, at: string, secrets: ReadonlySet<string>): unknown {
  if (secrets.has(at)) {
    return "<secret>";
  }
  if (typeof value === "string") {
    return value.length > longText ? `<sha256 ${createHash("sha256").update(value).digest("hex")}>` : value;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => sorted(item, `${at}[${index}]`, secrets));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item, at ? `${at}.${key}` : key, secrets)]));
}

function byUrn(a: Record<string, unknown>, b: Record<string, unknown>): number {
  return String(a["urn"]) < String(b["urn"]) ? -1 : 1;
}
