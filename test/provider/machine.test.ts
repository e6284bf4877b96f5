import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { checkJava } from "../../provider/java";
import { searchPython } from "../../provider/python";
import { choosePort, holderOf, isFree } from "../../provider/service/port";
import { requireSpace } from "../../provider/uv";
import { temporaryFolder } from "../support/folder";

/** What the machine must have. Pythons and Javas that are too old or absent are simulated by what is on PATH. */
describe("what the machine lacks", () => {
  let folder: string;
  let remove: () => void;
  const { PATH, JAVA_HOME } = process.env;

  beforeEach(() => {
    ({ folder, remove } = temporaryFolder("machine"));
    delete process.env.JAVA_HOME;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    if (JAVA_HOME !== undefined) {
      process.env.JAVA_HOME = JAVA_HOME;
    }
    remove();
  });

  const executable = (name: string, script: string): void => {
    fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  };

  it("a Python that is new enough: the old one is named", () => {
    executable("python3", "echo 3.8.10; echo /usr/bin/python3.8");
    process.env.PATH = folder;
    assert.throws(() => searchPython(), {
      message:
        "'python3' must be Python 3.9 or later, got /usr/bin/python3.8 (3.8.10); install Python 3.11 and put it on PATH",
    });
  });

  it("any Python", () => {
    process.env.PATH = folder;
    assert.throws(() => searchPython(), {
      message: "'python3' must be Python 3.9 or later, got none on PATH; install Python 3.11 and put it on PATH",
    });
  });

  it("nothing, when a later candidate is new enough", () => {
    executable("python3", "echo 3.8.10; echo /usr/bin/python3.8");
    executable("python3.11", "echo 3.11.4; echo /usr/bin/python3.11");
    process.env.PATH = folder;
    assert.deepEqual(searchPython(), { executable: "/usr/bin/python3.11", version: "3.11.4" });
  });

  it("space on the disk", () => {
    assert.throws(
      () => {
        requireSpace("installing 49 Python packages", 120e6);
      },
      {
        message:
          "installing 49 Python packages: the disk must have 500 MB free, got 120 MB; free some, or run npm run prune",
      },
    );
    requireSpace("installing", 501e6);
  });

  it("a Java for PySpark", () => {
    process.env.PATH = folder;
    assert.throws(
      () => {
        checkJava("iris");
      },
      {
        message:
          "'runtime' of image 'iris' must be one that can run here, got \"spark-py\" and no Java; install Java 17 (openjdk-17-jre-headless) or set JAVA_HOME",
      },
    );
    executable("java", "exit 0");
    checkJava("iris");
  });

  it("a free port: its holder is named", async () => {
    const server = net.createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        resolve((server.address() as net.AddressInfo).port);
      });
    });
    try {
      assert.equal(await isFree(port), false);
      assert.match(holderOf(port), new RegExp(`^( \\(by .+, pid ${process.pid}\\))?$`));
    } finally {
      server.close();
    }
  });

  it("nothing for choosing a port: the same for the same folder, another when that is taken", async () => {
    const first = await choosePort(folder, new Set());
    assert.equal(await choosePort(folder, new Set()), first);
    assert.notEqual(await choosePort(folder, new Set([first])), first);
  });
});
