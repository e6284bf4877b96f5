import { LocalTarget } from "./local-target";
import { contractSuite } from "./suite";

/** Proves the contract of the embedded default; not that a container, ACI or AKS keeps it. */
describe("scoring contract", function () {
  this.timeout(90_000);
  const target = new LocalTarget();

  before(async function () {
    // The first run on a machine builds the environments.
    this.timeout(900_000);
    await target.start();
    for (const scorer of ["spark"] as const) {
      const reason = target.missing(scorer);
      if (reason) {
        console.log(`    cases of ${scorer} are skipped: ${reason}`);
      }
    }
  });

  after(async () => {
    await target.stop();
  });

  contractSuite(() => target);
});
