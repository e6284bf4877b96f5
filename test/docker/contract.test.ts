import { DockerTarget } from "../contract/docker-target";
import { contractSuite } from "../contract/suite";
import { Engine } from "./engine";
import { whyNoEngine } from "./host";

const reason = whyNoEngine();

/** The contract of a service, kept by containers. Proves nothing of what Azure puts before them. */
(reason ? describe.skip : describe)(`scoring contract of containers${reason ? ` (${reason})` : ""}`, function () {
  this.timeout(90_000);
  let engine: Engine | undefined;
  let target: DockerTarget | undefined;

  before(async function () {
    this.timeout(1_800_000);
    engine = await Engine.start();
    target = new DockerTarget(engine);
    await target.start();
  });
  after(async () => {
    await target?.stop();
    await engine?.stop();
  });

  contractSuite(() => {
    if (!target) {
      throw new Error("nothing is served");
    }
    return target;
  });
});
