import { strict as assert } from "node:assert";
import fc from "fast-check";
import { graphOf } from "../../../cli/report/graph";
import { renderHtml } from "../../../cli/report/html";
import { renderJson } from "../../../cli/report/json";
import { boxHeight, layOut } from "../../../cli/report/layout";
import { commentLimit, escapeText, renderMarkdown } from "../../../cli/report/markdown";
import { renderMermaid } from "../../../cli/report/mermaid";
import type { Report } from "../../../cli/report/model";
import { byteText, dollars } from "../../../cli/report/words";
import { editedImage, reportOf, resizedGroup, said, type Step } from "./events";

const renderers = { markdown: renderMarkdown, html: renderHtml, json: renderJson };

/** Does not prove that GitHub or a browser shows it so: docs/pull-requests.md has a picture of what Chromium does. */
describe("a report is written", () => {
  const many = (count: number): Step[] =>
    Array.from({ length: count }, (_, index) => editedImage(`scorer-${String(index).padStart(4, "0")}`)).flat();

  it("as a comment whose first line says it all", () => {
    const [first, , second] = renderMarkdown(reportOf(editedImage("wine"))).split("\n");
    assert.equal(first, "**1 service moves, without downtime; 1 image rebuilt; nothing is deleted.**");
    assert.equal(second, "Stack test, resources: 2 updated.");
  });

  it("as one line where nothing moves", () => {
    const still = { type: "scorestack:local:Model", name: "m", op: "same" };
    const sources = { context: () => undefined, sizeOf: () => undefined, edited: ["README.md", "docs/a.md"] };
    const report = reportOf([still], { base: "main" }, sources);
    assert.equal(
      renderMarkdown(report),
      "Nothing moves: none of the 2 edited files is part of what this stack runs.\n",
    );
    assert.equal(renderMarkdown(reportOf([still])), "Nothing moves.\n");
  });

  it("with what is grave before all else, folds, and one line on what stays", () => {
    const still = { of: "RegisteredModel m", type: "scorestack:local:Model", name: "m", op: "same" };
    const text = renderMarkdown(reportOf([...editedImage("beer"), ...resizedGroup("wine"), still]));
    const order = [
      "Look at these first",
      "```mermaid",
      "### What moves\n",
      "### Edited files",
      "Cost: \\+",
      "<details>",
      "Unaffected: 1 others: Model m.",
    ];
    const places = order.map((part) => text.search(part));
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
    );
    assert.ok(
      places.every((place) => place >= 0),
      String(places),
    );
  });

  it("with a graph in which what moves alike is one node", () => {
    const file = "runtime/front.py";
    const steps = many(100).map((step) =>
      step.type === "scorestack:local:Image"
        ? { ...step, old: image("1", "a", file), next: image("2", "b", file) }
        : step,
    );
    const { nodes, edges } = graphOf(reportOf(steps));
    assert.equal(edges.length, 200);
    assert.equal(nodes.length, 201);
    const shared = many(100).filter(({ type }) => type === "scorestack:local:Image");
    const alone = graphOf(
      reportOf(shared.map((step) => ({ ...step, old: image("1", "a", file), next: image("2", "b", file) }))),
    );
    assert.deepEqual(
      alone.nodes.map(({ label, detail }) => [label, detail]),
      [
        ["front.py", "runtime/"],
        ["100 images", "scorer-0000, scorer-0001, scorer-0002 and 97 more"],
      ],
    );
    assert.equal(alone.edges.length, 1);
  });

  for (const count of [1, 10, 100, 1000]) {
    it(`within the limit of a comment with ${count} services, and says what it left out`, () => {
      const text = renderMarkdown(reportOf(many(count)));
      assert.ok(Buffer.byteLength(text) <= commentLimit, String(text.length));
      assert.match(text, new RegExp(`^\\*\\*${count} services? moves?,`));
      assert.equal(/left out|Left out/.test(text), count > 100, text.slice(-300));
      assert.equal((text.match(/<details>/g) ?? []).length, (text.match(/<\/details>/g) ?? []).length);
      assert.equal((text.match(/^```/gm) ?? []).length % 2, 0);
    });
  }

  it("within any limit, keeping the first line", () => {
    const report = reportOf(many(10));
    for (const limit of [20_000, 6000, 2000, 600]) {
      const text = renderMarkdown(report, limit);
      assert.ok(Buffer.byteLength(text) <= limit, `${limit}: ${Buffer.byteLength(text)}`);
      assert.ok(text.startsWith(`**${report.summary}`));
    }
  });

  it("in the same bytes from the same input", () => {
    for (const render of Object.values(renderers)) {
      assert.equal(render(reportOf(many(3))), render(reportOf(many(3))));
    }
  });

  it("as JSON with all its members", () => {
    const report = reportOf(editedImage("wine"));
    assert.deepEqual(JSON.parse(renderJson(report)), report);
    const members = [
      "schemaVersion",
      "stack",
      "rehearsal",
      "base",
      "outcome",
      "summary",
      "counts",
      "units",
      "unaffected",
      "files",
      "edges",
      "addresses",
      "push",
      "cost",
      "findings",
    ];
    assert.deepEqual(Object.keys(report), members);
  });

  it("as a page that needs nothing else and can be read without seeing it", () => {
    const page = renderHtml(reportOf([...editedImage("beer"), ...resizedGroup("wine")]));
    assert.doesNotMatch(page, /<script|<link|<img|src=|href=|@import|url\((?!#)/);
    assert.match(page, /<html lang="en">/);
    assert.match(page, /default-src 'none'/);
    assert.match(page, /prefers-color-scheme: dark/);
    assert.match(page, /<svg [^>]*role="img" aria-labelledby="picture-title picture-text">/);
    assert.match(page, /<desc id="picture-text">score\.py moves Image beer\./);
    assert.equal((page.match(/<h1/g) ?? []).length, 1);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
  });

  it("with boxes beside each other, and arrows to the right alone", () => {
    const graph = graphOf(reportOf([...many(3), ...resizedGroup("wine")]));
    const { placed, width, height } = layOut(graph);
    const place = new Map(placed.map((one) => [one.node.id, one]));
    for (const { from, to } of graph.edges) {
      assert.ok((place.get(from)?.x ?? 0) < (place.get(to)?.x ?? 0));
    }
    for (const [index, one] of placed.entries()) {
      assert.ok(one.x >= 0 && one.x < width && one.y >= 0 && one.y + boxHeight <= height);
      const over = placed.slice(index + 1).filter(({ x, y }) => x === one.x && Math.abs(y - one.y) < boxHeight);
      assert.deepEqual(over, []);
    }
  });
});

function image(identity: string, letter: string, file: string) {
  return { identity: identity.repeat(64), files: { "server/front.py": { source: file, sha256: letter.repeat(64) } } };
}

describe("names and messages in a report", () => {
  const nasty = [
    "</summary></details><script>alert(1)</script>",
    "x | y ``` z\n```\n# title",
    "[a](javascript:alert(1)) ![](http://evil.test/x.png)",
    "@everyone #12 GH-3 www.evil.test http://evil.test",
    "*bold* _it_ ~~no~~ $x$ <b>",
    '"]:::x --> y["',
    "1. one",
    "- - -",
  ];

  const withText = (text: string): Report =>
    reportOf(
      [
        ...editedImage("wine", [text]),
        { type: "scorestack:index:LocalService", name: "beer", old: {}, next: { description: text } },
        { of: "LocalService beer", type: "scorestack:local:Service", name: "beer", diff: { description: "update" } },
      ],
      { events: [said("warning", text), said("error", `${text}\nmore`)], failure: text },
    );

  for (const text of nasty) {
    it(`stay text: ${JSON.stringify(text)}`, () => {
      const page = renderHtml(withText(text));
      assert.doesNotMatch(page, /<script|<b>|<img|javascript:[^<]*"/);
      const comment = renderMarkdown(withText(text));
      const plain = comment.replaceAll(/^(`{3,}|  `{3,})[\s\S]*?^\1$/gm, "").replaceAll(/(`+)(?!`).*?[^`]\1(?!`)/g, "");
      assert.doesNotMatch(plain.replaceAll(/\\./g, ""), /<script|<b>|!\[\]\(|\]\(javascript/);
      assert.doesNotMatch(plain, /@everyone|#12|GH-3|www\.evil|http:\/\/evil/);
      assert.doesNotMatch(plain, /^# title/m);
    });
  }

  it("leave the rows of a table whole", () => {
    for (const text of nasty) {
      const rows = renderMarkdown(withText(text))
        .split("\n")
        .filter((line) => line.startsWith("| "));
      for (const row of rows) {
        const cells = row.replaceAll(/\\\|/g, "").split("|").length - 2;
        assert.ok(cells === 3 || cells === 4, row);
      }
    }
  });

  it("are no markup in Mermaid", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (label, detail) => {
        const node = { id: "a", label, detail, tone: "moved" as const };
        const [, , line = ""] = renderMermaid(
          { nodes: [node, { ...node, id: "b" }], edges: [{ from: "a", to: "b" }] },
          10,
        ).split("\n");
        assert.match(line, /^ {2}n0\["([A-Za-z0-9 .,:/()_→-]|#\d+;|…|<br\/>)*"\]:::moved$/u);
      }),
    );
  });

  it("can be anything, and no tag comes of it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        assert.doesNotMatch(escapeText(text).replaceAll("<!-- -->", ""), /[<>]/);
      }),
    );
  });
});

describe("amounts in a report", () => {
  for (const [bytes, text] of [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [9960, "10 kB"],
    [999_600, "1.0 MB"],
    [3_400_000_000, "3.4 GB"],
  ] as const) {
    it(`are ${text} for ${bytes} bytes`, () => {
      assert.equal(byteText(bytes), text);
    });
  }

  it("of money have a sign where they are a change", () => {
    assert.deepEqual([dollars(1.5), dollars(1.5, true), dollars(-2, true)], ["1.50 USD", "+1.50 USD", "−2.00 USD"]);
  });
});
