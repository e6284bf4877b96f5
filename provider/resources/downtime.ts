import type { DowntimeInputs } from "../../components/internal/local-contract";
import { localTokens } from "../../components/internal/local-contract";
import { byCodeUnits } from "../../components/internal/content-hash";
import { compare } from "../rpc/diff";
import type { Context, Handler } from "../rpc/handler";
import { isUnknown } from "../rpc/values";
import { required } from "./inputs";

/** `scorestack:local:Downtime`: what of a service can't change in place. A change is told with how long it takes the service away. */
export function downtimeHandler(): Handler<DowntimeInputs, DowntimeInputs> {
  return {
    token: localTokens.downtime,
    secrets: [],
    check: (inputs) => required(inputs, ["serviceName", "typicalTime"]),
    diff: (_, oldInputs, news) => Promise.resolve({ changes: compare(oldInputs, news) }),
    preview: (news, olds, context) => {
      warn(news, olds, context);
      return Promise.resolve(news);
    },
    create: (news, { name }) => Promise.resolve({ id: name, outputs: news }),
    update: (olds, news, context) => {
      warn(news, olds, context);
      return Promise.resolve(news);
    },
    read: (_, olds) => Promise.resolve(olds),
    delete: () => Promise.resolve(),
  };
}

function warn(news: DowntimeInputs, olds: DowntimeInputs | undefined, context: Context): void {
  const changes = olds ? changesOf(olds.fixed, news.fixed) : [];
  if (changes.length > 0) {
    context.warn(
      `service '${olds?.serviceName ?? ""}' will not answer for ${news.typicalTime}: it is deleted and made anew, for these can't change in place: ${changes.join(", ")}`,
    );
  }
}

/** Each change for people; a value that is known later may be what it was. */
function changesOf(olds: Readonly<Record<string, string>>, news: Readonly<Record<string, string>>): string[] {
  const names = [...new Set([...Object.keys(olds), ...Object.keys(news)])].sort(byCodeUnits);
  return names
    .filter((name) => !isUnknown(news[name]) && olds[name] !== news[name])
    .map((name) => `'${name}' (${olds[name] ?? "none"} → ${news[name] ?? "none"})`);
}
