/** Python's lexical grammar (reference manual, chapter 2), 3.9 to 3.13: logical lines of tokens, and the errors of that level. */

import { PythonSyntaxError, stringEnd, Undecided } from "./python-strings";

export interface PythonToken {
  readonly kind: "name" | "number" | "string" | "operator";
  readonly text: string;
  /** Offset in the text. */
  readonly at: number;
}

export interface LogicalLine {
  /** Depth of indentation: 0 at the module's top level. */
  readonly level: number;
  readonly tokens: readonly PythonToken[];
}

const stringPrefixes = new Set(["r", "b", "u", "f", "t", "br", "rb", "fr", "rf", "tr", "rt"]);
const closers: ReadonlyMap<string, string> = new Map([
  [")", "("],
  ["]", "["],
  ["}", "{"],
]);
const namePattern = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const numberPattern =
  /0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:(?:\d(?:_?\d)*)?\.\d(?:_?\d)*|\d(?:_?\d)*\.?)(?:[eE][+-]?\d(?:_?\d)*)?[jJ]?/y;
const operatorPattern =
  /\*\*=|\/\/=|>>=|<<=|\.\.\.|->|:=|==|!=|<=|>=|\*\*|\/\/|>>|<<|[-+*/%&|^@]=|[-+*/%@&|^~<>()[\]{},:.;=]/y;
const typographic = /[\u2010-\u2015\u2018-\u201F\u2026\u00A0\u200B\u2212\u00D7]/;

/**
 * Splits Python source into logical lines.
 *
 * @throws {@link PythonSyntaxError} at the first lexical error, {@link Undecided} for text it doesn't judge.
 */
export function logicalLines(text: string): LogicalLine[] {
  return new Tokenizer(text).lines();
}

class Tokenizer {
  private at = 0;
  private readonly found: LogicalLine[] = [];
  private readonly brackets: PythonToken[] = [];
  private readonly indents = [{ column: 0, alternate: 0 }];

  constructor(private readonly text: string) {}

  lines(): LogicalLine[] {
    if (this.text.startsWith("\uFEFF")) {
      this.at = 1;
    }
    while (this.at < this.text.length) {
      this.line();
    }
    return this.found;
  }

  private line(): void {
    const { column, alternate } = this.indentation();
    const first = this.text[this.at];
    if (first === undefined || first === "\n" || first === "#") {
      this.endOfLine();
      this.at++;
      return;
    }
    this.indent(column, alternate);
    const tokens: PythonToken[] = [];
    for (let token = this.token(); token; token = this.token()) {
      tokens.push(token);
    }
    const open = this.brackets.at(-1);
    if (open) {
      throw new PythonSyntaxError(open.at, `'${open.text}' that is never closed`);
    }
    this.found.push({ level: this.indents.length - 1, tokens });
  }

  private indentation(): { column: number; alternate: number } {
    let column = 0;
    let alternate = 0;
    for (; ; this.at++) {
      const character = this.text[this.at];
      if (character === " ") {
        column++;
        alternate++;
      } else if (character === "\t") {
        column = (Math.floor(column / 8) + 1) * 8;
        alternate++;
      } else if (character === "\f") {
        column = alternate = 0;
      } else if (character === "\\") {
        throw new Undecided();
      } else {
        return { column, alternate };
      }
    }
  }

  private indent(column: number, alternate: number): void {
    let top = this.topIndent();
    if (column > top.column) {
      this.consistent(alternate > top.alternate);
      this.indents.push({ column, alternate });
      return;
    }
    while (column < top.column) {
      this.indents.pop();
      top = this.topIndent();
    }
    if (column !== top.column) {
      throw new PythonSyntaxError(this.at, "an indentation that no outer block has");
    }
    this.consistent(alternate === top.alternate);
  }

  private consistent(holds: boolean): void {
    if (!holds) {
      throw new PythonSyntaxError(this.at, "tabs and spaces mixed in the indentation");
    }
  }

  private topIndent(): { column: number; alternate: number } {
    return this.indents.at(-1) ?? { column: 0, alternate: 0 };
  }

  /** The next token of the logical line; undefined at its end. */
  private token(): PythonToken | undefined {
    this.blanks();
    const at = this.at;
    if (at >= this.text.length || this.text[at] === "\n") {
      this.at++;
      return undefined;
    }
    const name = this.match(namePattern);
    if (name !== undefined && this.quoted() && stringPrefixes.has(name.toLowerCase())) {
      return this.stringToken(at, name.toLowerCase());
    }
    if (name !== undefined) {
      return { kind: "name", text: name, at };
    }
    if (this.quoted()) {
      return this.stringToken(at, "");
    }
    const number = this.match(numberPattern);
    if (number !== undefined) {
      return { kind: "number", text: number, at };
    }
    return this.operator(at);
  }

  private operator(at: number): PythonToken {
    const text = this.match(operatorPattern);
    if (text === undefined) {
      return this.stray(at);
    }
    const token: PythonToken = { kind: "operator", text, at };
    const opener = closers.get(text);
    if (text === "(" || text === "[" || text === "{") {
      this.brackets.push(token);
    } else if (opener !== undefined) {
      const open = this.brackets.pop();
      if (open?.text !== opener) {
        throw new PythonSyntaxError(
          at,
          open ? `'${text}' where '${open.text}' is open` : `'${text}' that nothing opened`,
        );
      }
    }
    return token;
  }

  private stray(at: number): never {
    const character = String.fromCodePoint(this.text.codePointAt(at) ?? 0);
    if (character === "\\") {
      throw new PythonSyntaxError(at, "a character after the line continuation '\\'");
    }
    if (/[$?!`\0]/.test(character) || typographic.test(character)) {
      throw new PythonSyntaxError(at, `the character ${printable(character)}`);
    }
    throw new Undecided();
  }

  private blanks(): void {
    for (; ; this.at++) {
      const character = this.text[this.at];
      if (character === "#") {
        this.endOfLine();
      }
      if (this.text[this.at] === "\\" && this.text[this.at + 1] === "\n" && this.at + 2 < this.text.length) {
        this.at++;
      } else if (
        !/[ \t\f]/.test(this.text[this.at] ?? "") &&
        !(this.text[this.at] === "\n" && this.brackets.length > 0)
      ) {
        return;
      }
    }
  }

  private endOfLine(): void {
    const end = this.text.indexOf("\n", this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  private quoted(): boolean {
    return this.text[this.at] === '"' || this.text[this.at] === "'";
  }

  private stringToken(at: number, prefix: string): PythonToken {
    this.at = stringEnd(this.text, at, this.at, prefix);
    return { kind: "string", text: this.text.slice(at, this.at), at };
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const text = pattern.exec(this.text)?.[0];
    this.at += text?.length ?? 0;
    return text;
  }
}

function printable(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 32 && code < 127 ? `'${character}'` : `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
