/** Where the driver's Python lies in a batch environment; the image's own is `/opt/environment`. */
const driverFolder = "/opt/batch";
/** File in the build context with the driver's packages and their hashes. */
export const driverLock = "driver.lock";

const uvVersion = "0.13.9";

/**
 * Renders the Dockerfile of the environment of a batch deployment: the image, and beside its own Python another one that Azure ML's
 * driver runs in. Nothing of the image is changed but PATH and USER. For Docker's classic builder, as ACR Tasks runs it.
 *
 * @param ref the image, by its digest
 */
export function renderBatchDockerfile(ref: string): string {
  const sections = [
    [`FROM ${ref}`, "# Azure ML starts jobs as root, and mounts data with FUSE.", "USER root"],
    [
      "RUN apt-get update \\",
      " && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends fuse \\",
      " && rm -rf /var/lib/apt/lists/*",
    ],
    [
      `COPY ${driverLock} ${driverFolder}/${driverLock}`,
      "RUN /usr/bin/python3 -m venv /opt/uv \\",
      ` && /opt/uv/bin/pip install --no-cache-dir --disable-pip-version-check uv==${uvVersion} \\`,
      ` && UV_NO_CACHE=1 /opt/uv/bin/uv venv --allow-existing --python /opt/environment/bin/python ${driverFolder} \\`,
      ` && UV_NO_CACHE=1 /opt/uv/bin/uv pip sync --python ${driverFolder}/bin/python --require-hashes ${driverFolder}/${driverLock} \\`,
      " && rm -rf /opt/uv",
    ],
    [
      "# Azure ML sets variables of these names itself; the scorer gets the image's.",
      "ENV SCORESTACK_SCORER_APP_ROOT=$AML_APP_ROOT \\",
      "    SCORESTACK_SCORER_ENTRY_SCRIPT=$AZUREML_ENTRY_SCRIPT \\",
      "    SCORESTACK_SCORER_MODEL_DIR=$AZUREML_MODEL_DIR \\",
      "    SCORESTACK_SCORER_PATH=$PATH \\",
      `    PATH=${driverFolder}/bin:$PATH`,
    ],
    ["HEALTHCHECK NONE", "ENTRYPOINT []", "CMD []"],
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
