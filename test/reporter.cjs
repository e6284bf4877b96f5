"use strict";

const { reporters, Runner } = require("mocha");

/** Mocha's own report, then one line that scripts can read: `N passed, N failed, N skipped`. */
class Reporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
    });
  }
}

module.exports = Reporter;
