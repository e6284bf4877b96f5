/** Exit codes of the command line. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A failure whose message is for the user as it stands: what is wrong, and what to do. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
  ) {
    super(message);
  }
}

/** The command was called in a way that it can't be. */
export class UsageError extends CliError {
  constructor(message: string) {
    super(message, exitCodes.usage);
  }
}

/** The user pressed Ctrl-C, or the process was asked to end. */
export class Interrupted extends CliError {
  constructor(message = "interrupted") {
    super(message, exitCodes.interrupted);
  }
}

/** Whether stack traces are asked for (`SCORESTACK_DEBUG=1`). */
export function debugging(): boolean {
  return process.env.SCORESTACK_DEBUG === "1";
}

/** What to do about failures that the engine only names. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /no space left on device/,
    "free space on the disk of .scorestack/ (npm run prune removes what nothing uses), then run the command again",
  ],
  [/read-only file system/, "the folder .scorestack/ must be writable for this; status, score and logs work without"],
  [
    /incorrect passphrase/,
    "'encryptionsalt' in the stack's Pulumi.<stack>.yaml, or its state, belongs to another passphrase: set " +
      "PULUMI_CONFIG_PASSPHRASE to that one, or, if the file has no secrets, remove the line from it",
  ],
  [
    /cannot create already existing resource/,
    "if an earlier run that was cut off has made it, delete it (az resource delete --ids ID) and run the command again, or take it " +
      "over with the whole Pulumi CLI: pulumi import TYPE NAME ID; if it is somebody else's, choose another name",
  ],
  [
    /Could not automatically download and install resource plugin|no resource plugin 'pulumi-resource-/,
    "plugins of cloud packages come from get.pulumi.com or GitHub: where these can't be reached, fetch the archive elsewhere and " +
      "run 'npm run pulumi -- plugin install resource NAME VERSION --file ARCHIVE'; or rehearse the stack, which needs none: " +
      "npm run up -- --stack NAME --cloud stand-in",
  ],
];

/** What to do about a failure that the engine only names; undefined where that is plain, or nobody knows. */
export function remedyFor(said: string): string | undefined {
  return remedies.find(([pattern]) => pattern.test(said))?.[1];
}

/** What an engine command said about its failure: its own error lines, with a remedy where there is one. */
export function engineFailure(said: string): CliError {
  const lines = said.match(/^error: .*(\n[ \t]+\S.*|\n(?=\n?[ \t]+\S))*/gm) ?? [];
  const remedy = remedyFor(said);
  return new CliError([...(lines.length > 0 ? [...new Set(lines)] : [said]), ...(remedy ? [remedy] : [])].join("\n"));
}

/** What is shown for a failure: the message alone when it was written for the user, else as much as helps to report it. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  if (debugging()) {
    return error.stack ?? error.message;
  }
  // The program's own refusals, told by their marks: the SDK takes a second to load, and may be there twice.
  const isForUser = error instanceof CliError || "__pulumiRunError" in error || "__pulumResourceError" in error;
  return isForUser
    ? error.message
    : `${error.message}\nThis should not happen; SCORESTACK_DEBUG=1 shows where it comes from.`;
}

/** `code` of a Node or system error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Whether a call failed because there is no engine, or no provider, any more: gRPC's `UNAVAILABLE`. */
export function isEngineGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === 14 && /UNAVAILABLE/.test(error.message);
}
