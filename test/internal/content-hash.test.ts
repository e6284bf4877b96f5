import { strict as assert } from "node:assert";
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { ContentError, hashContent, hashFile, hashJson, listContent } from "../../components/internal/content-hash";
import { temporaryFolder, writeFiles } from "../support/folder";

/** Does not prove: file systems that fold case or normalise names, Windows. */
describe("content hash", () => {
  let folder: string;
  let remove: () => void;

  beforeEach(() => {
    ({ folder, remove } = temporaryFolder("hash"));
  });
  afterEach(() => {
    remove();
  });

  const at = (...parts: string[]): string => path.join(folder, ...parts);

  /** A folder `<label>/tree` with the files given. */
  function tree(label: string, files: Record<string, string>): string {
    writeFiles(at(label, "tree"), files);
    fs.mkdirSync(at(label, "tree"), { recursive: true });
    return at(label, "tree");
  }

  it("hashes a file's bytes, of any size", () => {
    fs.writeFileSync(at("empty"), "");
    fs.writeFileSync(at("big"), Buffer.alloc((1 << 21) + 5, 7));
    assert.equal(hashFile(at("empty")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert.equal(hashContent(at("big")).sizeInBytes, (1 << 21) + 5);
    assert.equal(hashFile(at("big")), "55be6a239cf4866c8c4aeb5b59097e796c98a867d3ea501e88fa160dfca99d3a");
  });

  it("gives a tree's files sorted by code units, with sizes and executable bits", () => {
    const root = tree("a", { "b.txt": "bb", "B.txt": "b", "a/c.txt": "", "ä.txt": "1", "a.txt": "2" });
    fs.chmodSync(path.join(root, "a.txt"), 0o654);
    const content = hashContent(root);
    assert.deepEqual(
      content.files.map(({ path: file, sizeInBytes, executable }) => [file, sizeInBytes, executable]),
      [
        ["B.txt", 1, false],
        ["a.txt", 1, true],
        ["a/c.txt", 0, false],
        ["b.txt", 2, false],
        ["ä.txt", 1, false],
      ],
    );
    assert.equal(content.sizeInBytes, 5);
    const prefixed = content.files.map((file) => ({ ...file, path: `tree/${file.path}` }));
    assert.equal(
      content.digest,
      hashJson(prefixed.map(({ path: file, sha256, executable }) => ({ path: file, sha256, executable }))),
    );
  });

  it("counts a file's own name, and a folder's", () => {
    writeFiles(folder, { "a/x.bin": "1", "b/x.bin": "1", "b/y.bin": "1", "c/a/x.bin": "1" });
    assert.equal(hashContent(at("a/x.bin")).digest, hashContent(at("b/x.bin")).digest);
    assert.notEqual(hashContent(at("a/x.bin")).digest, hashContent(at("b/y.bin")).digest);
    assert.equal(hashContent(at("a")).digest, hashContent(at("c/a")).digest);
    fs.renameSync(at("c/a"), at("c/other"));
    assert.notEqual(hashContent(at("a")).digest, hashContent(at("c/other")).digest);
  });

  it("takes a path with a slash at its end, and a relative one", () => {
    const root = tree("a", { "x.txt": "1" });
    assert.equal(hashContent(`${root}/`).digest, hashContent(root).digest);
    assert.equal(hashContent(path.relative(process.cwd(), root)).digest, hashContent(root).digest);
  });

  it("leaves out caches and what .amlignore names, and the ignore file itself", () => {
    const plain = tree("a", { "x.py": "1", "sub/y.py": "2", "keep.log": "3" });
    const noisy = tree("b", {
      "x.py": "1",
      "sub/y.py": "2",
      "keep.log": "3",
      "drop.log": "4",
      "data/big.csv": "5",
      "x.pyc": "6",
      "sub/__pycache__/y.pyc": "7",
      ".DS_Store": "8",
      ".git/HEAD": "9",
      ".ipynb_checkpoints/n.ipynb": "10",
      ".amlignore": "\uFEFF# comment\n*.log\n!keep.log\n/data/\n!x.pyc\n",
    });
    assert.equal(hashContent(noisy).digest, hashContent(plain).digest);
  });

  it("reads .amlignore as git does: anchors, folders, case", () => {
    const root = tree("a", {
      ".amlignore": "build/\n/top.txt\nReadme.md\n",
      "build/x": "",
      "sub/build/x": "",
      "sub/top.txt": "",
      "top.txt": "",
      "README.md": "",
      buildings: "",
    });
    assert.deepEqual(
      listContent(root).map((file) => file.path),
      ["README.md", "buildings", "sub/top.txt"],
    );
  });

  it("follows links within the folder", () => {
    const linked = tree("a", { "x.txt": "1", "real/y.txt": "2" });
    fs.symlinkSync("x.txt", path.join(linked, "z.txt"));
    fs.symlinkSync("real", path.join(linked, "alias"));
    const copied = tree("b", { "x.txt": "1", "real/y.txt": "2", "z.txt": "1", "alias/y.txt": "2" });
    assert.deepEqual(hashContent(linked), hashContent(copied));
    fs.symlinkSync(linked, at("tree"));
    assert.equal(hashContent(at("tree")).digest, hashContent(copied).digest);
  });

  const refusals: readonly [string, (root: string) => string, string][] = [
    ["nothing", (root) => path.join(root, "none"), "must exist, got '<root>/none'; correct the path or create it"],
    [
      "an empty folder",
      (root) => path.join(root, "empty"),
      "must hold at least one file, got '<root>/empty'; fill the folder or see what .amlignore leaves out",
    ],
    [
      "a dangling link",
      (root) => link(root, "missing"),
      "must not hold a dangling link, got '<root>/in/link'; remove it or name it in .amlignore",
    ],
    [
      "a link out of the folder",
      (root) => link(root, "../../outside"),
      "must not link out of its folder, got '<root>/in/link'; copy the file in place of the link",
    ],
    [
      "a link in a circle",
      (root) => link(root, ".."),
      "must not link in a circle, got '<root>/in/link'; remove the link or name it in .amlignore",
    ],
    ["a device", () => "/dev/null", "must be a file or folder, got '/dev/null'; correct the path"],
  ];
  for (const [what, make, message] of refusals) {
    it(`refuses ${what}`, () => {
      const root = tree("a", { "x.txt": "1" });
      fs.mkdirSync(path.join(root, "empty"));
      fs.writeFileSync(at("a", "outside"), "");
      const culprit = make(root);
      assert.throws(
        () => hashContent(culprit),
        (error) => error instanceof ContentError && error.message === `content ${message.replace("<root>", root)}`,
      );
    });
  }

  /** A link `in/link` in the folder; returns the folder. */
  function link(root: string, target: string): string {
    fs.mkdirSync(path.join(root, "in"));
    fs.symlinkSync(target, path.join(root, "in", "link"));
    return root;
  }

  const name = fc.stringMatching(/^[a-z]{1,3}$/);
  const files = fc.dictionary(
    fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
    fc.string({ unit: "binary", maxLength: 20 }),
    { minKeys: 1, maxKeys: 5, noNullPrototype: true },
  );
  /** Paths of which none is the folder of another. */
  const trees = files.filter((content) => {
    const paths = Object.keys(content);
    return !paths.some((one) => paths.some((other) => other.startsWith(`${one}/`)));
  });

  it("is the same for the same content in any place, order and at any time; differs for any other (property)", () => {
    let run = 0;
    fc.assert(
      fc.property(trees, trees, (one, other) => {
        run++;
        const first = hashContent(tree(`p${run}`, one));
        const again = tree(`q${run}`, Object.fromEntries(Object.entries(one).reverse()));
        fs.utimesSync(path.join(again, Object.keys(one)[0] ?? ""), 1, 1);
        assert.deepEqual(hashContent(again), first);
        const same = JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
        assert.equal(hashContent(tree(`r${run}`, other)).digest === first.digest, same);
      }),
      { numRuns: 60 },
    );
  });
});
