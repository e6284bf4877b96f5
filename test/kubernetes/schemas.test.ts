import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { servicePlan } from "../support/kubernetes-plan";
import { temporaryFolder } from "../support/folder";
import { batches, devicePlugins, manifestsOf, plans, writeManifests, writePlugins } from "./rendered";
import { writeSchemas } from "./schemas";
import { schemaVersions, tools, whyNot } from "./tools";

const reason = whyNot("kubeconform");

interface Report {
  readonly resources: readonly { readonly kind: string; readonly status: string; readonly msg: string }[];
  readonly summary: Readonly<Record<string, number>>;
}

/** Against the published schemas, with properties refused that they do not have. Does not prove: what a server checks beyond them. */
(reason ? describe.skip : describe)(
  `rendered objects and published schemas${reason ? ` (${reason})` : ""}`,
  function () {
    this.timeout(300_000);
    const { folder, remove } = temporaryFolder("kubeconform");
    const [schemas, objects] = [path.join(folder, "schemas"), path.join(folder, "objects")];

    before(() => {
      writeSchemas(schemas);
      writeManifests(objects);
      writePlugins(objects);
    });
    after(remove);

    for (const version of schemaVersions) {
      it(`fit those of Kubernetes ${version}, the Gateway API and KEDA`, () => {
        const { resources, summary } = validate(schemas, version, objects);
        assert.deepEqual(
          resources.map(({ kind, msg }) => `${kind}: ${msg}`),
          [],
        );
        const sent = [...Object.values(plans).flatMap(manifestsOf), ...batches.flat(), ...devicePlugins].length;
        assert.deepEqual(summary, { valid: sent, invalid: 0, errors: 0, skipped: 0 });
      });

      it(`of Kubernetes ${version} find an unknown property, a wrong type and a missing value`, () => {
        const deployment = manifestsOf(servicePlan()).find(({ kind }) => kind === "Deployment");
        const spec = deployment?.spec ?? {};
        const wrong = [
          { ...spec, strategie: {} },
          { ...spec, replicas: "2" },
          { ...spec, selector: undefined },
        ].map((changed) => stringify({ ...deployment, spec: changed }));
        const place = path.join(folder, `wrong-${version}`);
        fs.mkdirSync(place);
        fs.writeFileSync(path.join(place, "wrong.yaml"), wrong.join("---\n"));
        assert.deepEqual(validate(schemas, version, place).summary, { valid: 0, invalid: 3, errors: 0, skipped: 0 });
      });
    }
  },
);

function validate(schemas: string, version: string, place: string): Report {
  const name = "{{.ResourceKind}}_{{.Group}}_{{.ResourceAPIVersion}}.json";
  const { stdout, stderr } = spawnSync(
    tools.kubeconform,
    [
      ...["-output", "json", "-summary", "-strict", "-kubernetes-version", version],
      ...["-schema-location", path.join(schemas, "{{.NormalizedKubernetesVersion}}", name)],
      ...["-schema-location", path.join(schemas, "custom", name)],
      place,
    ],
    { encoding: "utf8" },
  );
  assert.equal(stderr, "");
  return JSON.parse(stdout) as Report;
}
