import {
  type EdgeJson,
  type EdgeRingInputs,
  type EdgeRingOutputs,
  edgeTokens,
} from "../../components/internal/edge-contract";
import { compare } from "../rpc/diff";
import { type Context, type Handler, UserError } from "../rpc/handler";
import { unknown } from "../rpc/values";
import { checkRing } from "./check";
import { Hub } from "./hub";
import { judge, type Judgement, reportOf } from "./judge";
import { recordOf, textOf } from "./values";

/** `scorestack:edge:Ring`: in an update, waits until a configuration runs on the devices that it targets. */
export function ringHandler(): Handler<EdgeRingInputs, EdgeRingOutputs> {
  return {
    token: edgeTokens.ring,
    secrets: [],
    check: checkRing,
    diff: (_, oldInputs, news) => Promise.resolve({ changes: compare(oldInputs, news) }),
    preview: (news) =>
      Promise.resolve({ ...news, targetedDevices: unknown, succeededDevices: unknown, offlineDevices: unknown }),
    create: async (news, context) => ({ id: context.name, outputs: await wait(news, context) }),
    update: (_, news, context) => wait(news, context),
    read: async (_, olds) => ((await configuration(new Hub(olds.hub), olds.configurationId)) ? olds : undefined),
    // It is a moment's proof; there is nothing to take away.
    delete: () => Promise.resolve(),
  };
}

async function wait(ring: EdgeRingInputs, context: Context): Promise<EdgeRingOutputs> {
  const hub = new Hub(ring.hub, context);
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let wellSince: number | undefined;
  for (;;) {
    const seen = await look(hub, ring);
    if (seen.failed.length > 0) {
      throw new UserError(
        `${headOf(ring)} must run on every device, got failures; ${afterFailure}\n${reportOf(seen.failed)}`,
      );
    }
    wellSince = seen.isWell ? (wellSince ?? elapsed()) : undefined;
    if (wellSince !== undefined && elapsed() - wellSince >= ring.soakSeconds) {
      context.info(toldOf(ring, seen));
      const { targeted, succeeded, offline } = seen;
      return {
        ...ring,
        targetedDevices: targeted,
        succeededDevices: succeeded.length,
        offlineDevices: offline.length,
      };
    }
    if (elapsed() >= ring.deadlineSeconds) {
      throw new UserError(await late(hub, ring, seen));
    }
    context.progress(`${toldOf(ring, seen)}, ${Math.round(elapsed())} s of ${ring.deadlineSeconds} s`);
    await hub.pause(ring.pollSeconds * 1000);
  }
}

const afterFailure = "the next ring keeps what it has: mend it or go back, and run the command again";

async function look(hub: Hub, ring: EdgeRingInputs): Promise<Judgement> {
  const found = await configuration(hub, ring.configurationId);
  if (!found) {
    throw new UserError(`${headOf(ring)} must be in '${ring.hub}', got none; somebody has deleted it: npm run refresh`);
  }
  const targets = await hub.query(targetQuery(textOf(found.targetCondition)));
  const agents = await hub.query(appliedQuery(ring.configurationId));
  const deviceIds = targets.map(({ deviceId }) => textOf(deviceId));
  const { waiting } = judge(ring, deviceIds, agents, new Set(deviceIds));
  const online = await answering(
    hub,
    waiting.map(({ deviceId }) => deviceId),
  );
  return judge(ring, deviceIds, agents, online);
}

/**
 * Devices whose agent answers a `ping`. The hub's `connectionState` of an agent is always that of one that is not connected, for it
 * counts telemetry alone: learn.microsoft.com/azure/iot-edge/how-to-monitor-module-twins.
 */
async function answering(hub: Hub, deviceIds: readonly string[]): Promise<ReadonlySet<string>> {
  const [rest, online] = [[...deviceIds], new Set<string>()];
  const turn = async (): Promise<void> => {
    for (let id = rest.shift(); id !== undefined; id = rest.shift()) {
      const path = `${agentPath(id)}/methods`;
      const body = { methodName: "ping", responseTimeoutInSeconds: 5, connectTimeoutInSeconds: 0, payload: null };
      const { status } = await hub.call({ method: "POST", path, body, answers: [404, 504] });
      if (status === 200) {
        online.add(id);
      }
    }
  };
  await Promise.all(Array.from({ length: pingsAtOnce }, turn));
  return online;
}

const pingsAtOnce = 8;

function agentPath(deviceId: string): string {
  return `twins/${encodeURIComponent(deviceId)}/modules/$edgeAgent`;
}

/** As the hub's own metric `targetedCount` has it. */
export function targetQuery(condition: string): string {
  // Without a condition it targets nobody; no device has that id, as ids are not empty.
  return `SELECT deviceId FROM devices WHERE capabilities.iotEdge = true AND (${condition || "deviceId = ''"})`;
}

/** As the hub's own metric `appliedCount` has it, with what the devices report. */
export function appliedQuery(configurationId: string): string {
  return `SELECT * FROM devices.modules WHERE moduleId = '$edgeAgent' AND configurations.[[${configurationId}]].status = 'Applied'`;
}

async function configuration(hub: Hub, id: string): Promise<Record<string, EdgeJson> | undefined> {
  const path = `configurations/${encodeURIComponent(id)}`;
  const reply = await hub.call({ method: "GET", path, answers: [404] });
  return reply.status === 404 ? undefined : recordOf(reply.body);
}

/** Why it is not done within its time; for devices that it does not apply to, what does. */
async function late(hub: Hub, ring: EdgeRingInputs, seen: Judgement): Promise<string> {
  const { targeted, offline, waiting, notApplied, succeeded } = seen;
  const lines = [...waiting];
  for (const deviceId of notApplied.slice(0, 10)) {
    const call = { method: "GET", path: agentPath(deviceId), answers: [404] } as const;
    const twin = recordOf((await hub.call(call)).body);
    const applied = Object.entries(recordOf(twin.configurations))
      .filter(([, one]) => /^applied$/i.test(textOf(recordOf(one).status)))
      .map(([id]) => id);
    const rivals = applied.length > 0 ? `what applies is ${applied.join(", ")}` : "nothing applies: it has no base";
    lines.push({ deviceId, said: `it is not applied there; ${rivals}` });
  }
  const rest = [
    ...(targeted === 0 ? ["no device has its target condition"] : []),
    ...(succeeded.length < ring.minimumDevices
      ? [`${succeeded.length} devices run it, and ${ring.minimumDevices} must`]
      : []),
    ...(offline.length > targeted * ring.maximumOfflineShare
      ? [
          `${offline.length} of ${targeted} devices are offline, and ${Math.floor(targeted * ring.maximumOfflineShare)} may be: ${offline.slice(0, 10).join(", ")}`,
        ]
      : []),
  ];
  return [
    `${headOf(ring)} must be done within ${ring.deadlineSeconds} s, got ${toldOf(ring, seen)}; ${afterFailure}`,
    ...rest.map((line) => `  ${line}`),
    ...(lines.length > 0 ? [reportOf(lines)] : []),
  ].join("\n");
}

function headOf({ ringName, configurationId }: EdgeRingInputs): string {
  return `ring '${ringName}': ${configurationId}`;
}

function toldOf({ ringName }: EdgeRingInputs, { targeted, succeeded, offline }: Judgement): string {
  const away = offline.length > 0 ? `, ${offline.length} offline` : "";
  return `ring '${ringName}': ${succeeded.length} of ${targeted} devices run it${away}`;
}
