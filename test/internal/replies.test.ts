import { strict as assert } from "node:assert";
import fc from "fast-check";
import { type Reply, replyProblem } from "../../components/internal/replies";
import type { SampleRequest } from "../../components/internal/samples";
import rows from "../runtime/replies.json";

interface Row {
  readonly reply: NonNullable<SampleRequest["reply"]>;
  readonly got: Reply;
  readonly problem?: string;
}

/** The rows are `runtime/proof.py`'s too: `test/runtime/test_proof.py` holds it to them. */
describe("replies of sample requests", () => {
  for (const { reply, got, problem } of rows as unknown as Row[]) {
    it(`${JSON.stringify(reply)} and ${got.status} ${got.body}: ${problem ?? "agree"}`, () => {
      assert.equal(replyProblem(reply, got), problem);
    });
  }

  it("agree with themselves, whatever they are", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const got = { status: 200, headers: {}, body: JSON.stringify(json) };
        assert.equal(replyProblem({ json }, got), undefined);
      }),
    );
  });

  it("are cut in messages", () => {
    const problem = replyProblem({}, { status: 500, headers: {}, body: "x".repeat(301) });
    assert.equal(problem, `expected status 200, got 500: '${"x".repeat(300)}…'`);
  });
});
