import { strict as assert } from "node:assert";
import { isInside, overlap } from "../../components/internal/aks-rules";
import { kubeconfigText, withContext, withLogin } from "../../components/internal/kubeconfig";
import { attachableVersion, unsupportedVersion, wantedVersion } from "../../components/internal/kubernetes-versions";
import { allocatable, vmSize, vmSizeOf, vmSizes, vmSizeWarning } from "../../components/internal/vm-sizes";
import { kubeconfig } from "../support/aks-host";

const today = new Date("2026-11-24T12:00:00Z");

/** Does not prove that the tables still fit Azure: they say when they were read. */
describe("sizes of virtual machines", () => {
  it("are known by their names in any case, each once", () => {
    assert.deepEqual(vmSizeOf("standard_d3_V2"), {
      name: "Standard_D3_v2",
      vCpus: 4,
      memoryInGb: 14,
      gpus: 0,
      retires: "2028-05-01",
    });
    assert.deepEqual(vmSizeOf("Standard_E8s_v5"), {
      name: "Standard_E8s_v5",
      vCpus: 8,
      memoryInGb: 64,
      gpus: 0,
      retires: undefined,
    });
    assert.equal(vmSizeOf("Standard_X1"), undefined);
    assert.equal(new Set(vmSizes.map(({ name }) => name.toLowerCase())).size, vmSizes.length);
    assert.ok(
      vmSizes.every(({ vCpus, memoryInGb }) => vCpus >= 1 && memoryInGb / vCpus >= 2 && memoryInGb / vCpus < 26),
    );
  });

  it("are refused from the day after their retirement, and warned of before", () => {
    const rule = (day: string) => vmSize(new Date(`${day}T12:00:00Z`)).holds("Standard_NP10s");
    assert.deepEqual([rule("2027-05-31"), rule("2027-06-01")], [true, false]);
    assert.equal(
      vmSizeWarning("vmSize", "Standard_D3_v2"),
      "'vmSize': Azure retires Standard_D3_v2 on 2028-05-01, and may refuse it to new subscriptions before: choose another in time, such as Standard_D4s_v5",
    );
    assert.match(
      vmSizeWarning("vmSize", "Standard_X1") ?? "",
      /^'vmSize': Standard_X1 is not among the sizes known here/,
    );
    assert.equal(vmSizeWarning("vmSize", "Standard_D4s_v5"), undefined);
  });

  it("leave to pods what AKS does not keep: its documents' own examples", () => {
    const size = { name: "x", vCpus: 2, gpus: 0 };
    // 8 GB and 30 pods: 650 MB and 100 MB are kept; 4 GB and 70 pods: a quarter and 100 MB.
    assert.deepEqual(allocatable({ ...size, memoryInGb: 8 }, 30), { cpuCores: 1.9, memoryInGb: 7.26 });
    assert.deepEqual(allocatable({ ...size, memoryInGb: 4 }, 70), { cpuCores: 1.9, memoryInGb: 2.9 });
    assert.equal(allocatable({ ...size, vCpus: 96, memoryInGb: 384 }, 110).cpuCores, 95.26);
  });
});

describe("versions of Kubernetes", () => {
  it("can be attached from 1.12 on", () => {
    const taken = ["1.11.9", "1.12.0", "1.36.2", "v1.30.1", "2.0.0", ""].map((version) =>
      attachableVersion.holds(version),
    );
    assert.deepEqual(taken, [false, true, true, true, true, false]);
    const wanted = ["1.36", "1.36.2", "1.9", "1.11", "latest"].map((version) => wantedVersion.holds(version));
    assert.deepEqual(wanted, [true, true, false, false, false]);
  });

  it("are warned of once Azure's support is over, later with long-term support", () => {
    const warned = ["1.12.8", "1.29.4", "1.33.1", "1.34.0", "1.36.2", "1.99"].map(
      (version) => unsupportedVersion(version, today)?.match(/until (\S+)/)?.[1],
    );
    assert.deepEqual(warned, ["2025-03", "2025-03", "2026-07", undefined, undefined, undefined]);
    assert.equal(unsupportedVersion("1.33.1", today, true), undefined);
    assert.match(unsupportedVersion("1.30.1", today, true) ?? "", /until 2026-07 only, even for the tier Premium/);
  });
});

describe("ranges of addresses", () => {
  it("hold the address of a DNS service, but for their first two", () => {
    const inside = ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.255", "10.0.1.0"].map((ip) =>
      isInside(ip, "10.0.0.0/24"),
    );
    assert.deepEqual(inside, [false, false, true, true, false]);
    assert.deepEqual([overlap("10.0.0.0/16", "10.0.255.0/24"), overlap("10.0.0.0/16", "10.1.0.0/16")], [true, false]);
  });
});

describe("kubeconfigs", () => {
  it("are taken with clusters, users and a current context that is there", () => {
    const bad = ["", "{", "a: 1", kubeconfig.replace("current-context: one", "current-context: three")];
    assert.deepEqual(
      [kubeconfig, ...bad].map((text) => kubeconfigText.holds(text)),
      [true, false, false, false, false],
    );
    assert.equal(withContext(kubeconfig, "three"), undefined);
    assert.match(withContext(kubeconfig, "two") ?? "", /^current-context: two$/m);
  });

  it("are left as they are without kubelogin, and log in by what was chosen with it", () => {
    assert.equal(withLogin(kubeconfig, "msi"), kubeconfig);
    const exec = (args: string[]) =>
      JSON.stringify({ users: [{ name: "u", user: { exec: { command: "kubelogin", args } } }] });
    for (const args of [["get-token", "--login", "devicecode"], ["get-token", "-l", "devicecode"], ["get-token"]]) {
      assert.match(withLogin(exec(args), "spn"), /- get-token\n\s+- --login\n\s+- spn\n$/);
    }
  });
});
