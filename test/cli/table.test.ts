import { strict as assert } from "node:assert";
import { elapsed } from "../../cli/output/messages";
import { formatBytes, formatDuration, renderTable } from "../../cli/output/table";

describe("tables and figures of the command line", () => {
  it("aligns columns, numbers on the right, and leaves no blanks at line ends", () => {
    const rows = [
      { name: "wine", size: 7 },
      { name: "diabetes", size: 12345 },
    ];
    const text = renderTable(rows, [
      { title: "NAME", value: ({ name }) => name },
      { title: "SIZE", value: ({ size }) => String(size), align: "right" },
      { title: "NOTE", value: ({ name }) => (name === "wine" ? "red" : "") },
    ]);
    const plain = text.replaceAll(/\u001b\[\d+m/g, "");
    assert.deepEqual(plain.split("\n"), ["NAME       SIZE  NOTE", "wine          7  red", "diabetes  12345"]);
  });

  for (const [bytes, text] of [
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [150 * 1024, "150 KiB"],
    [3.25 * 1024 ** 3, "3.3 GiB"],
    [5000 * 1024 ** 4, "5000 TiB"],
  ] as const) {
    it(`shows ${bytes} bytes as ${text}`, () => {
      assert.equal(formatBytes(bytes), text);
    });
  }

  for (const [milliseconds, text] of [
    [-5, "0 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [3_600_000 + 5 * 60_000, "1 h 05 min"],
    [27 * 3_600_000, "1 d 3 h"],
  ] as const) {
    it(`shows ${milliseconds} ms of uptime as ${text}`, () => {
      assert.equal(formatDuration(milliseconds), text);
    });
  }

  it("shows elapsed time in seconds, then minutes", () => {
    assert.deepEqual([400, 59_400, 60_000, 125_000].map(elapsed), ["0 s", "59 s", "1 min 00 s", "2 min 05 s"]);
  });
});
