/** Python's string literals (reference manual 2.4.1 to 2.4.3; PEP 701). */

/** A syntax error: what is wrong, and its offset. */
export class PythonSyntaxError extends Error {
  constructor(
    readonly at: number,
    readonly what: string,
  ) {
    super(what);
    this.name = "PythonSyntaxError";
  }
}

/** Thrown for rare but possible text that this tokenizer doesn't judge. */
export class Undecided extends Error {}

/**
 * Offset after the string that starts at `start`, whose opening quote is at `quote`.
 *
 * @param prefix the letters before the quote, in lower case
 * @throws {@link PythonSyntaxError} if nothing closes it.
 */
export function stringEnd(text: string, start: number, quote: number, prefix: string): number {
  const plain = plainEnd(text, quote);
  // Since 3.12 (PEP 701) a replacement field may hold quotes of the same kind; before, the first such quote ended the string.
  const end = /[ft]/.test(prefix) ? (formattedEnd(text, quote, prefix.includes("r")) ?? plain) : plain;
  if (end === undefined) {
    throw new PythonSyntaxError(start, "a string that is never closed");
  }
  return end;
}

function delimiterAt(text: string, quote: number): string {
  const mark = text.charAt(quote);
  return text.startsWith(mark.repeat(3), quote) ? mark.repeat(3) : mark;
}

function plainEnd(text: string, quote: number): number | undefined {
  const delimiter = delimiterAt(text, quote);
  for (let at = quote + delimiter.length; at < text.length; at++) {
    if (text.startsWith(delimiter, at)) {
      return at + delimiter.length;
    }
    if (text[at] === "\\") {
      at++;
    } else if (text[at] === "\n" && delimiter.length === 1) {
      return undefined;
    }
  }
  return undefined;
}

function formattedEnd(text: string, quote: number, raw: boolean): number | undefined {
  const delimiter = delimiterAt(text, quote);
  const end = literalEnd(text, quote + delimiter.length, delimiter, raw, false);
  return end === undefined ? undefined : end + delimiter.length;
}

/** Offset of the delimiter (or, in a format specification, of the `}`) that ends a formatted string's literal part. */
function literalEnd(text: string, from: number, delimiter: string, raw: boolean, inSpec: boolean): number | undefined {
  let at = from;
  while (at < text.length) {
    if (text.startsWith(delimiter, at)) {
      return inSpec ? undefined : at;
    }
    const two = text.slice(at, at + 2);
    if (inSpec && text[at] === "}") {
      return at;
    } else if (two === "\\N" && !raw && text[at + 2] === "{") {
      at = text.indexOf("}", at) + 1 || text.length;
    } else if (text[at] === "\\") {
      at += two === "\\{" || two === "\\}" ? 1 : 2;
    } else if (two === "{{" || two === "}}") {
      at += 2;
    } else if (text[at] === "{") {
      const end = fieldEnd(text, at + 1, delimiter, raw);
      if (end === undefined) {
        return undefined;
      }
      at = end + 1;
    } else if (text[at] === "\n" && delimiter.length === 1) {
      return undefined;
    } else {
      at++;
    }
  }
  return undefined;
}

/** Offset of the `}` that ends a replacement field. */
function fieldEnd(text: string, from: number, delimiter: string, raw: boolean): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"' || character === "'") {
      const prefix = /[a-zA-Z]*$/.exec(text.slice(Math.max(from, at - 2), at))?.[0].toLowerCase() ?? "";
      const end = /[ft]/.test(prefix) ? formattedEnd(text, at, prefix.includes("r")) : plainEnd(text, at);
      if (end === undefined) {
        return undefined;
      }
      at = end - 1;
    } else if ("([{".includes(character)) {
      depth++;
    } else if (")]}".includes(character)) {
      if (depth-- === 0) {
        return character === "}" ? at : undefined;
      }
    } else if (character === ":" && depth === 0) {
      return literalEnd(text, at + 1, delimiter, raw, true);
    } else if (character === "#") {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    }
  }
  return undefined;
}
