import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { CliError } from "./errors";
import { say } from "./output/messages";
import type { Project } from "./project";
import { writeDocument } from "./stack-settings";
import { stackStateFile } from "./state";

/**
 * What the engine encrypts secrets with: the user's own passphrase where the environment has one, else a file with a random
 * one, made once, which only this user can read.
 */
export function passphraseEnvironment(project: Project, stackName: string): Record<string, string> {
  if (process.env.PULUMI_CONFIG_PASSPHRASE !== undefined || process.env.PULUMI_CONFIG_PASSPHRASE_FILE) {
    return {};
  }
  if (!fs.existsSync(project.passphraseFile)) {
    refuseToLoseSecrets(project, stackName);
    forgetSalt(project, stackName);
    writeNew(project.passphraseFile, randomBytes(32).toString("base64url"));
  }
  return { PULUMI_CONFIG_PASSPHRASE_FILE: project.passphraseFile };
}

/** A state that was encrypted with a passphrase that is gone can't be read with a new one. */
function refuseToLoseSecrets(project: Project, stackName: string): void {
  const stateFile = stackStateFile(project, stackName);
  if (stateFile && fs.existsSync(stateFile)) {
    throw new CliError(
      `'${project.passphraseFile}' must be there, as stack '${stackName}' is encrypted with it; restore it, set ` +
        `PULUMI_CONFIG_PASSPHRASE, or, if nothing of that stack runs any more, remove '${path.dirname(stateFile)}'`,
    );
  }
}

/** Removes what an earlier passphrase has left in the stack's settings, which the engine would hold the new one against. */
function forgetSalt(project: Project, stackName: string): void {
  const file = path.join(project.root, `Pulumi.${stackName}.yaml`);
  if (!fs.existsSync(file)) {
    return;
  }
  const text = fs.readFileSync(file, "utf8");
  const settings = parseDocument(text);
  if (!settings.has("encryptionsalt")) {
    return;
  }
  if (/^\s*secure:\s/m.test(text)) {
    throw new CliError(
      `'${path.basename(file)}' has secrets that are encrypted with a passphrase that is not there; restore ` +
        `'${project.passphraseFile}', set PULUMI_CONFIG_PASSPHRASE, or remove the secrets and 'encryptionsalt' from the file`,
    );
  }
  settings.delete("encryptionsalt");
  say(`Removed 'encryptionsalt' from ${path.basename(file)}: the passphrase it belongs to is gone.`);
  writeDocument(file, settings);
}

/**
 * Takes back, when this process ends, the salt that the engine writes into a stack's settings. Settings that are committed
 * would differ in each clone otherwise; the state has the salt as well. Those of local stacks are not committed, and keep it.
 */
export function keepSettingsClean(project: Project, stackName: string): void {
  const file = path.join(project.root, `Pulumi.${stackName}.yaml`);
  const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : undefined;
  if (before === undefined || parseDocument(before).has("encryptionsalt")) {
    return;
  }
  process.once("exit", () => {
    if (!fs.existsSync(file)) {
      return;
    }
    const text = fs.readFileSync(file, "utf8");
    const after = parseDocument(text);
    // With secrets in it the file needs the salt.
    if (!after.delete("encryptionsalt") || /^\s*secure:\s/m.test(text)) {
      return;
    }
    if (JSON.stringify(after.toJS()) === JSON.stringify(parseDocument(before).toJS())) {
      fs.writeFileSync(file, before);
    } else {
      writeDocument(file, after);
    }
  });
}

/** Removes a stack's settings that say nothing but the salt. */
export function removeBareSettings(project: Project, stackName: string): void {
  const file = path.join(project.root, `Pulumi.${stackName}.yaml`);
  if (fs.existsSync(file) && /^encryptionsalt: \S+\s*$/.test(fs.readFileSync(file, "utf8"))) {
    fs.rmSync(file);
  }
}

function writeNew(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(temporary, text, { mode: 0o600 });
  try {
    // A link, unlike a rename, does not take the place of one that another process has made in the meantime.
    fs.linkSync(temporary, file);
  } catch (error) {
    if (!fs.existsSync(file)) {
      throw error;
    }
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}
