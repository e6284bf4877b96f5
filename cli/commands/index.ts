import type { Command } from "commander";
import type { Context } from "./common";
import { batchCommand } from "./batch";
import { contextCommand } from "./context";
import { downCommand } from "./down";
import { imagesCommand, modelsCommand } from "./records";
import { lockCommand } from "./lock";
import { logsCommand } from "./logs";
import { newScorerCommand } from "./new-scorer";
import { outputsCommand } from "./outputs";
import { previewCommand } from "./preview";
import { profileCommand } from "./profile";
import { pruneCommand } from "./prune";
import { pulumiCommand } from "./pulumi";
import { refreshCommand } from "./refresh";
import { renderCommand } from "./render";
import { rollbackCommand } from "./rollback";
import { rotateKeyCommand } from "./rotate-key";
import { scoreCommand } from "./score";
import { setupCommand } from "./setup";
import { simulateCommand } from "./simulate";
import { smokeCommand } from "./smoke";
import { standInCommand } from "./stand-in";
import { startCommand } from "./start";
import { statusCommand } from "./status";
import { testCommand } from "./test";
import { upCommand } from "./up";
import { watchCommand } from "./watch";

const makers = [
  startCommand,
  upCommand,
  previewCommand,
  watchCommand,
  refreshCommand,
  downCommand,
  outputsCommand,
  statusCommand,
  logsCommand,
  scoreCommand,
  smokeCommand,
  batchCommand,
  rollbackCommand,
  rotateKeyCommand,
  modelsCommand,
  imagesCommand,
  pruneCommand,
  pulumiCommand,
  standInCommand,
  profileCommand,
  simulateCommand,
  newScorerCommand,
  lockCommand,
  contextCommand,
  renderCommand,
  setupCommand,
  testCommand,
];

/** Puts every command into the program. What a command needs is loaded when it runs: the Pulumi SDK alone takes a second. */
export function addCommands(program: Command, context: Context): void {
  for (const make of makers) {
    program.addCommand(make(context));
  }
}
