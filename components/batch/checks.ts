import * as pulumi from "@pulumi/pulumi";
import type { BatchScoringPoolArgs } from "../batch-scoring-pool-options";
import { BatchLoggingLevel, BatchOutputAction } from "../batch-scoring-pool-options";
import { settledImage } from "../internal/aci-rules";
import * as aml from "../internal/aml-rules";
import { azureTags } from "../internal/aci-rules";
import { modelName } from "../internal/names";
import { oneOf, problemLine, shown, wholeNumber } from "../internal/problems";
import { claim } from "../internal/program-claims";
import * as rules from "../internal/rules";
import { isLater, type Problems } from "../internal/validate";
import { checkVariables, type Variables } from "../serving";
import { checkNodes } from "./check-nodes";
import { checkSchedules } from "./check-schedules";

/** A `BatchScoringPool`'s arguments, checked and with their defaults. */
export type CheckedPool = ReturnType<typeof checkBatchPool>;

/** Checks the arguments of a `BatchScoringPool`; returns them with their defaults, and with what is to be warned of. */
export function checkBatchPool(problems: Problems, name: string, args: BatchScoringPoolArgs, today: Date) {
  const nodes = checkNodes(problems, args, today);
  const schedules = checkSchedules(problems, args);
  return {
    ...checkContent(problems, args),
    ...nodes,
    endpointName: checkEndpoint(problems, name, args),
    settings: checkSettings(problems, args),
    environmentVariables: withoutSecrets(checkVariables(problems, args.environmentVariables)),
    ...checkOutput(problems, args),
    schedules,
    tags: checkTags(problems, args),
    warnings: [...nodes.warnings, ...warningsOf(args)].filter((text) => text !== undefined),
  };
}

function checkContent(problems: Problems, { image, model }: BatchScoringPoolArgs) {
  problems.plain("image.enableGpu", image.enableGpu, rules.flag);
  const name = problems.check("model.modelName", model.modelName, modelName);
  const version = problems.check("model.version", model.version, {
    must: "must be the version of a registered model",
    holds: (value) => (typeof value === "number" ? Number.isInteger(value) : rules.someText.holds(value)),
  });
  const { modelName: plainName, version: plainVersion } = model;
  const isPlain =
    typeof plainName === "string" && (typeof plainVersion === "string" || typeof plainVersion === "number");
  const id = isPlain ? `${plainName}:${plainVersion}` : pulumi.interpolate`${name}:${version}`;
  return {
    image: {
      identity: problems.check("image.identity", image.identity, rules.contentIdentity),
      ref: problems.check("image.ref", image.ref, settledImage),
    },
    modelId: oneOfImage(problems, id, image.modelIds),
    modelName: name,
    modelVersion: version,
  };
}

/** Holds the model against those of the image, once both are known. */
function oneOfImage(
  problems: Problems,
  id: pulumi.Input<string>,
  ids: BatchScoringPoolArgs["image"]["modelIds"],
): pulumi.Input<string> {
  const must = "must be one of the image's models";
  const remedy = (list: readonly string[]): string => `it has ${list.length === 0 ? "none" : list.join(", ")}`;
  if (ids === undefined) {
    return id;
  }
  if (typeof id === "string" && Array.isArray(ids) && ids.every((one) => typeof one === "string")) {
    if (!ids.includes(id)) {
      problems.add("model", must, shown(id), remedy(ids));
    }
    return id;
  }
  const both = pulumi.all([id, pulumi.output(ids)] as const);
  const pair = problems.check<readonly [string, readonly string[]]>("model", both, {
    must,
    holds: ([one, list]) => list.includes(one),
    show: ([one]) => shown(one),
    remedy: ([, list]) => remedy(list),
  });
  return pulumi.output(pair).apply(([one]) => one);
}

