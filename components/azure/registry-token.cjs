// Makes a password of a registry's token in the slot that is not in use, and leaves the other one valid until it expires: what a
// device was told before goes on working. Prints what is in use from now on, as JSON, on stdout.
const { spawnSync } = require("node:child_process");

const { ACR_NAME, ACR_TOKEN, ACR_EXPIRY_DAYS, PULUMI_COMMAND_STDOUT } = process.env;

/** What the last run printed; nothing in the first one. */
function before() {
  try {
    return JSON.parse(PULUMI_COMMAND_STDOUT || "{}");
  } catch {
    return {};
  }
}

function generate(slot) {
  const args = ["acr", "token", "credential", "generate", "--registry", ACR_NAME, "--name", ACR_TOKEN, `--${slot}`];
  const isWindows = process.platform === "win32";
  const { error, status, stdout } = spawnSync(
    "az",
    [...args, "--expiration-in-days", ACR_EXPIRY_DAYS, "--output", "json", "--only-show-errors"],
    { stdio: ["ignore", "pipe", 2], encoding: "utf8", shell: isWindows },
  );
  if (error?.code === "ENOENT") {
    fail("the Azure CLI (az) must be on PATH; install it and run az login, or give 'registryCredentials' of your own");
  }
  if (status !== 0) {
    fail(`no password could be made for the token ${ACR_TOKEN} of the registry ${ACR_NAME}`);
  }
  const { passwords = [] } = JSON.parse(stdout);
  const made = passwords.find(({ name }) => name === slot);
  if (!made?.value) {
    fail(`az acr token credential generate has not told ${slot}`);
  }
  return made;
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

const slot = before().slot === "password1" ? "password2" : "password1";
const { value, expiry } = generate(slot);
const expiresOn = expiry ?? new Date(Date.now() + Number(ACR_EXPIRY_DAYS) * 86_400_000).toISOString();
process.stdout.write(`${JSON.stringify({ slot, password: value, expiresOn })}\n`);
