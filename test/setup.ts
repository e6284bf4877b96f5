import type { Context } from "mocha";
import { takeRejections } from "./rejections";

// A developer's own settings must not reach the tests.
for (const name of ["SCORESTACK_ROOT", "PULUMI_CONFIG", "PULUMI_NODEJS_STACK", "PULUMI_NODEJS_PROJECT"]) {
  Reflect.deleteProperty(process.env, name);
}

/** Root hooks of mocha: a test with a rejection that nobody handled fails. */
export const mochaHooks = {
  beforeEach(this: Context): void {
    const test = this.currentTest;
    const body = test?.fn;
    // In an `afterEach` hook the error would end the whole run.
    if (test && body && body.length === 0) {
      const run = body as (this: Context) => unknown;
      test.fn = async function (this: Context): Promise<void> {
        try {
          await run.call(this);
        } catch (error) {
          await takeRejections();
          throw error;
        }
        const left = await takeRejections();
        if (left.length > 0) {
          throw new Error(`rejections that nobody handled:\n${left.join("\n")}`);
        }
      };
    }
  },
};
