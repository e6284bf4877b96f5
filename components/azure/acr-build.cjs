// Builds an image in ACR Tasks, unless the registry has its tag: tags are named after content, so that is the same image. Prints
// the image's digest, and nothing else, on stdout; the build's log goes to stderr.
const { spawnSync } = require("node:child_process");

const { ACR_NAME, ACR_IMAGE, ACR_PLATFORM, ACR_CONTEXT, ACR_ARGUMENTS } = process.env;

/** Runs the Azure CLI; its stdout becomes ours on stderr, or is returned. */
function az(args, returned = false) {
  const isWindows = process.platform === "win32";
  const { error, status, stdout } = spawnSync("az", isWindows ? args.map((arg) => `"${arg}"`) : args, {
    stdio: ["ignore", returned ? "pipe" : 2, returned ? "ignore" : 2],
    encoding: "utf8",
    shell: isWindows,
  });
  if (error?.code === "ENOENT") {
    fail(
      "the Azure CLI (az) must be on PATH; install it and run az login, or set the workspace's 'images.builder' to another one",
    );
  }
  return { isDone: status === 0, stdout: stdout ?? "" };
}

function digest() {
  const shown = az(
    ["acr", "repository", "show", "--name", ACR_NAME, "--image", ACR_IMAGE, "--query", "digest", "--output", "tsv"],
    true,
  );
  const found = shown.stdout.trim();
  return shown.isDone && /^sha256:[0-9a-f]{64}$/.test(found) ? found : undefined;
}

function build() {
  const args = Object.entries(JSON.parse(ACR_ARGUMENTS)).flatMap(([name, value]) => [
    "--build-arg",
    `${name}=${value}`,
  ]);
  const where = ["--file", `${ACR_CONTEXT}/Dockerfile`, ACR_CONTEXT];
  const built = az([
    "acr",
    "build",
    "--registry",
    ACR_NAME,
    "--image",
    ACR_IMAGE,
    "--platform",
    ACR_PLATFORM,
    "--timeout",
    "3600",
    ...args,
    ...where,
  ]);
  if (!built.isDone) {
    fail(`az acr build of ${ACR_IMAGE} in ${ACR_NAME} failed; its log is above`);
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

let found = digest();
if (found) {
  console.error(`${ACR_IMAGE} is in ${ACR_NAME} already`);
} else {
  build();
  found = digest() ?? fail(`az acr build ended well, but ${ACR_NAME} has no ${ACR_IMAGE}`);
}
process.stdout.write(found);
