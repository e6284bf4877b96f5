import { PythonSyntaxError } from "./python-strings";
import type { LogicalLine, PythonToken } from "./python-tokens";

/** Rules of Python's grammar that hold for every valid module from 3.9 to 3.13; many errors break none of them. */

const keywords = new Set(
  (
    "and as assert async await break class continue def del elif else except finally for from global if import in is lambda " +
    "nonlocal not or pass raise return try while with yield"
  ).split(" "),
);
const compound = new Set("if elif else while for try except finally with def class".split(" "));
/** Keywords that can come right after an operand. */
const afterOperand = new Set("and as async else for from if import in is not or".split(" "));
const softKeywords = new Set(["match", "case", "type"]);
const mustFollow: ReadonlyMap<string, readonly string[]> = new Map([
  ["elif", ["if", "elif"]],
  ["else", ["if", "elif", "for", "while", "except"]],
  ["except", ["try", "except"]],
  ["finally", ["try", "except", "else"]],
]);
/** Operators that need an operand after them. */
const binary = new Set(
  "= += -= *= /= //= %= @= &= |= ^= >>= <<= **= := == != <= >= < > + - // % & | ^ >> << ** @ and or in is not".split(
    " ",
  ),
);
/** What can't begin an operand. */
const notOperand = new Set("= == != <= >= < > / // % & | ^ >> << ) ] } , : ; . and or is if else for as".split(" "));

/**
 * Checks logical lines against rules that no valid module breaks.
 *
 * @throws {@link PythonSyntaxError} at the first line that breaks one.
 */
export function checkGrammar(lines: readonly LogicalLine[], end: number): void {
  const blocks = new Blocks();
  lines.forEach((line, index) => {
    checkPairs(line.tokens);
    blocks.enter(line, lines[index - 1]);
    checkHeader(line);
  });
  blocks.finish(lines.at(-1), end);
}

class Blocks {
  /** First keyword of the last line at each level. */
  private readonly last: string[] = [];

  enter(line: LogicalLine, previous: LogicalLine | undefined): void {
    const first = line.tokens[0];
    const at = first?.at ?? 0;
    const opened = previous?.tokens.at(-1)?.text === ":";
    const deeper = line.level > (previous?.level ?? 0);
    if (deeper && !opened) {
      throw new PythonSyntaxError(at, "an indentation that nothing asks for");
    }
    if (opened && !deeper) {
      throw new PythonSyntaxError(at, "no indented block after the line that ends with ':'");
    }
    this.leave(line.level + 1, at);
    const before = this.last[line.level];
    const allowed = mustFollow.get(first?.text ?? "");
    if (allowed && !allowed.includes(before ?? "")) {
      throw new PythonSyntaxError(at, `'${first?.text ?? ""}' that belongs to nothing`);
    }
    if (before === "try" && !allowed) {
      throw new PythonSyntaxError(at, "'try' without 'except' or 'finally' before this line");
    }
    this.last[line.level] = headerKeyword(line) ?? first?.text ?? "";
    if (first?.text === "return" && !this.last.slice(0, line.level).includes("def")) {
      throw new PythonSyntaxError(at, "'return' outside a function");
    }
  }

  finish(last: LogicalLine | undefined, end: number): void {
    if (last?.tokens.at(-1)?.text === ":") {
      throw new PythonSyntaxError(end, "the end of the file where an indented block should be");
    }
    this.leave(0, end);
  }

  private leave(level: number, at: number): void {
    if (this.last.splice(level).includes("try")) {
      throw new PythonSyntaxError(at, "'try' without 'except' or 'finally' before this line");
    }
  }
}

/** The keyword of a compound statement that the line begins, `async` left aside. */
function headerKeyword({ tokens }: LogicalLine): string | undefined {
  const first = tokens[0]?.text === "async" ? tokens[1]?.text : tokens[0]?.text;
  return first !== undefined && compound.has(first) ? first : undefined;
}

