import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { AksServiceArgs, RolloutStep } from "../../components";
import { trafficOf } from "../../components/aks-service/traffic";
import { containerImage as image } from "../support/aci-host";
import { clusterHost as host } from "../support/kubernetes-host";

const steps: readonly RolloutStep[] = [{ mirrorPercent: 20 }, { trafficPercent: 10 }, { trafficPercent: 100 }];

/** Who gets which requests. Does not prove: that a gateway does so. */
describe("AksService: traffic", () => {
  const traffic = (args: Partial<AksServiceArgs>) => Object.fromEntries(trafficOf({ host, ...args }));
  const rolling = (step?: number) =>
    traffic({
      versions: { blue: { image }, green: { image }, grey: { image } },
      rollout: { from: "blue", to: "green", steps, ...(step === undefined ? {} : { step }) },
    });
  const grey = { trafficPercent: 0, isDefault: false };

  it("is all of one image's", () => {
    assert.deepEqual(traffic({ image }), { main: { trafficPercent: 100, isDefault: true } });
  });

  it("is what versions say", () => {
    const versions = {
      blue: { image, trafficPercent: 90 },
      green: { image, trafficPercent: 10 },
      next: { image, mirrorPercent: 50 },
    };
    assert.deepEqual(traffic({ versions, defaultVersion: "blue" }), {
      blue: { trafficPercent: 90, isDefault: true },
      green: { trafficPercent: 10, isDefault: false },
      next: { trafficPercent: 0, mirrorPercent: 50, isDefault: false },
    });
  });

  it("moves in steps: proven first, then with copies, then in parts, then whole", () => {
    assert.deepEqual(
      [rolling(), rolling(1), rolling(2), rolling(3)],
      [
        { blue: { trafficPercent: 100, isDefault: true }, green: { trafficPercent: 0, isDefault: false }, grey },
        {
          blue: { trafficPercent: 100, isDefault: true },
          green: { trafficPercent: 0, mirrorPercent: 20, isDefault: false },
          grey,
        },
        { blue: { trafficPercent: 90, isDefault: true }, green: { trafficPercent: 10, isDefault: false }, grey },
        { blue: { trafficPercent: 0, isDefault: false }, green: { trafficPercent: 100, isDefault: true }, grey },
      ],
    );
  });

  it("of any rollout, at any step, adds up to 100 and has one default, which answers", () => {
    const percents = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 19 });
    fc.assert(
      fc.property(percents, fc.nat(), (some, at) => {
        const all = [...some.sort((a, b) => a - b), 100].map((trafficPercent) => ({ trafficPercent }));
        const rollout = { from: "blue", to: "green", steps: all, step: at % (all.length + 1) };
        const shares = Object.values(traffic({ versions: { blue: { image }, green: { image } }, rollout }));
        assert.equal(
          shares.reduce((sum, { trafficPercent }) => sum + trafficPercent, 0),
          100,
        );
        const defaults = shares.filter(({ isDefault }) => isDefault);
        assert.equal(defaults.length, 1);
        assert.ok((defaults[0]?.trafficPercent ?? 0) > 0);
      }),
    );
  });
});
