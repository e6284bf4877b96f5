"use strict";
// Loads the Pulumi SDK without what nothing here uses and what takes most of its time.

const Module = require("node:module");
const path = require("node:path");

// Two large packages to serialise functions, two thirds of the time that the SDK takes to load: loaded when something is
// asked of them.
const lazyModules = new Set(["typescript", "@npmcli/arborist"]);
const sdk = path.join("node_modules", "@pulumi", "pulumi") + path.sep;
const loadNow = Module._load;

function lazily(load) {
  let loaded;
  const get = () => (loaded ??= load());
  return new Proxy(
    {},
    {
      // Answered without loading: importers look at it first.
      get: (_, key) => (key === "__esModule" ? true : get()[key]),
      has: (_, key) => key in get(),
    },
  );
}

/**
 * The SDK notes a stack trace for each promise, eighty and more for a resource, to tell where one came from that never ended;
 * it shows them with `PULUMI_DEBUG_PROMISE_LEAKS` alone. With source maps a trace takes a tenth of a millisecond.
 */
function withoutTraces(debuggable) {
  const { debuggablePromise, debugPromiseLeaks } = debuggable;
  if (debugPromiseLeaks) return;
  debuggable.debuggablePromise = (...args) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(...args);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
}

/** The SDK sends the engine four messages about each resource, twice as many calls as it takes; no command shows them. */
function withoutDebugMessages(log) {
  log.debug = () => Promise.resolve();
}

const changes = new Map([
  ["runtime/debuggable.js", withoutTraces],
  ["log/index.js", withoutDebugMessages],
]);

function change(request, parent) {
  const file = Module._resolveFilename(request, parent);
  const name = file.slice(file.lastIndexOf(sdk) + sdk.length).replaceAll(path.sep, "/");
  const apply = changes.get(name);
  // These modules load one another in a circle: only who asks first gets them whole.
  changes.delete(name);
  apply?.(loadNow.call(Module, request, parent));
}

Module._load = function load(request, parent, ...rest) {
  if (!parent?.filename?.includes(sdk)) return loadNow.call(this, request, parent, ...rest);
  if (lazyModules.has(request)) return lazily(() => loadNow.call(this, request, parent, ...rest));
  if (/(^|\/)(debuggable|log)$/.test(request)) change(request, parent);
  return loadNow.call(this, request, parent, ...rest);
};
