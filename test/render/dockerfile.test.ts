import { strict as assert } from "node:assert";
import { buildArguments, type DockerfileParts, renderDockerfile } from "../../components/render/dockerfile";

const parts: DockerfileParts = {
  runtime: "python",
  executionScript: "score.py",
  files: ["app/score.py", "samples/one.json", "server/front.py"],
  python: ">=3.9,<3.13",
  enableGpu: false,
};

/** Does not prove: that it builds. */
describe("Dockerfile", () => {
  it("of a Python scorer", () => {
    assert.equal(renderDockerfile(parts), expected);
  });

  it("pins its default base images by digest", () => {
    for (const enableGpu of [false, true]) {
      assert.match(
        renderDockerfile({ ...parts, enableGpu }),
        /^FROM mcr\.microsoft\.com\/azureml\/\S+@sha256:[0-9a-f]{64}\n/,
      );
    }
  });

  it("is built on another base image where one is given", () => {
    const lines = renderDockerfile({ ...parts, baseImage: "registry.example.com/base:1", enableGpu: true }).split("\n");
    assert.deepEqual(lines.slice(0, 2), [
      "FROM registry.example.com/base:1",
      'LABEL org.opencontainers.image.base.name="registry.example.com/base:1"',
    ]);
  });

  it("has Java for spark-py only", () => {
    assert.match(
      renderDockerfile({ ...parts, runtime: "spark-py" }),
      /install .*python3-venv openjdk-17-jre-headless \\/,
    );
    assert.doesNotMatch(expected, /openjdk/);
  });

  it("opens NVIDIA devices for enableGpu only", () => {
    assert.match(renderDockerfile({ ...parts, enableGpu: true }), /NVIDIA_VISIBLE_DEVICES=all/);
    assert.doesNotMatch(expected, /NVIDIA/);
  });

  it("asks for the interpreter of the conda file, or for any that serves", () => {
    assert.match(renderDockerfile({ ...parts, python: "==3.11.*" }), /uv venv --python '==3\.11\.\*' /);
    assert.match(renderDockerfile({ ...parts, python: "" }), /uv venv --python '>=3\.9,<3\.13' /);
  });

  it("copies what changes most last: lock, models, server, samples, dependencies, script", () => {
    const files = ["app/a.json", "app/score.py", "app/util/__init__.py", "app/util/deep/x.py", ...parts.files];
    const copies = renderDockerfile({ ...parts, files }).match(/^COPY .*$/gm);
    assert.deepEqual(copies, [
      "COPY requirements.txt /opt/scorestack/requirements.txt",
      "COPY app/azureml-models/ ./azureml-models/",
      "COPY server/ /opt/scorestack/",
      "COPY samples/ /opt/scorestack/samples/",
      "COPY app/a.json ./",
      "COPY app/util/ ./util/",
      "COPY app/score.py ./",
    ]);
  });

  it("needs nothing that Docker's classic builder lacks, which ACR Tasks runs", () => {
    assert.doesNotMatch(expected, /^#\s*syntax|--mount|--chmod|--chown|--link|<</m);
  });

  it("is told the identity, and the folder of an only model", () => {
    const [one, two] = [
      { modelName: "churn", digest: "a".repeat(64) },
      { modelName: "other", digest: "b".repeat(64) },
    ];
    const identity = "c".repeat(64);
    assert.deepEqual(buildArguments(identity, [one]), {
      IMAGE_IDENTITY: identity,
      AZUREML_MODEL_DIR: "/var/azureml-app/azureml-models/churn/aaaaaaaaaaaa",
    });
    assert.deepEqual(buildArguments(identity, [one, two]), { IMAGE_IDENTITY: identity });
  });

  it("copies no samples where there are none", () => {
    assert.doesNotMatch(renderDockerfile({ ...parts, files: ["app/score.py"] }), /COPY samples/);
  });
});

const expected = `FROM mcr.microsoft.com/azureml/minimal-py312-inference@sha256:cfb7101d17e0d397f9369639b9873282c9ea386c709c434bb0100745f647c6c0
LABEL org.opencontainers.image.base.name="mcr.microsoft.com/azureml/minimal-py312-inference@sha256:cfb7101d17e0d397f9369639b9873282c9ea386c709c434bb0100745f647c6c0"
USER root

RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv \\
 && rm -rf /var/lib/apt/lists/* \\
 && groupadd --gid 10001 scorer \\
 && useradd --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin scorer

# Another package index than PyPI, where one is needed.
ARG PIP_INDEX_URL
ARG UV_DEFAULT_INDEX
COPY requirements.txt /opt/scorestack/requirements.txt
RUN /usr/bin/python3 -m venv /opt/uv \\
 && /opt/uv/bin/pip install --no-cache-dir --disable-pip-version-check uv==0.13.9 \\
 && export UV_PYTHON_INSTALL_DIR=/opt/python UV_NO_CACHE=1 \\
 && /opt/uv/bin/uv venv --python '>=3.9,<3.13' /opt/environment \\
 && /opt/uv/bin/uv pip sync --python /opt/environment/bin/python --compile-bytecode --require-hashes /opt/scorestack/requirements.txt \\
 && rm -rf /opt/uv

WORKDIR /var/azureml-app
COPY app/azureml-models/ ./azureml-models/
COPY server/ /opt/scorestack/
COPY samples/ /opt/scorestack/samples/
COPY app/score.py ./

ARG AZUREML_MODEL_DIR=/var/azureml-app/azureml-models
ARG IMAGE_IDENTITY
LABEL org.opencontainers.image.version=$IMAGE_IDENTITY
ENV PATH=/opt/environment/bin:$PATH \\
    PYTHONUNBUFFERED=1 \\
    PYTHONDONTWRITEBYTECODE=1 \\
    AML_APP_ROOT=/var/azureml-app \\
    AZUREML_ENTRY_SCRIPT=score.py \\
    AZUREML_MODEL_DIR=$AZUREML_MODEL_DIR \\
    SCORESTACK_IMAGE_IDENTITY=$IMAGE_IDENTITY \\
    SCORING_TIMEOUT_MS=60000 \\
    SCORESTACK_SAMPLES_DIR=/opt/scorestack/samples \\
    GUNICORN_CMD_ARGS="-c /opt/scorestack/gunicorn_conf.py"
USER 10001:10001
EXPOSE 5001
HEALTHCHECK --interval=10s --timeout=3s --start-period=300s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5001/', timeout=2)"]
ENTRYPOINT []
CMD ["azmlinfsrv", "--entry_script", "score.py", "--port", "5001"]
`;
