import type { AzureWorkspaceArgs } from "../azure-workspace";
import { modelName } from "../internal/names";
import { oneOf, shown, wholeNumber } from "../internal/problems";
import { flag } from "../internal/rules";
import type { Problems } from "../internal/validate";
import { type ModelRetentionArgs, RegistrySku, StorageRedundancy } from "./options";

/** Checks the options of what is made. */
export function checkMade(problems: Problems, args: AzureWorkspaceArgs): void {
  checkStorage(problems, args);
  checkVaultAndLogs(problems, args);
  checkRegistry(problems, args);
}

function checkStorage(problems: Problems, { storage = {} }: AzureWorkspaceArgs): void {
  problems.plain("storage.redundancy", storage.redundancy, oneOf(Object.values(StorageRedundancy)));
  problems.plain("storage.softDeleteInDays", storage.softDeleteInDays, wholeNumber(1, 365));
  if (storage.modelRetention !== undefined) {
    checkRetention(problems, storage.modelRetention);
  }
}

function checkRetention(
  problems: Problems,
  { coolAfterDays, deleteAfterDays, modelNames, tag }: ModelRetentionArgs,
): void {
  const at = "storage.modelRetention";
  problems.plain(`${at}.coolAfterDays`, coolAfterDays, wholeNumber(0, 36500));
  problems.plain(`${at}.deleteAfterDays`, deleteAfterDays, wholeNumber(1, 36500));
  if (coolAfterDays === undefined && deleteAfterDays === undefined) {
    problems.add(at, "must have 'coolAfterDays' or 'deleteAfterDays'", "neither", "leave it out where models stay");
  }
  if (coolAfterDays !== undefined && deleteAfterDays !== undefined && coolAfterDays >= deleteAfterDays) {
    problems.add(
      `${at}.coolAfterDays`,
      "must be less than 'deleteAfterDays'",
      `${coolAfterDays} and ${deleteAfterDays}`,
    );
  }
  if (modelNames?.length === 0) {
    problems.add(`${at}.modelNames`, "must hold at least one name", "none", "leave it out to mean all");
  }
  modelNames?.forEach((name, index) => problems.plain(`${at}.modelNames[${index}]`, name, modelName));
  if (tag !== undefined && Object.keys(tag).length !== 1) {
    problems.add(`${at}.tag`, "must hold one name with its text", shown(tag));
  }
}

function checkVaultAndLogs(problems: Problems, { keyVault = {}, logs = {} }: AzureWorkspaceArgs): void {
  problems.plain("keyVault.purgeProtection", keyVault.purgeProtection, flag);
  problems.plain("keyVault.softDeleteInDays", keyVault.softDeleteInDays, wholeNumber(7, 90));
  problems.plain("logs.retentionInDays", logs.retentionInDays, wholeNumber(30, 730));
  problems.plain("logs.dailyQuotaInGb", logs.dailyQuotaInGb, {
    must: "must be a number of at least 0.023",
    holds: (value) => Number.isFinite(value) && value >= 0.023,
  });
}

function checkRegistry(problems: Problems, { registry = {}, network }: AzureWorkspaceArgs): void {
  problems.plain("registry.sku", registry.sku, oneOf(Object.values(RegistrySku)));
  problems.plain("registry.untaggedRetentionInDays", registry.untaggedRetentionInDays, wholeNumber(0, 365));
  problems.plain("registry.quarantine", registry.quarantine, flag);
  const reasons = [
    typeof network === "object" ? ["'network'"] : [],
    registry.untaggedRetentionInDays === undefined ? [] : ["'registry.untaggedRetentionInDays'"],
    registry.quarantine === true ? ["'registry.quarantine'"] : [],
  ].flat();
  if (registry.sku !== undefined && registry.sku !== "Premium" && reasons.length > 0) {
    problems.add("registry.sku", `must be 'Premium' with ${reasons.join(" and ")}`, shown(registry.sku));
  }
}
