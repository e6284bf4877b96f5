import { local } from "./stacks/local";
import { type ProgramOptions, readSettings, type StackKind } from "./stacks/settings";

const stacks: Readonly<Record<StackKind, typeof local>> = { local };

/** The program: the stack's settings pick a function, which makes its resources and returns its outputs. */
export = (options: ProgramOptions = {}) => {
  const settings = readSettings();
  return stacks[settings.kind](settings, options);
};
