"use strict";
// The Pulumi SDK loads two large packages to serialise functions, which nothing here does: two thirds of the time that it
// takes to load. In the processes of the command line they are loaded when something is asked of them.

const Module = require("node:module");
const path = require("node:path");

const lazyModules = new Set(["typescript", "@npmcli/arborist"]);
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

Module._load = function load(request, parent, ...rest) {
  const fromSdk = parent?.filename?.includes(path.join("node_modules", "@pulumi", "pulumi") + path.sep);
  return lazyModules.has(request) && fromSdk
    ? lazily(() => loadNow.call(this, request, parent, ...rest))
    : loadNow.call(this, request, parent, ...rest);
};
