import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import { readComponents } from "../docs/reader";

const root = path.resolve(__dirname, "..");
const later =
  "dns_name_label primary_key secondary_key collect_model_data cmk_vault_base_url cmk_key_name cmk_key_version";
/** Signatures of azureml-core: those of 1.0.30, and what 1.61.0 has more. */
const deployConfiguration = [
  ..."cpu_cores memory_gb tags properties description location auth_enabled ssl_enabled enable_app_insights".split(" "),
  ..."ssl_cert_pem_file ssl_key_pem_file ssl_cname".split(" "),
  ...`${later} vnet_name subnet_name`.split(" "),
];
const update = [
  ..."image tags properties description auth_enabled ssl_enabled ssl_cert_pem_file ssl_key_pem_file ssl_cname".split(
    " ",
  ),
  ..."enable_app_insights models inference_config".split(" "),
];

const aksDeploy = [
  ..."autoscale_enabled autoscale_min_replicas autoscale_max_replicas autoscale_refresh_seconds".split(" "),
  ..."autoscale_target_utilization collect_model_data auth_enabled cpu_cores memory_gb enable_app_insights".split(" "),
  ..."scoring_timeout_ms replica_max_concurrent_requests max_request_wait_time num_replicas primary_key".split(" "),
  ..."secondary_key tags properties description gpu_cores period_seconds initial_delay_seconds".split(" "),
  ..."timeout_seconds success_threshold failure_threshold namespace token_auth_enabled".split(" "),
  ..."compute_target_name cpu_cores_limit memory_gb_limit blobfuse_enabled".split(" "),
];
const aksUpdate = [
  ..."image autoscale_enabled autoscale_min_replicas autoscale_max_replicas autoscale_refresh_seconds".split(" "),
  ..."autoscale_target_utilization collect_model_data auth_enabled cpu_cores memory_gb enable_app_insights".split(" "),
  ..."scoring_timeout_ms replica_max_concurrent_requests max_request_wait_time num_replicas tags properties".split(" "),
  ..."description models inference_config gpu_cores period_seconds initial_delay_seconds timeout_seconds".split(" "),
  ..."success_threshold failure_threshold namespace token_auth_enabled cpu_cores_limit memory_gb_limit".split(" "),
];

/** Does not prove: that what the table says of each is true. */
describe("docs/from-2019.md", function () {
  this.timeout(120_000);
  const [, first = "", second = "", third = "", fourth = ""] = fs
    .readFileSync(path.join(root, "docs/from-2019.md"), "utf8")
    .split(/^## /m);
  const rowsOf = (text: string): [parameter: string, argument: string][] =>
    [...text.matchAll(/^\| `(\w+)` +\| `(\w+)`/gm)].map(([, parameter = "", argument = ""]) => [parameter, argument]);

  it("has a row for every parameter, and for no other", () => {
    assert.deepEqual(
      rowsOf(first).map(([parameter]) => parameter),
      deployConfiguration,
    );
    assert.deepEqual(
      rowsOf(second).map(([parameter]) => parameter),
      update,
    );
    assert.deepEqual(
      [third, fourth].map((text) => rowsOf(text).map(([parameter]) => parameter)),
      [aksDeploy, aksUpdate],
    );
  });

  for (const [component, parts] of [
    ["AciService", [first, second]],
    ["AksService", [third, fourth]],
  ] as const) {
    it(`names arguments that ${component} has`, () => {
      const service = readComponents(root).find(({ name }) => name === component);
      const known = service?.args.map(({ name }) => name) ?? [];
      assert.deepEqual(
        parts.flatMap(rowsOf).filter(([, argument]) => !known.includes(argument)),
        [],
      );
    });
  }
});

const amlCompute = [
  ..."vm_size vm_priority min_nodes max_nodes idle_seconds_before_scaledown admin_username admin_user_password".split(
    " ",
  ),
  ..."admin_user_ssh_key vnet_resourcegroup_name vnet_name subnet_name tags description".split(" "),
  ..."remote_login_port_public_access identity_type identity_id compute_location enable_node_public_ip".split(" "),
];
const parallelRun = [
  ..."environment entry_script error_threshold output_action compute_target node_count process_count_per_node".split(
    " ",
  ),
  ..."mini_batch_size source_directory description logging_level run_invocation_timeout run_max_try".split(" "),
  ..."append_row_file_name allowed_failed_count allowed_failed_percent partition_keys environment_variables".split(" "),
];

/** Does not prove: that what the tables say of each is true. */
describe("docs/batch.md", function () {
  this.timeout(120_000);
  const [, compute = "", run = ""] = fs.readFileSync(path.join(root, "docs/batch.md"), "utf8").split(/^### /m);
  const cellsOf = (text: string): string[][] =>
    [...text.matchAll(/^\| `(\w+)` +\| (.+) \|$/gm)].map(([, name = "", rest = ""]) => [
      name,
      ...rest.split("|").map((cell) => cell.trim().replaceAll("`", "")),
    ]);
  const columnOf = (text: string, column: number): string[] =>
    cellsOf(text)
      .map((cells) => cells[column] ?? "")
      .filter((cell) => cell !== "none");

  it("has a row for every parameter, and for no other", () => {
    assert.deepEqual(
      [compute, run].map((text) => cellsOf(text).map(([name]) => name)),
      [amlCompute, parallelRun],
    );
  });

  it("names arguments that the components have", () => {
    const components = readComponents(root);
    const argsOf = (component: string): string[] =>
      components.find(({ name }) => name === component)?.args.map(({ name }) => name) ?? [];
    const [pool, job] = [argsOf("BatchScoringPool"), argsOf("KubernetesBatchJob")];
    const named = [...columnOf(compute, 1), ...columnOf(run, 1)];
    assert.ok(named.length > 20);
    assert.deepEqual(
      named.filter((name) => !pool.includes(name)),
      [],
    );
    assert.deepEqual(
      columnOf(run, 2).filter((name) => !job.includes(name)),
      [],
    );
  });
});