function checkEndpoint(problems: Problems, name: string, { endpointName, workspace }: BatchScoringPoolArgs) {
  problems.plain("endpointName", endpointName, aml.endpointName);
  if (endpointName !== undefined) {
    const other = claim("batch endpoint", endpointName.toLowerCase(), name, workspace);
    if (other !== undefined) {
      const rule = "must be the name of one endpoint only in its region";
      problems.add("endpointName", rule, shown(endpointName), `'${other}' has it: choose another`);
    }
  }
  return endpointName;
}

function checkSettings(problems: Problems, args: BatchScoringPoolArgs) {
  const { retries = {} } = args;
  problems.plain("miniBatchSize", args.miniBatchSize, wholeNumber(1, 1_000_000));
  problems.plain("maxConcurrencyPerInstance", args.maxConcurrencyPerInstance, wholeNumber(1, 1000));
  problems.plain("retries.maxRetries", retries.maxRetries, wholeNumber(0, 100));
  problems.plain("retries.timeoutSeconds", retries.timeoutSeconds, wholeNumber(1, 259_200));
  problems.plain("errorThreshold", args.errorThreshold, wholeNumber(-1, 2_147_483_647));
  problems.plain("loggingLevel", args.loggingLevel, oneOf(Object.values(BatchLoggingLevel)));
  return {
    miniBatchSize: args.miniBatchSize ?? 10,
    maxConcurrencyPerInstance: args.maxConcurrencyPerInstance ?? 1,
    maxRetries: retries.maxRetries ?? 3,
    timeoutSeconds: retries.timeoutSeconds ?? 30,
    errorThreshold: args.errorThreshold ?? -1,
    loggingLevel: args.loggingLevel ?? BatchLoggingLevel.info,
    description: problems.check("description", args.description, rules.someText),
  };
}

/** They stand in the name of a deployment, as a hash, and in Azure for everyone who may read the workspace. */
function withoutSecrets(variables: Variables | undefined): Variables | undefined {
  if (variables === undefined || !isLater(variables)) {
    return variables;
  }
  const later = pulumi.output(variables);
  return pulumi.all([later, pulumi.isSecret(later)]).apply(([known, isSecret]) => {
    if (isSecret) {
      const remedy = "let the scorer ask a Key Vault, with a role for the nodes' identity";
      throw new pulumi.RunError(problemLine("environmentVariables", "must hold no secret", undefined, remedy));
    }
    return known;
  });
}

function checkOutput(problems: Problems, args: BatchScoringPoolArgs) {
  const { outputAction = BatchOutputAction.appendRow, outputFileName = "predictions.csv" } = args;
  problems.plain("outputAction", args.outputAction, oneOf(Object.values(BatchOutputAction)));
  problems.plain("outputFileName", args.outputFileName, aml.outputFileName);
  const appends = outputAction === BatchOutputAction.appendRow;
  if (args.outputFileName !== undefined && !appends) {
    const remedy = "with 'summaryOnly' no file is made";
    problems.add("outputFileName", "must come with the output action 'appendRow'", shown(args.outputFileName), remedy);
  }
  return { outputAction, outputFileName: appends ? outputFileName : undefined };
}

function checkTags(problems: Problems, { tags, workspace }: BatchScoringPoolArgs): Readonly<Record<string, string>> {
  problems.plain("tags", tags, rules.stringMap);
  problems.plain("tags", tags, azureTags);
  return { ...workspace.tags, ...tags };
}

function warningsOf({ maxConcurrencyPerInstance = 1, retries = {}, miniBatchSize = 10 }: BatchScoringPoolArgs) {
  const { timeoutSeconds = 30 } = retries;
  return [
    miniBatchSize > timeoutSeconds * 100
      ? `${miniBatchSize} files in ${timeoutSeconds} seconds are more than 100 a second: a mini-batch that takes longer is tried again, and fails in the end`
      : undefined,
    maxConcurrencyPerInstance > 64
      ? `${maxConcurrencyPerInstance} processes on each node load the models ${maxConcurrencyPerInstance} times`
      : undefined,
  ];
}
