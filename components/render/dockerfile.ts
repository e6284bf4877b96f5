import { byCodeUnits } from "../internal/canonical-json";
import { appRoot, identityLabel } from "../internal/container-contract";

/** What an image's Dockerfile depends on. No versions, names or identities: it is part of what the identity is made of. */
export interface DockerfileParts {
  readonly runtime: "python" | "spark-py";
  /** Relative to the app root. */
  readonly executionScript: string;
  /** Bundle paths of the image's files. */
  readonly files: readonly string[];
  /** PEP 440 specifier of the interpreter; empty for any that the server runs on. */
  readonly python: string;
  /** A Debian or Ubuntu image. */
  readonly baseImage?: string;
  readonly enableGpu: boolean;
}

/** Azure Machine Learning's inference base; pinned, so that the same identity is the same image. */
export const defaultBaseImage =
  "mcr.microsoft.com/azureml/minimal-py312-inference@sha256:cfb7101d17e0d397f9369639b9873282c9ea386c709c434bb0100745f647c6c0";
/** Azure Machine Learning's base with CUDA 11.8 and cuDNN 8. */
export const defaultGpuBaseImage =
  "mcr.microsoft.com/azureml/openmpi4.1.0-cuda11.8-cudnn8-ubuntu22.04@sha256:fb6968427928df5d38a88b736f47f45f640eb874277678ea91a8a34649d9792d";

const uvVersion = "0.13.9";

/**
 * Renders the Dockerfile of an image, for BuildKit (Docker 20.10 and later) and for Docker's classic builder, which is what ACR
 * Tasks runs: so no `RUN --mount`, no `COPY --chmod`, no `# syntax` line. Its build context (`internal/build-context.ts`) holds
 * `requirements.txt` (the lock), `app/` with `azureml-models/` in it, `server/`, `samples/`. What changes most often comes last: a
 * new scoring script replaces one layer. Build arguments: {@link buildArguments}.
 */
export function renderDockerfile(parts: DockerfileParts): string {
  const base = parts.baseImage ?? (parts.enableGpu ? defaultGpuBaseImage : defaultBaseImage);
  const sections = [
    [`FROM ${base}`, `LABEL org.opencontainers.image.base.name="${base}"`, "USER root"],
    operatingSystem(parts),
    environment(parts),
    content(parts),
    start(parts),
  ];
  return `${sections.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** What a build is told beside its context: all of it follows from the image's identity. */
export function buildArguments(identity: string, models: readonly ContextModel[]): Record<string, string> {
  const [only, ...others] = models;
  const isOne = only !== undefined && others.length === 0;
  return {
    IMAGE_IDENTITY: identity,
    // As Azure Machine Learning does it: the folder of the only model, or of all of them.
    ...(isOne ? { AZUREML_MODEL_DIR: `${appRoot}/${modelFolder(only)}` } : {}),
  };
}

/** A model as an image holds it. */
export interface ContextModel {
  readonly modelName: string;
  readonly digest: string;
}

/** Folder of a model, relative to the app root. Its version there is from its content, so that no registry decides the bytes. */
export function modelFolder({ modelName, digest }: ContextModel): string {
  return `azureml-models/${modelName}/${shortIdentity(digest)}`;
}

/** As much of a content identity as people are shown, and as names in Azure hold. */
export function shortIdentity(identity: string): string {
  return identity.slice(0, 12);
}

function operatingSystem({ runtime }: DockerfileParts): string[] {
  const packages = ["ca-certificates", "python3", "python3-venv"];
  if (runtime === "spark-py") {
    packages.push("openjdk-17-jre-headless");
  }
  return [
    "RUN apt-get update \\",
    ` && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ${packages.join(" ")} \\`,
    " && rm -rf /var/lib/apt/lists/* \\",
    " && groupadd --gid 10001 scorer \\",
    " && useradd --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin scorer",
  ];
}

function environment({ python }: DockerfileParts): string[] {
  return [
    "# Another package index than PyPI, where one is needed.",
    "ARG PIP_INDEX_URL",
    "ARG UV_DEFAULT_INDEX",
    "COPY requirements.txt /opt/scorestack/requirements.txt",
    // uv and its cache are gone before the layer ends.
    "RUN /usr/bin/python3 -m venv /opt/uv \\",
    ` && /opt/uv/bin/pip install --no-cache-dir --disable-pip-version-check uv==${uvVersion} \\`,
    " && export UV_PYTHON_INSTALL_DIR=/opt/python UV_NO_CACHE=1 \\",
    ` && /opt/uv/bin/uv venv --python '${python || ">=3.9,<3.13"}' /opt/environment \\`,
    " && /opt/uv/bin/uv pip sync --python /opt/environment/bin/python --compile-bytecode --require-hashes /opt/scorestack/requirements.txt \\",
    " && rm -rf /opt/uv",
  ];
}

function content({ files, executionScript }: DockerfileParts): string[] {
  const script = `COPY app/${executionScript} ./`;
  const entries = new Set<string>();
  for (const file of files.filter((name) => name.startsWith("app/"))) {
    const [, entry = "", ...rest] = file.split("/");
    entries.add(rest.length > 0 ? `COPY app/${entry}/ ./${entry}/` : `COPY app/${entry} ./`);
  }
  return [
    `WORKDIR ${appRoot}`,
    "COPY app/azureml-models/ ./azureml-models/",
    "COPY server/ /opt/scorestack/",
    ...(files.some((name) => name.startsWith("samples/")) ? ["COPY samples/ /opt/scorestack/samples/"] : []),
    ...[...entries].filter((line) => line !== script).sort(byCodeUnits),
    script,
  ];
}

function start({ executionScript, enableGpu }: DockerfileParts): string[] {
  const probe = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5001/', timeout=2)";
  return [
    `ARG AZUREML_MODEL_DIR=${appRoot}/azureml-models`,
    "ARG IMAGE_IDENTITY",
    `LABEL ${identityLabel}=$IMAGE_IDENTITY`,
    "ENV PATH=/opt/environment/bin:$PATH \\",
    "    PYTHONUNBUFFERED=1 \\",
    "    PYTHONDONTWRITEBYTECODE=1 \\",
    ...(enableGpu ? ["    NVIDIA_VISIBLE_DEVICES=all \\", "    NVIDIA_DRIVER_CAPABILITIES=compute,utility \\"] : []),
    `    AML_APP_ROOT=${appRoot} \\`,
    `    AZUREML_ENTRY_SCRIPT=${executionScript} \\`,
    "    AZUREML_MODEL_DIR=$AZUREML_MODEL_DIR \\",
    "    SCORESTACK_IMAGE_IDENTITY=$IMAGE_IDENTITY \\",
    "    SCORING_TIMEOUT_MS=60000 \\",
    "    SCORESTACK_SAMPLES_DIR=/opt/scorestack/samples \\",
    '    GUNICORN_CMD_ARGS="-c /opt/scorestack/gunicorn_conf.py"',
    "USER 10001:10001",
    "EXPOSE 5001",
    `HEALTHCHECK --interval=10s --timeout=3s --start-period=300s CMD ["python", "-c", "${probe}"]`,
    // The base image may have one.
    "ENTRYPOINT []",
    `CMD ["azmlinfsrv", "--entry_script", "${executionScript}", "--port", "5001"]`,
  ];
}
