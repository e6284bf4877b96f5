import type { KeyRotation } from "./local-contract";
import { type Rule, shown } from "./problems";

/** Tags and properties. */
export const stringMap: Rule<Readonly<Record<string, unknown>>> = {
  must: "must be a map of strings",
  holds: (value) => isRecord(value) && Object.values(value).every((item) => typeof item === "string"),
  remedy: () => "write numbers and booleans in quotes",
};

/** A content identity. */
export const contentIdentity: Rule<string> = {
  must: "must be a content identity of 64 hex characters",
  holds: (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
};

/** Yes or no. */
export const flag: Rule<boolean> = { must: "must be true or false", holds: (value) => typeof value === "boolean" };

/** A text that is not empty. */
export const someText: Rule<string> = {
  must: "must be a text that is not empty",
  holds: (value) => typeof value === "string" && value.trim() !== "",
};

const reservedVariables =
  /^(AZUREML_.*|SCORESTACK_.*|AML_APP_ROOT|AML_CORS_ORIGINS|GUNICORN_CMD_ARGS|LISTEN_FDS|LISTEN_PID|SCORING_TIMEOUT_MS|SERVER_PORT|SERVICE_NAME|WORKER_COUNT|WORKER_PRELOAD|WORKER_TIMEOUT)$/;

/** Environment variables of a scorer, as far as their names go; the values are not shown. */
export const variables: Rule<Readonly<Record<string, unknown>>> = {
  must: "must have names of letters, digits and underscores that no digit begins, and none that the service sets itself",
  holds: (value) => isRecord(value) && badNames(value).length === 0,
  show: (value) => (isRecord(value) ? badNames(value).map(shown).join(", ") : typeof value),
};

/** Origins whose pages may call a service. */
export const corsOrigins: Rule<readonly string[]> = {
  must: "must be origins such as 'https://example.com', or '*'",
  holds: (value) => Array.isArray(value) && value.every((item) => typeof item === "string" && isOrigin(item)),
  remedy: () => "scheme, host and port only: no path, no slash at the end",
};

/** An access key. */
export const accessKey: Rule<string> = {
  must: "must be 16 to 256 visible ASCII characters",
  holds: (value) => typeof value === "string" && /^[\x21-\x7e]{16,256}$/.test(value),
  secret: true,
};

const rotatedKeys = ["primary", "secondary"];

/** Texts that say when keys were made. */
export const keyRotation: Rule<KeyRotation> = {
  must: "must be a map of 'primary' and 'secondary', each a text of 1 to 100 characters",
  holds: (value) =>
    isRecord(value) &&
    Object.entries(value as Readonly<Record<string, unknown>>).every(
      ([key, text]) =>
        rotatedKeys.includes(key) &&
        (text === undefined || (typeof text === "string" && text.length > 0 && text.length <= 100)),
    ),
  remedy: () => "write dates in quotes",
};

function isOrigin(text: string): boolean {
  return (
    text === "*" ||
    /^[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$|^https?:\/\/\[[0-9a-f:]+\](:\d{1,5})?$/.test(text)
  );
}

function badNames(value: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(value).filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || reservedVariables.test(name));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
