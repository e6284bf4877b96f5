import type { CloudResource } from "../cloud";
import { recordOf, textOf } from "../values";
import { CommandFailure, option } from "./row";

/** The two passwords of a registry's token, as they are kept in what the cloud knows of it. */
const slots = ["password1", "password2"] as const;

/** Puts a new password into a slot; the one that was there holds no more. */
export function putPassword(token: CloudResource, slot: string, value: string, words: readonly string[]): object {
  const expiry = expiryOf(words);
  token.made[slot] = { value, ...(expiry === undefined ? {} : { expiry }) };
  return { name: slot, value, expiry: expiry ?? null };
}

/** Whether a password opens the registry at a moment. */
export function isValidPassword(token: CloudResource, password: string, at = Date.now()): boolean {
  return (
    textOf(token.inputs.status) !== "disabled" &&
    slots
      .map((slot) => recordOf(token.made[slot]))
      .some(({ value, expiry }) => value === password && (expiry === undefined || Date.parse(textOf(expiry)) > at))
  );
}

function expiryOf(words: readonly string[]): string | undefined {
  const days = option(words, "--expiration-in-days", "--days");
  const moment = option(words, "--expiration");
  if (days !== undefined && moment !== undefined) {
    throw new CommandFailure("usage error: --expiration-in-days and --expiration are mutually exclusive");
  }
  if (days !== undefined && !/^[1-9]\d*$/.test(days)) {
    throw new CommandFailure(`argument --expiration-in-days: invalid int value: '${days}'`);
  }
  if (moment !== undefined && Number.isNaN(Date.parse(moment))) {
    throw new CommandFailure(`argument --expiration: Time data '${moment}' does not match the expected format`);
  }
  return days === undefined
    ? moment && new Date(moment).toISOString()
    : new Date(Date.now() + Number(days) * 86_400_000).toISOString();
}
