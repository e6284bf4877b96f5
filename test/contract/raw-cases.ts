import { type Case, type Expected, messages, refusal } from "./case";
import type { Ask } from "./http";

const bytes = Buffer.from([0, 1, 2, 253, 254, 255]);
const type = { "content-type": "application/octet-stream" };

/** A @rawhttp scorer: the whole request in, the whole response out. */
export const rawCases: readonly Case[] = [
  raw("GET, its query read by run()", { path: "/score?calls=no" }, { status: 200 }),
  raw(
    "POST of bytes",
    { bytes },
    {
      status: 200,
      text: Buffer.from(bytes).reverse().toString(),
      headers: { ...type, "x-length": "6", "x-method": "POST", "x-ms-run-function-failed": "False" },
    },
  ),
  raw("POST of nothing", { method: "POST" }, { status: 200, text: "", headers: { ...type, "x-length": "0" } }),
  raw("bytes in chunks", { chunks: [bytes, bytes] }, { status: 200, headers: { ...type, "x-length": "12" } }),
  raw("a status of run()'s own", { path: "/score?status=418", bytes }, { status: 418, headers: type }),
  raw(
    "a status of run()'s own for a failure",
    { path: "/score?status=503", bytes },
    {
      status: 503,
      headers: { ...type, "x-ms-run-function-failed": "True" },
    },
  ),
  raw("OPTIONS with the key", { method: "OPTIONS" }, { status: 200, text: "", headers: { "x-method": "OPTIONS" } }),
  raw("PUT, which the server keeps from run()", { method: "PUT", bytes }, refusal(405, messages.method)),
];

const asksForKey = { "www-authenticate": "Bearer", "x-request-id": /./, "x-ms-request-id": /./ };

/** Key authentication. */
export const keyCases: readonly Case[] = [
  open("no key", { bytes }, refusal(401, messages.keyNeeded, asksForKey)),
  open(
    "no key, a request id",
    { bytes, headers: { "x-request-id": "r1" } },
    {
      status: 401,
      headers: { "x-request-id": "r1" },
    },
  ),
  open("a scheme without a key", withAuthorization("Bearer"), refusal(401, messages.keyNeeded, asksForKey)),
  open("another scheme", withAuthorization("Basic c29tZTpvbmU="), refusal(401, messages.keyWrong, asksForKey)),
  open("a wrong key", withAuthorization("Bearer wrong"), refusal(401, messages.keyWrong, asksForKey)),
  open("a key that isn't ASCII", withAuthorization("Bearer ß"), refusal(401, messages.keyWrong, asksForKey)),
  open("the swagger, no key", { path: "/swagger.json" }, refusal(401, messages.keyNeeded, asksForKey)),
  open("an unknown path, no key", { path: "/nothing" }, refusal(401, messages.keyNeeded, asksForKey)),
  open("the health probe, no key", { path: "/" }, { status: 200, text: "Healthy" }),
  open(
    "OPTIONS, no key: run() doesn't see it",
    { method: "OPTIONS", bytes },
    {
      status: 200,
      text: "",
      headers: { "x-method": null },
    },
  ),
  raw("the swagger, with the key", { path: "/swagger.json" }, { status: 200 }),
  raw("an unknown path, with the key", { path: "/nothing" }, refusal(404, messages.unknownPath)),
];

function raw(name: string, ask: Ask, reply: Expected): Case {
  return { name, scorer: "raw", ask, withKey: true, reply };
}

function open(name: string, ask: Ask, reply: Expected): Case {
  return { name, scorer: "raw", ask, reply };
}

function withAuthorization(value: string): Ask {
  return { bytes, headers: { Authorization: value } };
}
