import { strict as assert } from "node:assert";
import { kubeconfig } from "../support/aks-host";
import { DevPlace } from "../support/dev-stack";
import { writeFiles } from "../support/folder";

/** Stacks with one service: how many of their resources a provider in the cloud makes, and the settings of the stack of a name. */
const kinds: readonly {
  readonly kind: string;
  readonly resourceCount: number;
  readonly isAfterDev: boolean;
  readonly settings: (name: string) => Readonly<Record<string, unknown>>;
}[] = [
  {
    kind: "dev",
    resourceCount: 27,
    isAfterDev: false,
    settings: (name) => ({ "scorestack:workspace": { names: { resourceGroup: name } } }),
  },
  { kind: "prod", resourceCount: 25, isAfterDev: true, settings: () => ({}) },
  { kind: "batch", resourceCount: 9, isAfterDev: true, settings: () => ({ "scorestack:location": "" }) },
  {
    kind: "kubernetes",
    resourceCount: 13,
    isAfterDev: true,
    settings: () => ({
      "scorestack:location": "",
      "scorestack:source": "dev",
      "scorestack:cluster": { kubeconfigFile: "cluster.yml", scaler: "keda", gateway: { className: "istio" } },
    }),
  },
];

/**
 * The providers' process ends at each resource of a stack, once the cloud has made it and before the engine was told. That the
 * next run finds it again is for names that follow from the program; taking it over is `adoptsOwn`, as azure-native and kubernetes
 * refuse to (docs/rehearse.md).
 */
for (const { kind, resourceCount, isAfterDev, settings } of kinds) {
  describe(`stack ${kind} whose providers die`, function () {
    this.timeout(120_000);
    let place: DevPlace;

    before(async () => {
      place = await DevPlace.make(`${kind}-dies`, ["diabetes"], true);
      writeFiles(place.clone.folder, { "cluster.yml": kubeconfig });
      if (isAfterDev) {
        await (await place.stack("dev")).run("up");
      }
    });
    after(async () => {
      await place.remove();
    });

    for (let nth = 1; nth <= resourceCount; nth += 1) {
      it(`at resource ${nth}: the next update finishes, nothing doubled, nothing lost`, async () => {
        const name = `${kind}-${nth}`;
        const stack = await place.stack(name, settings(name));
        place.standIn.fault({ action: "die", when: "after", nth, method: "create" });
        const failing = place.up(name);
        // A function that is called while no process is there waits for one: the engine has attached to its port.
        await Promise.race([place.standIn.died(), failing]);
        assert.deepEqual(place.standIn.faultsLeft(), [], "there are fewer resources");
        await place.standIn.restart();
        const { code, stderr } = await failing;
        assert.equal(code, 1, stderr);
        assert.match(stderr, /error reading from server|connection (refused|reset)|EOF/);
        await stack.run("up");
        await stack.assertWhole();
        await stack.run("destroy");
      });
    }

    it("there are no more", async () => {
      const name = `${kind}-${resourceCount + 1}`;
      await place.stack(name, settings(name));
      place.standIn.fault({ action: "die", when: "after", nth: resourceCount + 1, method: "create" });
      const { code, stderr } = await place.up(name);
      assert.equal(code, 0, stderr);
      assert.equal(place.standIn.faultsLeft().length, 1);
    });
  });
}
