import { setImmediate } from "node:timers/promises";
import * as debuggable from "@pulumi/pulumi/runtime/debuggable";

/**
 * Promises that were rejected and that nobody handled. An assertion or error inside an `apply` ends here: without this list the
 * test that caused it would pass.
 */
const rejections: unknown[] = [];
let tell: () => void = () => undefined;

process.on("unhandledRejection", (reason) => {
  rejections.push(reason);
  tell();
});

/** Resolves as soon as there is a rejection that nobody handled. */
export async function anyRejection(): Promise<void> {
  if (rejections.length === 0) {
    await new Promise<void>((resolve) => {
      tell = resolve;
    });
  }
}

/** Whether there is a rejection that nobody handled, once all that was begun has had its turn. */
export async function hasRejections(): Promise<boolean> {
  await setImmediate();
  return rejections.length > 0;
}

/** Messages of the rejections so far, each once; they no longer fail the test, nor does what a failed program never settled. */
export async function takeRejections(): Promise<string[]> {
  await setImmediate();
  // Else the next program on the real engine in this process is told to have left it.
  (debuggable as unknown as { leakedPromises(): unknown }).leakedPromises();
  const messages = rejections.splice(0).map((reason) => (reason instanceof Error ? reason.message : String(reason)));
  return [...new Set(messages)];
}
