import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import * as crypto from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import * as path from "node:path";
import { commonPython, projectRoot } from "../contract/environment";
import { TestServer } from "../contract/server";
import { makeCertificate } from "../support/certificates";
import { type Answer, answerOf } from "../support/clone";
import { temporaryFolder, writeFiles } from "../support/folder";

const identity = "0123456789ab".padEnd(64, "c");
const key = "canary-key-0123456789";
const script =
  "import json\n\ndef init():\n    pass\n\ndef run(data):\n    return [2 * x for x in json.loads(data)['data']]\n";
const samples = {
  "good/one.json": JSON.stringify({ request: { json: { data: [1, 2] } }, reply: { json: [2, 4] } }),
  "good/two.json": JSON.stringify({ request: { text: "no JSON" }, reply: { status: 500 } }),
  "bad/one.json": JSON.stringify({ request: { json: { data: [1, 2] } }, reply: { json: [2, 5] } }),
  "fails/one.json": JSON.stringify({ request: { text: "no JSON" }, reply: { json: 1 } }),
  "none/readme.txt": "",
};

/** `npm run smoke` against the real server. Does not prove: Azure's network, its certificates or the log of its containers. */
describe("a smoke test", function () {
  this.timeout(120_000);
  const home = temporaryFolder("smoke");
  let open: TestServer;
  let keyed: TestServer;

  before(async function () {
    this.timeout(900_000);
    const keysFile = path.join(home.folder, "keys.json");
    const digest = crypto.createHash("sha256").update(key).digest("hex");
    writeFiles(home.folder, { ...samples, "score.py": script, "keys.json": JSON.stringify([digest]) });
    const environment = { SCORESTACK_IDENTITY: JSON.stringify({ imageIdentity: identity }) };
    const spec = { files: [path.join(home.folder, "score.py")], python: await commonPython() };
    [open, keyed] = await Promise.all([
      TestServer.start({ ...spec, environment }),
      TestServer.start({ ...spec, environment: { ...environment, SCORESTACK_KEYS_FILE: keysFile } }),
    ]);
  });
  after(async () => {
    await Promise.all([open, keyed].map((server) => server.stop()));
    home.remove();
  });

  /** Runs the command as an update does. */
  async function smoke(options: Record<string, string>, environment: Record<string, string> = {}): Promise<Answer> {
    const all = { identity, samples: path.join(home.folder, "good"), deadline: "60", ...options };
    const args = Object.entries(all).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value]));
    const answer = await answerOf(
      spawn(process.execPath, ["cli/launch.cjs", "smoke", ...args], {
        cwd: projectRoot,
        env: { ...process.env, NO_COLOR: "1", INIT_CWD: ".", ...environment },
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    assert.doesNotMatch(answer.stdout + answer.stderr, /canary/);
    return answer;
  }

  it("passes for the image that should answer, and says so", async () => {
    const { code, stdout, stderr } = await smoke({ url: open.url });
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(
      stdout,
      /^http:\/\/127\.0\.0\.1:\d+\/ answers as image 0123456789ab after [\d.]+ s; sample requests: one, two\n$/,
    );
  });

  it("passes without sample requests", async () => {
    const { code, stdout } = await smoke({ url: open.url, samples: "" });
    assert.equal(code, 0);
    assert.match(stdout, /sample requests: it has none\n$/);
  });

  it("sends the key, which stands in no argument", async () => {
    const { code, stderr } = await smoke({ url: keyed.url }, { SCORESTACK_KEY: key });
    assert.deepEqual([code, stderr], [0, ""]);
  });

  it("sends a header with every request", async () => {
    const { code, stderr } = await smoke({ url: keyed.url, header: `authorization: Bearer ${key}` });
    assert.deepEqual([code, stderr], [0, ""]);
    const bad = await smoke({ url: open.url, header: "no-colon" });
    assert.deepEqual([bad.code, bad.stderr], [2, "'--header' must be a name, a colon and a value, got 'no-colon'\n"]);
  });

  it("tells a wrong key at once", async () => {
    const { code, stderr } = await smoke({ url: keyed.url }, { SCORESTACK_KEY: `${key}x` });
    assert.equal(code, 1);
    assert.equal(stderr, `${keyed.url}/: must accept the key in SCORESTACK_KEY, got 401\nsee the log of the service\n`);
  });

  it("tells a missing key by the sample that is refused", async () => {
    const { code, stderr } = await smoke({ url: keyed.url });
    assert.equal(code, 1);
    assert.ok(
      stderr.startsWith(
        `${keyed.url}/: sample request 'one' (POST /score): expected status 200, got 401: '{"message": "A key is required`,
      ),
      stderr,
    );
  });

  it("tells a service that should ask for a key and answers everyone", async () => {
    const { code, stderr } = await smoke({ url: open.url }, { SCORESTACK_KEY: key });
    assert.equal(code, 1);
    assert.equal(stderr, `${open.url}/: must answer 401 without a key, got 200\nsee the log of the service\n`);
  });

  it("waits for another image to go, and tells it at the deadline", async () => {
    const other = "f".repeat(64);
    const { code, stderr } = await smoke({ url: open.url, identity: other, deadline: "2" });
    assert.equal(code, 1);
    const problem = `${open.url}/: must answer as image ffffffffffff, got 0123456789ab`;
    assert.match(stderr, new RegExp(`^waiting for ${problem}\n${problem}, after 2 s and \\d attempts\n`));
  });

  it("tells a reply that is not as expected at once, with the service's own log", async () => {
    const log = path.join(open.folder, "log/service.log");
    const { code, stderr } = await smoke({
      url: open.url,
      samples: path.join(home.folder, "bad"),
      logs: `cat ${log}`,
    });
    assert.equal(code, 1);
    const [first, second, ...rest] = stderr.split("\n");
    assert.equal(first, `${open.url}/: sample request 'one' (POST /score): $[1]: expected 5, got 4`);
    assert.equal(second, `its log, by cat ${log}:`);
    assert.match(rest.join("\n"), /POST \/score 200/);
  });

  it("shows the scorer's own traceback when run() fails", async () => {
    const { code, stderr } = await smoke({
      url: open.url,
      samples: path.join(home.folder, "fails"),
      logs: `cat ${path.join(open.folder, "log/service.log")}`,
    });
    assert.equal(code, 1);
    assert.match(stderr, /sample request 'one' \(POST \/score\): expected status 200, got 500: /);
    assert.match(stderr, /score\.py", line 7, in run/);
  });

  it("names the command for the log where there is no such program, and keeps the key out of what it prints", async () => {
    const there = await smoke({ url: keyed.url, logs: `echo ${key}` }, { SCORESTACK_KEY: key, INIT_CWD: "." });
    assert.equal(there.code, 0);
    const logs = `echo ${key}x`;
    const wrong = await smoke({ url: keyed.url, logs }, { SCORESTACK_KEY: `${key}x` });
    assert.match(wrong.stderr, /its log, by echo \[secret\]:\n\[secret\]\n$/);
    const none = "no-such-program container logs -g rg -n churn";
    const { stderr } = await smoke({ url: open.url, samples: path.join(home.folder, "bad"), logs: none });
    assert.ok(stderr.endsWith(`its log (there is no 'no-such-program' here): ${none}\n`), stderr);
  });

  it("waits until somebody listens, and tells who did not at the deadline", async () => {
    const nobody = http.createServer().listen(0, "127.0.0.1");
    await once(nobody, "listening");
    const { port } = nobody.address() as net.AddressInfo;
    nobody.close();
    await once(nobody, "close");
    const { code, stderr } = await smoke({ url: `http://127.0.0.1:${port}`, deadline: "2" });
    assert.equal(code, 1);
    assert.match(stderr, /the connection is refused \(ECONNREFUSED\), after 2 s and \d attempts\n/);
  });

  it("goes on when the service comes up before the deadline", async () => {
    const late = http.createServer((request, response) => {
      http.get(`${open.url}${request.url ?? ""}`, (answer) => answer.pipe(response));
    });
    late.listen(0, "127.0.0.1");
    await once(late, "listening");
    const { port } = late.address() as net.AddressInfo;
    late.close();
    await once(late, "close");
    const answer = smoke({ url: `http://127.0.0.1:${port}`, samples: "" });
    setTimeout(() => late.listen(port, "127.0.0.1"), 3000);
    const { code, stderr } = await answer;
    late.closeAllConnections();
    late.close();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^waiting for .*: the connection is refused \(ECONNREFUSED\)\n$/);
  });

  it("refuses samples that are none, before it asks anything", async () => {
    const { code, stderr } = await smoke({ url: "http://127.0.0.1:1", samples: path.join(home.folder, "none") });
    assert.equal(code, 2);
    assert.match(stderr, /'--samples' must hold at least one \*\.json file, got none/);
  });

  describe("over TLS", () => {
    const { certificate, key: privateKey } = makeCertificate("churn.example.com");
    let front: https.Server;
    let port: number;
    const trusting = { NODE_EXTRA_CA_CERTS: path.join(home.folder, "issuer.pem") };

    before(async () => {
      fs.writeFileSync(trusting.NODE_EXTRA_CA_CERTS, certificate);
      front = https.createServer({ cert: certificate, key: privateKey }, (request, response) => {
        const { method, headers } = request;
        const onward = http.request(`${open.url}${request.url ?? ""}`, { method, headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(response);
        });
        request.pipe(onward);
      });
      front.listen(0, "127.0.0.1");
      await once(front, "listening");
      ({ port } = front.address() as net.AddressInfo);
    });
    after(() => {
      front.closeAllConnections();
      front.close();
    });

    it("connects to the service before its name's record is there, and holds the certificate to the name", async () => {
      const { code, stderr } = await smoke(
        { url: `https://churn.example.com:${port}`, connect: "127.0.0.1" },
        trusting,
      );
      assert.deepEqual([code, stderr], [0, ""]);
    });

    it("tells whom the certificate is for, where that is not who was asked", async () => {
      const { code, stderr } = await smoke(
        { url: `https://other.example.com:${port}`, connect: "127.0.0.1", deadline: "1" },
        trusting,
      );
      assert.equal(code, 1);
      assert.match(stderr, /its certificate is for DNS:churn\.example\.com, not for other\.example\.com, after 1 s/);
    });

    it("tells that there is no certificate for the name yet", async () => {
      // What Caddy answers until it has obtained one: a fatal alert, internal error.
      const waiting = net.createServer((socket) => {
        socket.once("data", () => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 80])));
      });
      waiting.listen(0, "127.0.0.1");
      await once(waiting, "listening");
      const url = `https://churn.example.com:${(waiting.address() as net.AddressInfo).port}`;
      const { code, stderr } = await smoke({ url, connect: "127.0.0.1", deadline: "1" });
      waiting.close();
      assert.equal(code, 1);
      assert.match(
        stderr,
        /: TLS is refused \(tlsv1 alert internal error\): it has no certificate for churn\.example\.com, or none yet, after 1 s/,
      );
    });

    it("tells an issuer that is not known here", async () => {
      const { stderr } = await smoke({
        url: `https://churn.example.com:${port}`,
        connect: "127.0.0.1",
        deadline: "1",
      });
      assert.match(stderr, /its certificate is of an issuer that is not known here; NODE_EXTRA_CA_CERTS names a file/);
    });
  });
});
