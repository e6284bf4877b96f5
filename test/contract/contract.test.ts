import { LocalTarget } from "./local-target";
import { caseSuite, contractSuite } from "./suite";

/** Proves the contract of the embedded default; not that a container, ACI or AKS keeps it. */
describe("scoring contract", function () {
  this.timeout(90_000);

  describe("with run() called directly", () => {
    contractSuite(served("scorestack"));
  });
  describe("through the inference server's application", () => {
    caseSuite(served("azmlinfsrv"));
  });
});

function served(server: "scorestack" | "azmlinfsrv"): () => LocalTarget {
  const target = new LocalTarget(server);

  before(async function () {
    // The first run on a machine builds the environments.
    this.timeout(900_000);
    await target.start();
    const reason = target.missing("spark");
    if (reason) {
      console.log(`    cases of spark are skipped: ${reason}`);
    }
  });
  after(async () => {
    await target.stop();
  });
  return () => target;
}
