import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { projectRoot } from "../contract/environment";
import { servicePlan } from "../support/kubernetes-plan";
import { temporaryFolder } from "../support/folder";
import { manifestsOf, writeManifests, writePlugins } from "./rendered";
import { tools, whyNot } from "./tools";

const reason = whyNot("checkov");

interface Report {
  readonly summary: { readonly passed: number; readonly parsing_errors: number; readonly resource_count: number };
  readonly results: { readonly failed_checks: readonly { readonly check_id: string; readonly resource: string }[] };
}

/** By the security rules of checkov for Kubernetes. Does not prove: that a cluster enforces what the objects ask for. */
(reason ? describe.skip : describe)(`rendered objects and checkov${reason ? ` (${reason})` : ""}`, function () {
  this.timeout(300_000);
  const { folder, remove } = temporaryFolder("checkov");
  after(remove);

  it("have no finding but those that docs/kubernetes-security.md answers", () => {
    const place = path.join(folder, "objects");
    writeManifests(place);
    const { summary, results } = check(place);
    const found = new Set(results.failed_checks.map(({ check_id: id }) => id));
    assert.deepEqual([...found].sort(), answered());
    assert.ok(summary.passed > 500 && summary.parsing_errors === 0, JSON.stringify(summary));
  });

  it("of device plugins have more, each answered there too: they meet the kubelet, which is root's", () => {
    const place = path.join(folder, "plugins");
    writePlugins(place);
    const { results } = check(place);
    const found = [...new Set(results.failed_checks.map(({ check_id: id }) => id))];
    assert.deepEqual(found.sort(), answered("## Device plugins"));
  });

  it("would have others if a pod ran as root and could write anywhere", () => {
    const place = path.join(folder, "lax");
    const deployment = manifestsOf(servicePlan()).find(({ kind }) => kind === "Deployment");
    const lax = JSON.stringify(deployment)
      .replace('"runAsNonRoot":true,"runAsUser":10001', '"runAsNonRoot":false,"runAsUser":0')
      .replace('"readOnlyRootFilesystem":true', '"readOnlyRootFilesystem":false');
    fs.mkdirSync(place);
    fs.writeFileSync(path.join(place, "lax.yaml"), stringify(JSON.parse(lax)));
    const found = check(place).results.failed_checks.map(({ check_id: id }) => id);
    // A network policy stands in another object.
    assert.deepEqual(found.sort(), ["CKV2_K8S_6", "CKV_K8S_22", "CKV_K8S_23", "CKV_K8S_40"]);
  });
});

/** Findings that a part of the page has a row for. */
function answered(heading = "## What checkov says"): string[] {
  const whole = fs.readFileSync(path.join(projectRoot, "docs/kubernetes-security.md"), "utf8");
  const [page = ""] = whole.slice(whole.indexOf(heading) + heading.length).split("\n## ", 1);
  return [...page.matchAll(/^\| `(CKV2?_K8S_\d+)`/gm)].map(([, id = ""]) => id).sort();
}

function check(place: string): Report {
  const words = ["--directory", place, "--framework", "kubernetes", "--output", "json", "--skip-download", "--quiet"];
  const { stdout, stderr } = spawnSync(tools.checkov, words, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  assert.ok(stdout.startsWith("{"), `${stdout}\n${stderr}`);
  return JSON.parse(stdout) as Report;
}
