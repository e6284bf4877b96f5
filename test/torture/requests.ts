import { replyOf } from "./content";
import type { Outcome } from "./invariants";
import type { Step } from "./plan";
import type { World } from "./world";

const inHandMs = 100;

/** Of a server that is killed the requests in hand are lost; without a supervisor nobody answers until the next run. */
export function noneLost(world: World, { step, struck, heard }: Outcome): string[] {
  if (!heard) {
    return [];
  }
  const { at } = struck;
  const known = new Set(
    [step.content, ...world.contents.values()].map((content) =>
      JSON.stringify(sorted(replyOf(content, world.sandbox.proof))),
    ),
  );
  const strange = heard.replies.filter((body) => !known.has(JSON.stringify(sorted(body))));
  const excusedMs = excuse(step, world.sandbox.slowness);
  const lost = heard.failed.filter(
    ({ begunAt, endedAt }) => at === undefined || endedAt < at - 50 || begunAt > at + excusedMs,
  );
  return [
    ...(heard.answers === 0 ? ["no request was answered"] : []),
    ...lost.slice(0, 3).map((one) => {
      const after = at === undefined ? "with nothing killed" : `${Math.round(one.begunAt - at)} ms after the kill`;
      return `a request begun ${after} failed: ${one.problem}`;
    }),
    ...strange.slice(0, 3).map((body) => `a request was answered with ${body.slice(0, 200)}`),
  ];
}

/** For how long after a kill a request may begin and fail: gunicorn answers what it has in hand after a TERM alone. */
function excuse({ victim, blow }: Step, slowness: number): number {
  if (victim === "supervisor" || victim === "everything") {
    return Infinity;
  }
  const isServer = victim === "server" || victim === "worker";
  return isServer && blow.signal !== "SIGTERM" ? inHandMs * slowness : -Infinity;
}

/** A reply with its members in order, to be compared. */
export function sorted(reply: object | string): unknown {
  try {
    const value = (typeof reply === "string" ? JSON.parse(reply) : reply) as object;
    return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
  } catch {
    return reply;
  }
}