function checkHeader(line: LogicalLine): void {
  const word = headerKeyword(line);
  const { tokens } = line;
  const last = tokens.at(-1);
  if (word === undefined) {
    if (last?.text === ":" && !softKeywords.has(tokens[0]?.text ?? "")) {
      throw new PythonSyntaxError(last.at, "':' at the end of a line that begins no block");
    }
    return;
  }
  const colon = headerColon(tokens);
  if (colon < 0) {
    throw new PythonSyntaxError((last?.at ?? 0) + (last?.text.length ?? 0), `no ':' at the end of '${word}'`);
  }
  const bare = /^(else|try|finally)$/.test(word);
  if (bare && colon !== 1) {
    throw new PythonSyntaxError(tokens[1]?.at ?? 0, `something between '${word}' and ':'`);
  }
  const assignment = outside(tokens.slice(0, colon)).find((token) => token.text === "=");
  if (assignment && /^(if|elif|while)$/.test(word) && !tokens.some((token) => token.text === "lambda")) {
    throw new PythonSyntaxError(assignment.at, `'=' in a condition, where '==' belongs`);
  }
  checkDefinition(tokens, word);
}

function checkDefinition(tokens: readonly PythonToken[], word: string): void {
  if (word !== "def" && word !== "class") {
    return;
  }
  const start = tokens[0]?.text === "async" ? 2 : 1;
  const [name, next] = [tokens[start], tokens[start + 1]];
  if (name?.kind !== "name" || keywords.has(name.text)) {
    throw new PythonSyntaxError(name?.at ?? 0, `no name after '${word}'`);
  }
  if (!(next?.text === "(" || next?.text === "[" || (word === "class" && next?.text === ":"))) {
    throw new PythonSyntaxError(next?.at ?? 0, `no '(' after '${word} ${name.text}'`);
  }
}

/** Index of the `:` that ends a compound statement's header; -1 if there is none. */
function headerColon(tokens: readonly PythonToken[]): number {
  let depth = 0;
  let lambdas = 0;
  return tokens.findIndex((token) => {
    depth += depthChange(token);
    if (depth > 0 || token.kind === "string") {
      return false;
    }
    if (token.text === "lambda") {
      lambdas++;
    }
    return token.text === ":" && lambdas-- <= 0;
  });
}

function outside(tokens: readonly PythonToken[]): PythonToken[] {
  let depth = 0;
  return tokens.filter((token) => {
    depth += depthChange(token);
    return depth === 0;
  });
}

function depthChange({ kind, text }: PythonToken): number {
  return kind !== "operator" ? 0 : "([{".includes(text) ? 1 : ")]}".includes(text) ? -1 : 0;
}

function checkPairs(tokens: readonly PythonToken[]): void {
  const importing = tokens[0]?.text === "from";
  tokens.forEach((token, index) => {
    const next = tokens[index + 1];
    if (endsOperand(token) && next && startsOperand(next) && !(token.kind === "string" && next.kind === "string")) {
      throw new PythonSyntaxError(next.at, `${shown(next)} right after ${shown(token)}`);
    }
    if (binary.has(token.text) && token.kind !== "string" && !importing && !starts(next)) {
      throw new PythonSyntaxError(token.at, next ? `'${token.text} ${next.text}'` : `nothing after '${token.text}'`);
    }
    if (/^[([{,]$/.test(token.text) && token.kind === "operator" && next?.text === ",") {
      throw new PythonSyntaxError(next.at, `',' right after '${token.text}'`);
    }
  });
}

function endsOperand({ kind, text }: PythonToken): boolean {
  return kind === "name"
    ? !keywords.has(text) && !softKeywords.has(text)
    : kind !== "operator" || /^[)\]}]$/.test(text);
}

function startsOperand({ kind, text }: PythonToken): boolean {
  return kind === "name" ? !afterOperand.has(text) : kind !== "operator";
}

function starts(next: PythonToken | undefined): boolean {
  return next !== undefined && (next.kind === "string" || !notOperand.has(next.text));
}

function shown({ kind, text }: PythonToken): string {
  return kind === "string" ? "a string" : `'${text}'`;
}
