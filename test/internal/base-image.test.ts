import { strict as assert } from "node:assert";
import { baseImageFaults } from "../../components/internal/base-image";

const digest = `@sha256:${"a".repeat(64)}`;
const foreign = "must be based on Debian or Ubuntu";
const unpinned = "must be pinned by a digest, 'name@sha256:…'";

/** Only what a name tells: an image of another name may have no apt either. */
describe("base image", () => {
  for (const [name, rules] of Object.entries<string[]>({
    [`debian:bookworm-slim${digest}`]: [],
    [`mcr.microsoft.com/azureml/minimal-py312-inference${digest}`]: [],
    [`registry.example.com:5000/team/alpine-tools-ubuntu${digest}`]: [],
    [`registry.example.com/windowsill/base${digest}`]: [],
    "ubuntu:22.04": [unpinned],
    "ubuntu@sha256:abc": [unpinned],
    [`python:3.12-alpine3.20${digest}`]: [foreign],
    [`redhat/ubi9${digest}`]: [foreign],
    [`gcr.io/distroless/python3${digest}`]: [foreign],
    "centos:7": [foreign, unpinned],
    [`mcr.microsoft.com/windows/servercore:ltsc2022${digest}`]: [foreign],
  })) {
    it(`${name.replace(digest, "@…")}: ${rules.join(", ") || "will do"}`, () => {
      assert.deepEqual(
        baseImageFaults(name, false).map(({ rule }) => rule),
        rules,
      );
    });
  }

  it("may move where that is allowed", () => {
    assert.deepEqual(baseImageFaults("ubuntu:22.04", true), []);
  });

  it("says what to do", () => {
    assert.deepEqual(baseImageFaults("ubuntu:22.04", false), [
      {
        rule: unpinned,
        got: "'ubuntu:22.04'",
        remedy:
          "append its digest (docker buildx imagetools inspect ubuntu:22.04), or set allowMovableBaseImage: then one identity may be two images",
      },
    ]);
  });
});
