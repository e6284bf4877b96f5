import { setUpTools } from "./tools";

const started = performance.now();
setUpTools((step) => {
  console.log(`[${Math.round((performance.now() - started) / 1000)} s] ${step}`);
}).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
