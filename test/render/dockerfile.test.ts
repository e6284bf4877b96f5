import { strict as assert } from "node:assert";
import { type DockerfileParts, renderDockerfile } from "../../components/render/dockerfile";

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
    assert.match(renderDockerfile({ ...parts, python: "==3.11.*" }), /uv venv --python '==3\.11\.\*'/);
    assert.match(renderDockerfile({ ...parts, python: "" }), /uv venv --python '>=3\.9,<3\.13'/);
  });

  it("copies what changes most last: models, server, samples, dependencies, script", () => {
    const files = ["app/a.json", "app/score.py", "app/util/__init__.py", "app/util/deep/x.py", ...parts.files];
    const copies = renderDockerfile({ ...parts, files }).match(/^COPY .*$/gm);
    assert.deepEqual(copies, [
      "COPY app/azureml-models/ ./azureml-models/",
      "COPY server/ /opt/scorestack/",
      "COPY samples/ /opt/scorestack/samples/",
      "COPY app/a.json ./",
      "COPY app/util/ ./util/",
      "COPY app/score.py ./",
    ]);
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
ENV UV_PYTHON_INSTALL_DIR=/opt/python UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
RUN /usr/bin/python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
RUN --mount=type=bind,source=requirements.txt,target=/tmp/requirements.txt \\
    --mount=type=cache,target=/root/.cache/uv \\
    /opt/uv/bin/uv venv --python '>=3.9,<3.13' /opt/environment \\
 && /opt/uv/bin/uv pip sync --python /opt/environment/bin/python --require-hashes /tmp/requirements.txt

WORKDIR /var/azureml-app
COPY app/azureml-models/ ./azureml-models/
COPY server/ /opt/scorestack/
COPY samples/ /opt/scorestack/samples/
COPY app/score.py ./

ARG AZUREML_MODEL_DIR=/var/azureml-app/azureml-models
ENV PATH=/opt/environment/bin:$PATH \\
    PYTHONUNBUFFERED=1 \\
    PYTHONDONTWRITEBYTECODE=1 \\
    AML_APP_ROOT=/var/azureml-app \\
    AZUREML_ENTRY_SCRIPT=score.py \\
    AZUREML_MODEL_DIR=$AZUREML_MODEL_DIR \\
    SCORESTACK_SAMPLES_DIR=/opt/scorestack/samples \\
    GUNICORN_CMD_ARGS="-c /opt/scorestack/gunicorn_conf.py"
USER 10001:10001
EXPOSE 5001
HEALTHCHECK --interval=10s --timeout=3s --start-period=300s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5001/', timeout=2)"]
CMD ["azmlinfsrv", "--entry_script", "score.py", "--port", "5001"]
`;
