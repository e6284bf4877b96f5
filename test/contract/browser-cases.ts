import { type Case, type Expected, messages, refusal } from "./case";
import type { Ask } from "./http";

const good = { data: [[1, 2]] };
const scored: Expected = { status: 200, json: [3] };
const allowed = "access-control-allow-origin";

/** Requests of browsers: what a page of an allowed origin may do, and one of another may not. */
export const corsCases: readonly Case[] = [
  on("an allowed origin", from("https://two.example"), {
    ...scored,
    headers: { [allowed]: "https://two.example", vary: "Origin" },
  }),
  // The request is scored; it is the browser that keeps the reply from the page.
  on("another origin", from("https://evil.example"), { ...scored, headers: { [allowed]: null } }),
  // flask-cors names the first allowed origin to whom it may concern.
  on("no origin", { json: good }, { ...scored, headers: { [allowed]: "https://app.example" } }),
  on("a preflight of an allowed origin", preflight("https://app.example"), {
    status: 200,
    text: "",
    headers: {
      [allowed]: "https://app.example",
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "authorization, content-type",
    },
  }),
  on("a preflight of another origin", preflight("https://evil.example"), {
    status: 200,
    text: "",
    headers: { [allowed]: null, "access-control-allow-methods": null },
  }),
  on(
    "an error, for an allowed origin",
    { ...from("https://app.example"), json: [] },
    {
      ...refusal(400, "POST body should be a JSON dictionary."),
      headers: { [allowed]: "https://app.example" },
    },
  ),
  keyed("a preflight, which has no key", preflight("https://app.example"), {
    status: 200,
    text: "",
    headers: {
      [allowed]: "https://app.example",
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "authorization, content-type",
    },
  }),
  keyed(
    "a refusal that the page may read",
    from("https://app.example"),
    refusal(401, messages.keyNeeded, { [allowed]: "https://app.example" }),
  ),
];

function on(name: string, ask: Ask, reply: Expected): Case {
  return { name, scorer: "numpy", ask, reply };
}

function keyed(name: string, ask: Ask, reply: Expected): Case {
  return { name: `with keys: ${name}`, scorer: "raw", ask, reply };
}

function from(origin: string): Ask {
  return { json: good, headers: { Origin: origin } };
}

function preflight(origin: string): Ask {
  const asked = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type, authorization",
  };
  return { method: "OPTIONS", headers: { Origin: origin, ...asked } };
}
