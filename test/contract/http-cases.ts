import { type Case, type Expected, messages, refusal } from "./case";
import type { Ask } from "./http";

const json = { "Content-Type": "application/json" };
const good = { data: [[1, 2]] };
const goodText = JSON.stringify(good);
const scored: Expected = { status: 200, json: [3] };
const longId = "i".repeat(101);
const newId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const tooLong = "x-ms-request-id and x-ms-client-request-id must not exceed 100 characters";

/** Bodies, content types, methods, paths and request ids, for a scorer with a schema. */
export const httpCases: readonly Case[] = [
  on(
    "JSON cut short",
    { text: '{"data"', headers: json },
    undecodable("Expecting ':' delimiter: line 1 column 8 (char 7)"),
  ),
  on("JSON with more after it", { text: "{}{}", headers: json }, undecodable("Extra data: line 1 column 3 (char 2)")),
  on(
    "an empty body",
    { method: "POST", headers: json },
    refusal(400, "POST body is empty. Expecting a JSON dictionary."),
  ),
  on("a list for the body", { json: [1] }, refusal(400, "POST body should be a JSON dictionary.")),
  on("null for the body", { json: null }, refusal(400, "POST body should be a JSON dictionary.")),
  // The server looks after neither of these two itself.
  on("a body that isn't UTF-8", { bytes: Buffer.from([0x7b, 0xff]), headers: json }, refusal(500, messages.internal)),
  on("JSON too deep to decode", { text: "[".repeat(100_000), headers: json }, refusal(500, messages.internal)),
  // NaN is taken and given, though it is no JSON.
  on("NaN in the body", { text: '{"data":[[NaN,1]]}', headers: json }, { status: 200, text: "[NaN]" }),
  on("no content type", { text: goodText }, refusal(415, "Expects Content-Type to be application/json")),
  on("another content type", contentType("text/plain"), refusal(415, "Expects Content-Type to be application/json")),
  on("a content type with a charset", contentType("application/json; charset=utf-8"), scored),
  on("a content type with +json", contentType("application/vnd.orders+json"), scored),
  on("GET with the parameters in the query", { path: "/score?data=[[1,2]]" }, scored),
  on("GET without parameters", {}, refusal(400, "A value is not provided for the 'data' parameter.")),
  on("HEAD", { method: "HEAD" }, { status: 405, text: "" }),
  ...["PUT", "DELETE", "PATCH"].map((method) => on(method, { method, json: good }, refusal(405, messages.method))),
  on("OPTIONS that is no preflight", { method: "OPTIONS" }, { status: 200, text: "" }),
  on("POST of the health probe", { method: "POST", path: "/" }, refusal(405, messages.method)),
  on("POST of the swagger", { method: "POST", path: "/swagger.json" }, refusal(405, messages.method)),
  on("an unknown path", { path: "/nothing" }, refusal(404, messages.unknownPath)),
  on("a slash too many", { path: "/score/" }, refusal(404, messages.unknownPath)),
  on("the health probe", { path: "/" }, { status: 200, text: "Healthy", headers: { "content-type": /^text\/html/ } }),
  on("HEAD of the health probe", { path: "/", method: "HEAD" }, { status: 200, text: "" }),
  on(
    "a body in chunks",
    { chunks: [Buffer.from(goodText.slice(0, 4)), Buffer.from(goodText.slice(4))], headers: json },
    scored,
  ),
  on(
    "no request id",
    { json: good },
    ids({ "x-request-id": newId, "x-ms-request-id": newId, "x-ms-client-request-id": null }),
  ),
  on("a request id", withHeaders({ "x-request-id": "r1" }), ids({ "x-request-id": "r1", "x-ms-request-id": "r1" })),
  on(
    "request ids of both kinds",
    withHeaders({ "x-request-id": "r1", "x-ms-client-request-id": "c1" }),
    ids({ "x-request-id": "r1", "x-ms-request-id": "c1", "x-ms-client-request-id": "c1" }),
  ),
  on(
    "a request id of the old kind",
    withHeaders({ "x-ms-request-id": "old" }),
    ids({ "x-request-id": newId, "x-ms-request-id": "old", "x-ms-client-request-id": "old" }),
  ),
  on("a trace id", withHeaders({ TraceId: "t1" }), ids({ traceid: "t1" })),
  on(
    "a request id too long",
    withHeaders({ "x-request-id": longId }),
    refusal(431, "x-request-id must not exceed 100 characters"),
  ),
  ...["x-ms-request-id", "x-ms-client-request-id"].map((name) =>
    on(`${name} too long`, withHeaders({ [name]: longId }), refusal(431, tooLong)),
  ),
];

/** For a scorer without a schema: run() gets text. */
export const textCases: readonly Case[] = [
  text("text of any content type", { text: "grüße", headers: { "Content-Type": "text/csv" } }, got("grüße")),
  text("JSON as the text that it is", { json: { a: 1 } }, got('{"a":1}')),
  text("an empty body", { method: "POST" }, got("")),
  text("the query of a GET as JSON", { path: "/score?a=1&b=x&b=[2]" }, got('{"a": 1, "b": ["x", [2]]}')),
  text(
    "the request's headers",
    { text: "x", headers: { "User-Agent": "suite" } },
    {
      status: 200,
      json: { got: "x", type: "str", agent: "suite" },
    },
  ),
  text(
    "a body that isn't UTF-8",
    { bytes: Buffer.from([0xff]) },
    {
      status: 400,
      json: {
        message:
          "Input cannot be decoded as UTF-8: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
      },
    },
  ),
  text(
    "app root, modules and the only model where Azure ML puts them",
    { text: "where" },
    {
      status: 200,
      json: { cwd: true, front: "scorer", model: ["greeting.txt"], modelDir: "azureml-models/greeting/<version>" },
    },
  ),
];

function on(name: string, ask: Ask, reply: Expected): Case {
  return { name, scorer: "numpy", ask, reply };
}

function text(name: string, ask: Ask, reply: Expected): Case {
  return { name: `no schema: ${name}`, scorer: "text", ask, reply };
}

function got(value: string): Expected {
  return { status: 200, json: { got: value, type: "str", agent: null } };
}

function contentType(value: string): Ask {
  return { text: goodText, headers: { "Content-Type": value } };
}

function withHeaders(headers: Record<string, string>): Ask {
  return { json: good, headers };
}

function ids(headers: Expected["headers"]): Expected {
  return { ...scored, headers };
}

function undecodable(why: string): Expected {
  return refusal(400, `POST body could not be decoded as JSON: ${why}`);
}
