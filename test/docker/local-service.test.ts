import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { BadAnswer, load, type LoadResult } from "../support/load";
import { Engine } from "./engine";
import { whyNoEngine } from "./host";
import { DockerService } from "./services";

const reason = whyNoEngine();
const name = "diabetes";
const script = `scorers/${name}/score.py`;
const nothing = /Nothing has changed/;

/** What Docker says of a container. */
interface Inspected {
  readonly Image: string;
  readonly Config: { readonly User: string; readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: {
    readonly Memory: number;
    readonly NanoCpus: number;
    readonly ReadonlyRootfs: boolean;
    readonly Privileged: boolean;
    readonly CapDrop: readonly string[];
    readonly SecurityOpt: readonly string[];
    readonly AutoRemove: boolean;
    readonly LogConfig: { readonly Type: string };
  };
  readonly NetworkSettings: { readonly Ports: Readonly<Record<string, readonly { readonly HostIp: string }[]>> };
}

/**
 * A local service in real containers, through the command line. Does not prove: Azure's base images, Docker Desktop, rootless Docker,
 * Docker's own bridge network (this engine has none), nor that the limits hold, which is the kernel's part.
 */
(reason ? describe.skip : describe)(`a local service in a container${reason ? ` (${reason})` : ""}`, function () {
  this.timeout(300_000);
  const token = `canary-${randomBytes(12).toString("hex")}`;
  let engine: Engine;
  let service: DockerService;
  let good: string;

  before(async function () {
    this.timeout(1_800_000);
    engine = await Engine.start();
    service = new DockerService(engine, name);
    good = fs.readFileSync(service.clone.path(script), "utf8");
    const options = { engine: "docker", workers: 2, cpuCores: 1, memoryInGb: 1, authEnabled: true };
    await service.set({ ...options, environmentVariables: { PLAIN: "seen" } }, "TOKEN", token);
    const { stdout, stderr } = await service.run("up", "--yes");
    console.log((stdout + stderr).match(/container image .*built in \d+ s/)?.[0]);
  });
  after(async () => {
    await (service as DockerService | undefined)?.remove();
    await (engine as Engine | undefined)?.stop();
  });

  const edit = (more: string): void => {
    fs.writeFileSync(service.clone.path(script), `${good}\n${more}`);
  };
  const shift = (by: string): void => {
    const shifted = good.replace("return model.predict(data)", `return (model.predict(data) + ${by})`);
    fs.writeFileSync(service.clone.path(script), shifted);
  };
  /** Changes what the service answers by so little that its sample requests agree. */
  const mark = (number: number): void => {
    shift(`${number}e-9`);
  };
  const keyed = async (): Promise<string> => service.score((await service.keys()).primaryKey);

  /** Has clients ask while something goes on; none may go without an answer. */
  async function underLoad(work: () => Promise<void>): Promise<LoadResult> {
    const { secondaryKey } = await service.keys();
    const clients = load(
      async (agent) => {
        const answer = await service.score(secondaryKey, agent);
        if (!answer.startsWith("[")) {
          throw new BadAnswer("status", answer);
        }
        return answer;
      },
      { keptAlive: 2, fresh: 2, pauseMs: 20 },
    );
    const failure = await work().catch((problem: unknown) => problem as Error);
    const result = await clients.stop();
    assert.ifError(failure);
    assert.deepEqual(result.failures.slice(0, 5), []);
    assert.ok(result.answers > 50, `${result.answers} answers`);
    return result;
  }

  it("answers, and says what it runs in", async () => {
    assert.match(await keyed(), /^\[\d/);
    assert.equal(await service.score("x".repeat(20)), "401");
    const status = await service.until(({ health }) => health === "ok");
    assert.deepEqual([status.engine, status.state, status.revision], ["docker", "running", 1]);
    assert.deepEqual([status.requests, status.clientErrors, status.serverErrors], [2, 1, 0]);
    assert.ok((status.memoryInBytes ?? 0) > 100e6, `${status.memoryInBytes ?? 0} bytes of memory`);
    assert.match((await service.run("logs", name)).stdout, /revision 1 answers/);
    assert.match((await service.run("up", "--yes")).stdout, nothing);
  });

  it("is shut in: no rights, no writing but to folders of memory, one port of this machine, what it was given", async () => {
    const id = await service.container();
    const [{ Image, Config, HostConfig, NetworkSettings }] = JSON.parse(await engine.docker("inspect", id)) as [
      Inspected,
    ];
    assert.equal(await engine.docker("image", "inspect", "--format", "{{.Id}}", Image), Image);
    assert.equal(Config.User, "10001:10001");
    assert.equal(Config.Labels["org.opencontainers.image.version"], (await service.status()).imageIdentity);
    const { Memory, NanoCpus, ReadonlyRootfs, Privileged, CapDrop, SecurityOpt, AutoRemove, LogConfig } = HostConfig;
    assert.deepEqual([ReadonlyRootfs, Privileged, AutoRemove, LogConfig.Type], [true, false, true, "none"]);
    assert.deepEqual([CapDrop, SecurityOpt, Memory, NanoCpus], [["ALL"], ["no-new-privileges"], 2 ** 30, 1e9]);
    const addresses = Object.entries(NetworkSettings.Ports).map(([port, bound]) => [
      port,
      bound.map((one) => one.HostIp),
    ]);
    assert.deepEqual(addresses, [["5001/tcp", ["127.0.0.1"]]]);
    const tried = (folder: string): Promise<string> =>
      engine.docker("exec", id, "sh", "-c", `touch ${folder}/tried 2>/dev/null && echo written || echo refused`);
    assert.deepEqual(await Promise.all(["/tmp", "/home/scorer", "/var/azureml-app", "/opt/environment"].map(tried)), [
      "written",
      "written",
      "refused",
      "refused",
    ]);
  });

  it("shows a secret variable to the scorer alone", async () => {
    const id = await service.container();
    const said = await engine.docker("inspect", id);
    assert.ok(said.includes("PLAIN=seen") && !said.includes(token));
    const { primaryKey, secondaryKey } = await service.keys();
    assert.ok(![primaryKey, secondaryKey].some((key) => said.includes(key)));
    assert.doesNotMatch(
      await engine.docker("exec", id, "sh", "-c", "cat /proc/*/environ /proc/*/cmdline 2>/dev/null"),
      new RegExp(token),
    );
    edit(
      `assert os.environ["TOKEN"] == "${token}" and os.environ["PLAIN"] == "seen"\nprint("I have", os.environ["TOKEN"])\n`,
    );
    await service.run("up", "--yes");
    const logged = (await service.run("logs", name)).stdout;
    assert.ok(logged.includes("I have [secret]") && !logged.includes(token), logged);
  });

  it("hands over without a lost request, and leaves one container", async () => {
    const { seen } = await underLoad(async () => {
      for (const number of [1, 2, 3]) {
        mark(number);
        await service.run("up", "--yes");
      }
    });
    assert.equal(seen.length, 4);
    await service.container();
  });

  it("goes on answering when a new revision fails, which says why by the scorer's own file", async () => {
    const before = await service.container();
    const { seen } = await underLoad(async () => {
      edit("\n\ndef init():\n    raise ValueError('no model today')\n");
      const { code, stderr } = await service.clone.run("up", "--yes");
      assert.equal(code, 1);
      assert.match(stderr, /File "scorers\/diabetes\/score\.py", line \d+, in init/);
      assert.match(stderr, /ValueError: no model today/);
    });
    assert.equal(seen.length, 1);
    shift("100");
    const { code, stderr } = await service.clone.run("up", "--yes");
    assert.equal(code, 1);
    assert.match(stderr, /sample request one-patient\.json: /);
    assert.equal(await service.container(), before);
    mark(3);
    assert.equal((await service.clone.run("up", "--yes")).code, 0);
    assert.equal(await service.container(), before);
  });

  it("is refused at preview while Docker does not answer", async () => {
    mark(4);
    const { DOCKER_HOST } = process.env;
    process.env["DOCKER_HOST"] = "unix:///nowhere/docker.sock";
    const { code, stderr } = await service.clone.run("preview");
    process.env["DOCKER_HOST"] = DOCKER_HOST;
    mark(3);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /'engine' of service 'diabetes' must be one that can run here, got 'docker' and no answer of its daemon \(.*\); start it, or set 'engine' to 'process'/,
    );
  });

  it("goes back to an earlier image, which is not built, and forth again", async () => {
    const [{ imageId }, answered] = [await service.status(), await keyed()];
    const { stderr, stdout } = await service.run("rollback", name, "--yes");
    assert.doesNotMatch(stdout + stderr, /building container image/);
    assert.notEqual((await service.status()).imageId, imageId);
    assert.notEqual(await keyed(), answered);
    await service.run("rollback", name, "--undo", "--yes");
    assert.deepEqual([(await service.status()).imageId, await keyed()], [imageId, answered]);
    await service.container();
  });

  it("takes a new key without a new container", async () => {
    const [before, old] = [await service.container(), await service.keys()];
    await service.run("rotate-key", name, "--yes");
    const { primaryKey, secondaryKey } = await service.keys();
    assert.equal(await service.score(old.primaryKey), "401");
    assert.ok((await service.score(primaryKey)).startsWith("["));
    assert.equal(secondaryKey, old.secondaryKey);
    assert.equal(await service.container(), before);
  });

  it("comes back by itself when its container is removed by hand, and nothing is left to do", async () => {
    const before = await service.container();
    await engine.docker("rm", "--force", before);
    await service.until(({ health, restarts }) => health === "ok" && restarts === 1);
    assert.notEqual(await service.container(), before);
    assert.equal((await service.run("refresh", "--yes")).code, 0);
    assert.match((await service.run("up", "--yes")).stdout, nothing);
  });

  it("leaves no container when its supervisor is killed; the next run brings it back with its keys", async () => {
    const { secondaryKey } = await service.keys();
    process.kill(service.supervisor, "SIGKILL");
    await service.noContainer();
    await service.run("up", "--yes");
    assert.ok((await service.score(secondaryKey)).startsWith("["));
    await service.container();
  });

  it("comes back by itself when Docker was killed and is there again", async () => {
    const before = await service.container();
    await engine.restart();
    await service.until(({ health }) => health === "ok");
    assert.notEqual(await service.container(), before);
    assert.match((await service.run("up", "--yes")).stdout, nothing);
  });

  it("becomes processes and a container again, with the same keys and port", async () => {
    const settings = fs.readFileSync(service.clone.path("Pulumi.local.yaml"), "utf8");
    const [{ port }, { primaryKey }] = [await service.status(), await service.keys()];
    const option = `scorestack:services.${name}`;
    await service.run("pulumi", "config", "set", "--path", `${option}.engine`, "process", "--stack", "local");
    for (const limit of ["cpuCores", "memoryInGb"]) {
      await service.run("pulumi", "config", "rm", "--path", `${option}.${limit}`, "--stack", "local");
    }
    await underLoad(async () => {
      await service.run("up", "--yes");
      await service.noContainer();
      assert.deepEqual([(await service.status()).engine, (await service.status()).port], ["process", port]);
      fs.writeFileSync(service.clone.path("Pulumi.local.yaml"), settings);
      await service.run("up", "--yes");
    });
    assert.equal((await service.status()).engine, "docker");
    assert.ok((await service.score(primaryKey)).startsWith("["));
  });

  it("leaves nothing: containers go with down, its images with prune, or with all", async () => {
    const images = async (): Promise<string[]> =>
      (
        await engine.docker("image", "ls", "--quiet", "--filter", `label=scorestack.clone=${service.clone.folder}`)
      ).split("\n");
    assert.ok((await images()).length > 2);
    await service.run("down", "--yes");
    assert.deepEqual(await service.containers(), []);
    assert.deepEqual(service.clone.processes(), []);
    assert.match((await service.run("prune", "--keep", "1", "--yes")).stdout, /container image +scorestack\/diabetes:/);
    assert.match((await images()).join(), /^[0-9a-f]+$/);
    await service.run("down", "--yes", "--all");
    assert.deepEqual(await images(), [""]);
  });
});
