import { PythonSyntaxError, Undecided } from "./python-strings";
import { type LogicalLine, logicalLines, type PythonToken } from "./python-tokens";
import { checkGrammar } from "./python-grammar";

/** What is wrong with a scoring script. */
export interface ScriptProblem {
  /** `must …`. */
  readonly rule: string;
  readonly got: string;
  readonly remedy: string;
  /** Counted from 1. */
  readonly line?: number;
  /** Counted from 1. */
  readonly column?: number;
}

const knownDecorators = new Set(["input_schema", "output_schema", "rawhttp"]);

/**
 * Checks a scoring script as far as its text tells: syntax errors, and the functions `init()` and `run(data)` that the inference
 * server calls (azureml-inference-server-http 1.5.1, user_script.py). What might be right passes: a script without problems here
 * can still fail when it is imported.
 */
export function checkScoringScript(source: string): ScriptProblem[] {
  const text = source.replace(/\r\n?/g, "\n");
  try {
    const lines = logicalLines(text);
    checkGrammar(lines, text.length);
    return contractProblems(lines, (at) => position(text, at));
  } catch (error) {
    if (error instanceof PythonSyntaxError) {
      return [
        { rule: "must be valid Python", got: error.what, remedy: "correct the line", ...position(text, error.at) },
      ];
    }
    if (error instanceof Undecided) {
      return [];
    }
    throw error;
  }
}

type Locate = (at: number) => { line: number; column: number };

function contractProblems(lines: readonly LogicalLine[], locate: Locate): ScriptProblem[] {
  const top = topLevel(lines);
  const opaque = top.some((line) =>
    line.tokens.some((token) => /^(exec|globals|setattr|driver_module)$/.test(token.text)),
  );
  if (opaque || top.some(isStarImport)) {
    return [];
  }
  return [...functionProblems("init", top, locate), ...functionProblems("run", top, locate)];
}

function functionProblems(name: "init" | "run", top: readonly LogicalLine[], locate: Locate): ScriptProblem[] {
  const signature = name === "init" ? "init()" : "run(data)";
  if (!top.some((line) => binds(line, name))) {
    const remedy = name === "init" ? "it is called once, to load the model" : "it is called for each request";
    return [{ rule: `must define ${signature}`, got: `no function '${name}' at its top level`, remedy }];
  }
  const last = top.findLastIndex((line) => binds(line, name));
  const definition = top[last]?.tokens ?? [];
  const at = definition[0]?.at ?? 0;
  if (definition[0]?.text === "async") {
    const remedy = "the server doesn't await it: remove 'async'";
    return [{ rule: `must define ${signature}`, got: `'async def ${name}'`, remedy, ...locate(at) }];
  }
  if (definition[0]?.text !== "def" || !plainlyDecorated(top, last)) {
    return [];
  }
  const got = parameterText(definition);
  const fault = name === "init" ? initFault(parameters(definition)) : runFault(parameters(definition));
  return fault
    ? [{ rule: `must define ${signature}`, got: `'def ${name}(${got})'`, remedy: fault, ...locate(at) }]
    : [];
}

function initFault(declared: readonly PythonToken[][]): string | undefined {
  const required = declared.some(
    (parameter) => parameter[0]?.kind === "name" && !parameter.some(({ text }) => text === "="),
  );
  return required ? "the server calls it without arguments" : undefined;
}

function runFault(declared: readonly PythonToken[][]): string | undefined {
  if (declared.some((parameter) => /^(\*\*|\/)$/.test(parameter[0]?.text ?? "") || isVariadic(parameter))) {
    return "the server refuses positional-only parameters, '*args' and '**kwargs'";
  }
  const inputs = declared.filter(
    (parameter) => parameter[0]?.kind === "name" && parameter[0].text !== "request_headers",
  );
  return inputs.length === 0 ? "it needs a parameter for the request's data" : undefined;
}

function isVariadic(parameter: readonly PythonToken[]): boolean {
  return parameter[0]?.text === "*" && parameter.length > 1;
}

/** Lines that run at import, outside functions and classes. */
function topLevel(lines: readonly LogicalLine[]): LogicalLine[] {
  const openers: string[] = [];
  return lines.filter((line) => {
    openers.length = line.level;
    openers[line.level] = keyword(line);
    return !openers.slice(0, line.level).some((opener) => opener === "def" || opener === "class");
  });
}

function keyword(line: LogicalLine): string {
  const first = line.tokens[0]?.text ?? "";
  return first === "async" ? (line.tokens[1]?.text ?? "") : first;
}

function isStarImport({ tokens }: LogicalLine): boolean {
  return tokens[0]?.text === "from" && tokens.at(-1)?.text === "*";
}

/** Whether a line may give a value to the name. */
function binds(line: LogicalLine, name: string): boolean {
  const { tokens } = line;
  const first = keyword(line);
  if (first === "def" || first === "class") {
    return tokens[first === tokens[0]?.text ? 1 : 2]?.text === name;
  }
  return tokens.some((token, index) => token.text === name && isTarget(tokens, index, first));
}

function isTarget(tokens: readonly PythonToken[], index: number, first: string): boolean {
  const before = tokens[index - 1]?.text;
  if (before === ".") {
    return false;
  }
  if (first === "import" || first === "from" || before === "as") {
    return true;
  }
  const later = tokens.slice(index + 1);
  const assigned = later.some((token) => token.text === "=" || token.text === ":=" || token.text === "in");
  return later[0]?.text !== "(" && (assigned || later[0]?.text === ":");
}

/** Decorators may change what is called; those of inference_schema and the server don't change what is asked for here. */
function plainlyDecorated(top: readonly LogicalLine[], definition: number): boolean {
  for (let index = definition - 1; top[index]?.tokens[0]?.text === "@"; index--) {
    const call = top[index]?.tokens.findIndex((token) => token.text === "(") ?? -1;
    const name = (top[index]?.tokens ?? []).at(call > 0 ? call - 1 : -1)?.text ?? "";
    if (!knownDecorators.has(name)) {
      return false;
    }
  }
  return true;
}

/** The parameters of a `def` line: the tokens of each. */
function parameters(tokens: readonly PythonToken[]): PythonToken[][] {
  const found: PythonToken[][] = [[]];
  const open = tokens.findIndex((token) => token.text === "(");
  let depth = 0;
  for (const token of tokens.slice(open + 1)) {
    depth += "([{".includes(token.text) ? 1 : ")]}".includes(token.text) ? -1 : 0;
    if (depth < 0) {
      break;
    }
    if (token.text === "," && depth === 0) {
      found.push([]);
    } else {
      found.at(-1)?.push(token);
    }
  }
  return found.filter((parameter) => parameter.length > 0);
}

function parameterText(tokens: readonly PythonToken[]): string {
  return parameters(tokens)
    .map((parameter) => `${/^\*/.test(parameter[0]?.text ?? "") ? (parameter[0]?.text ?? "") : ""}${nameOf(parameter)}`)
    .join(", ");
}

function nameOf(parameter: readonly PythonToken[]): string {
  return parameter.find((token) => token.kind === "name" || token.text === "/")?.text ?? "";
}

function position(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
