import * as assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as crypto from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { projectRoot } from "../contract/environment";
import { ask } from "../contract/http";
import { temporaryFolder } from "../support/folder";
import { type BuildResult, Engine } from "./engine";
import { whyNoEngine } from "./host";
import { type ImageParts, writeParts } from "./images";
import { azShim, Registry, whyNoRegistry } from "./registry";

const reason = whyNoEngine();

/** What an edit costs. Each is one that no run before has made, as layers are kept from run to run. Times are of this machine; they are printed, and not asserted. */
(reason ? describe.skip : describe)(`building again${reason ? ` (${reason})` : ""}`, function () {
  this.timeout(900_000);
  const home = reason ? { folder: "", remove: () => undefined } : temporaryFolder("docker-rebuild");
  const scorer = path.join(home.folder, "scorer");
  let engine: Engine;
  let number = 0;

  before(async () => {
    engine = await Engine.start();
    fs.cpSync(path.join(projectRoot, "scorers/diabetes"), scorer, { recursive: true });
  });
  after(async () => {
    await (engine as Engine | undefined)?.stop();
    home.remove();
  });

  const parts = (): ImageParts => ({
    image: {
      executionScript: path.join(scorer, "score.py"),
      condaFile: path.join(scorer, "conda.yml"),
      sampleRequests: path.join(scorer, "requests"),
    },
    models: [{ modelName: "diabetes-ridge", path: path.join(scorer, "model/diabetes-ridge.joblib") }],
  });

  interface Built {
    readonly tag: string;
    readonly result: BuildResult;
    readonly layers: readonly string[];
  }

  /** Builds what lies in the scorer's folder now, from a context in a folder of its own. */
  async function build(options: { classic?: boolean; noCache?: boolean } = {}): Promise<Built> {
    const folder = path.join(home.folder, `context-${(number += 1)}`);
    const { identity, arguments: given } = writeParts(parts(), folder);
    const tag = `rebuild:${identity.slice(0, 12)}-${options.classic ? "classic" : "buildkit"}`;
    const result = await engine.build({ folder, tag, arguments: given, ...options });
    return { tag, result, layers: await engine.layers(tag) };
  }

  function edit(file: string, change: (text: string) => string): void {
    const at = path.join(scorer, file);
    fs.writeFileSync(at, change(fs.readFileSync(at, "utf8")));
  }

  /** Steps that made a layer. */
  const built = ({ result }: Built): string[] =>
    result.steps
      .filter(({ isCached, instruction }) => !isCached && /^(RUN|COPY|WORKDIR)/.test(instruction))
      .map(({ instruction }) => instruction);

  function told(edit: string, made: Built): Built {
    console.log(`      ${edit}: ${made.result.seconds.toFixed(1)} s`);
    return made;
  }

  for (const classic of [false, true]) {
    const builder = classic ? "Docker's classic builder, as ACR Tasks has it" : "BuildKit";

    it(`${builder}: an edit of score.py makes one layer anew`, async () => {
      const whole = await build({ classic, noCache: true });
      edit("score.py", (text) => `${text}# ${crypto.randomUUID()}\n`);
      const edited = await build({ classic });
      assert.deepEqual(built(edited), ["COPY app/score.py ./"]);
      assert.deepEqual(edited.layers.slice(0, -1), whole.layers.slice(0, -1));
      assert.notEqual(edited.layers.at(-1), whole.layers.at(-1));
      const [first, second] = [whole, edited].map(({ result }) => result.seconds.toFixed(1));
      console.log(`      the whole image in ${first ?? ""} s, after an edit of score.py in ${second ?? ""} s`);
    });
  }

  it("a sample request: its layer and the script's", async () => {
    await build();
    edit("requests/one-patient.json", (text) => text.replace(/"description": "/, `$&${crypto.randomUUID()} `));
    assert.deepEqual(built(told("a sample request", await build())), [
      "COPY samples/ /opt/scorestack/samples/",
      "COPY app/score.py ./",
    ]);
  });

  it("another model: its layer and those after it, not the environment", async () => {
    await build();
    const file = path.join(scorer, "model/diabetes-ridge.joblib");
    fs.appendFileSync(file, crypto.randomUUID());
    assert.deepEqual(built(told("another model", await build())), [
      "COPY app/azureml-models/ ./azureml-models/",
      "COPY server/ /opt/scorestack/",
      "COPY samples/ /opt/scorestack/samples/",
      "COPY app/score.py ./",
    ]);
    fs.copyFileSync(path.join(projectRoot, "scorers/diabetes/model/diabetes-ridge.joblib"), file);
  });

  it("the same content in another folder, on another day: not one layer", async () => {
    const first = await build();
    const when = new Date("2011-11-11");
    for (const file of ["score.py", "model/diabetes-ridge.joblib", "requests/one-patient.json"]) {
      fs.utimesSync(path.join(scorer, file), when, when);
      fs.chmodSync(path.join(scorer, file), 0o600);
    }
    const second = told("nothing", await build());
    assert.deepEqual([built(second), second.layers], [[], first.layers]);
  });

  it("an edit that keeps size and place of score.py is in the image", async () => {
    const folder = path.join(home.folder, "same-place");
    const answer = async (text: string): Promise<string> => {
      edit("score.py", (script) => script.replace(/^# [AB]\n|^/, `# ${text}\n`));
      const { arguments: given } = writeParts(parts(), folder);
      await engine.build({ folder, tag: "rebuild:same-place", arguments: given });
      return engine.docker("run", "--rm", "--network", "none", "rebuild:same-place", "head", "-n", "1", "score.py");
    };
    assert.deepEqual([await answer("A"), await answer("B"), await answer("A")], ["# A", "# B", "# A"]);
  });

  (whyNoRegistry ? describe.skip : describe)(`in a registry${whyNoRegistry ? ` (${whyNoRegistry})` : ""}`, () => {
    let registry: Registry;

    before(async () => {
      registry = await Registry.start(path.join(home.folder, "registry"));
    });
    after(async () => {
      await registry.stop();
    });

    /** Pushes an image; its reference by digest, and how many bytes the registry has more. */
    async function push(tag: string): Promise<{ ref: string; bytes: number }> {
      const name = `${registry.host}/diabetes`;
      const before = registry.bytes();
      await engine.docker("tag", tag, `${name}:pushed`);
      const said = await engine.docker("push", `${name}:pushed`);
      const digest = /digest: (sha256:[0-9a-f]{64})/.exec(said)?.[1] ?? assert.fail(said);
      return { ref: `${name}@${digest}`, bytes: registry.bytes() - before };
    }

    it("an edit of score.py pushes kilobytes; both images run by their digests", async () => {
      const first = await build();
      const whole = await push(first.tag);
      edit("score.py", (text) => `${text}# ${crypto.randomUUID()}\n`);
      const second = await build();
      const edited = await push(second.tag);
      console.log(
        `      pushed ${(whole.bytes / 1e6).toFixed(0)} MB, after an edit of score.py ${(edited.bytes / 1e3).toFixed(1)} kB`,
      );
      assert.ok(edited.bytes < 20_000, `${edited.bytes} bytes`);
      assert.notEqual(edited.ref, whole.ref);
      for (const { tag } of [first, second]) {
        await engine.docker("rmi", "--force", tag);
      }
      for (const { ref } of [whole, edited]) {
        await engine.docker("pull", "--quiet", ref);
        const container = await engine.run(ref);
        assert.equal((await ask(await container.url(), { path: "/" })).status, 200);
        await container.remove();
      }
    });

    it("acr-build.cjs builds, finds its image the next time, and tells the digest that was pushed", async () => {
      const folder = path.join(home.folder, "acr");
      const { identity, arguments: given } = writeParts(parts(), folder);
      const image = `diabetes:${identity.slice(0, 12)}`;
      const run = (): Promise<{ stdout: string; stderr: string }> => acrBuild(folder, image, given);
      const [first, second] = [await run(), await run()];
      assert.match(first.stderr, /^Successfully tagged /m);
      assert.match(first.stdout, /^sha256:[0-9a-f]{64}$/);
      assert.deepEqual(second, { stdout: first.stdout, stderr: `${image} is in team already\n` });
      const container = await engine.run(`${registry.host}/diabetes@${first.stdout}`);
      const reply = await ask(await container.url(), { path: "/version" });
      assert.equal(reply.text, JSON.stringify({ imageIdentity: identity }).replace(":", ": "));
      await container.remove();
    });

    /** The script of the builder `acr-upload`, with Docker's classic builder and this registry behind `az`. */
    async function acrBuild(folder: string, image: string, given: object): Promise<{ stdout: string; stderr: string }> {
      const programs = path.join(home.folder, "programs");
      fs.mkdirSync(programs, { recursive: true });
      fs.writeFileSync(path.join(programs, "az"), azShim(registry.host), { mode: 0o755 });
      const env = {
        ...engine.environment(),
        PATH: `${programs}:${process.env["PATH"] ?? ""}`,
        ACR_NAME: "team",
        ACR_IMAGE: image,
        ACR_PLATFORM: "linux/amd64",
        ACR_CONTEXT: folder,
        ACR_ARGUMENTS: JSON.stringify(given),
      };
      const script = path.join(projectRoot, "components/azure/acr-build.cjs");
      const child = spawn(process.execPath, [script], { env, stdio: ["ignore", "pipe", "pipe"] });
      const said = { stdout: "", stderr: "" };
      child.stdout.on("data", (data: Buffer) => (said.stdout += data.toString()));
      child.stderr.on("data", (data: Buffer) => (said.stderr += data.toString()));
      const [code] = (await once(child, "close")) as [number];
      assert.equal(code, 0, said.stderr);
      return said;
    }
  });
});
