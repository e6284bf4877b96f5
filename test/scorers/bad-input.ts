import { type Expected, messages, refusal } from "../contract/case";
import type { Ask } from "../contract/http";

/** A request that a scorer must refuse, or survive. */
export interface BadInput {
  readonly name: string;
  readonly ask: Ask;
  readonly reply: Expected;
}

const scriptFailure = refusal(500, messages.script, { "x-ms-run-function-failed": "True" });
const patient = [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87];
const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

const noData = bad("no data", { json: {} }, refusal(400, "A value is not provided for the 'data' parameter."));
const noJson = bad(
  "no JSON",
  { text: "data", headers: { "Content-Type": "application/json" } },
  refusal(400, "POST body could not be decoded as JSON: Expecting value: line 1 column 1 (char 0)"),
);
const noType = bad("no content type", { text: "{}" }, refusal(415, "Expects Content-Type to be application/json"));

const digits: readonly BadInput[] = [
  bad("an empty body", { method: "POST" }, { status: 400, headers: { "content-type": "application/json" } }),
  bad("a text", { text: "seven" }, { status: 415, headers: { "content-type": "application/json" } }),
  bad("the beginning of a PNG", { bytes: png }, { status: 415 }),
  bad("PUT", { method: "PUT", bytes: png }, refusal(405, messages.method)),
  bad("HEAD", { method: "HEAD" }, { status: 200, text: "" }),
];

/** For the scorers that come with the project. */
export const badInputs: Readonly<Record<string, readonly BadInput[]>> = {
  diabetes: [
    noData,
    noJson,
    noType,
    bad("a measurement too few", { json: { data: [patient.slice(1)] } }, scriptFailure),
    bad("a measurement as words", { json: { data: [["old", ...patient.slice(1)]] } }, scriptFailure),
    bad("null for the data", { json: { data: null } }, scriptFailure),
  ],
  digits,
  "digits-int8": digits,
  wine: [
    noData,
    noJson,
    noType,
    bad("columns missing", { json: { data: [{ ash: 2.4 }] } }, scriptFailure),
    bad("a text for the table", { json: { data: "red" } }, scriptFailure),
    bad("an empty table", { json: { data: [] } }, scriptFailure),
  ],
  "iris-spark": [
    noData,
    noJson,
    bad("a field missing", { json: { data: [{ ...flower, petal_width: undefined }] } }, scriptFailure),
    bad("a length as words", { json: { data: [{ ...flower, petal_width: "wide" }] } }, scriptFailure),
  ],
};

function bad(name: string, ask: Ask, reply: Expected): BadInput {
  return { name, ask, reply };
}
