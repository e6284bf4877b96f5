import { batch } from "./stacks/batch";
import { dev } from "./stacks/dev";
import { edge } from "./stacks/edge";
import { fpga } from "./stacks/fpga";
import { kubernetes } from "./stacks/kubernetes";
import { local } from "./stacks/local";
import { prod } from "./stacks/prod";
import { type ProgramOptions, readSettings } from "./stacks/settings";

/** The program: the stack's settings pick a function, which makes its resources and returns its outputs. */
export = (options: ProgramOptions = {}) => {
  const settings = readSettings();
  switch (settings.kind) {
    case "local":
      return local(settings, options);
    case "dev":
      return dev(settings);
    case "prod":
      return prod(settings);
    case "kubernetes":
      return kubernetes(settings);
    case "edge":
      return edge(settings);
    case "batch":
      return batch(settings);
    case "fpga":
      return fpga(settings);
  }
};
