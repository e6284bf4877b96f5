/**
 * Whether a text is a condition on twins of devices, as far as deployments know it: comparisons of `tags.…`, `deviceId` and
 * `properties.reported.…`, `IN [ … ]`, `IS_DEFINED( … )`, AND, OR, NOT and parentheses.
 * Source: iot-hub-devguide-query-language.md; a target condition has what stands after WHERE.
 */
export function isTargetCondition(text: string): boolean {
  const tokens = tokensOf(text);
  return tokens !== undefined && new Conditions(tokens).holds();
}

const token = /\s*(?:('(?:[^'\\]|\\.|'')*')|(-?\d+(?:\.\d+)?)|(<=|>=|!=|<>|=|<|>)|([()[\],])|([A-Za-z_$][\w$.-]*))/y;
const property = /^(tags(\.[\w$-]+)+|deviceId|properties\.reported(\.[\w$-]+)+|capabilities\.iotEdge)$/i;

function tokensOf(text: string): string[] | undefined {
  const found: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const match = token.exec(text);
    if (!match) {
      return undefined;
    }
    found.push(match[0].trim());
  }
  return found;
}

/** Reads a condition from left to right. */
class Conditions {
  private at = 0;

  constructor(private readonly tokens: readonly string[]) {}

  holds(): boolean {
    return this.either() && this.at === this.tokens.length;
  }

  private either(): boolean {
    return this.both() && (!this.takes("or") || this.either());
  }

  private both(): boolean {
    // `a NOT b` is `a AND NOT b`: the documents write it so.
    return this.one() && (this.takes("and") || this.tokens[this.at]?.toLowerCase() === "not" ? this.both() : true);
  }

  private one(): boolean {
    if (this.takes("not")) {
      return this.one();
    }
    if (this.takes("(")) {
      return this.either() && this.takes(")");
    }
    if (this.takes("is_defined")) {
      return this.takes("(") && this.property() && this.takes(")");
    }
    return this.property() && (this.takes("in") ? this.list() : this.operator() && this.value());
  }

  private list(): boolean {
    if (!this.takes("[") || !this.value()) {
      return false;
    }
    while (this.takes(",")) {
      if (!this.value()) {
        return false;
      }
    }
    return this.takes("]");
  }

  private property(): boolean {
    return this.matches(property);
  }

  private operator(): boolean {
    return this.matches(/^(<=|>=|!=|<>|=|<|>)$/);
  }

  private value(): boolean {
    return this.matches(/^('.*'|-?\d.*|true|false|null)$/is);
  }

  private takes(word: string): boolean {
    const isThere = this.tokens[this.at]?.toLowerCase() === word;
    this.at += isThere ? 1 : 0;
    return isThere;
  }

  private matches(pattern: RegExp): boolean {
    const isThere = pattern.test(this.tokens[this.at] ?? "");
    this.at += isThere ? 1 : 0;
    return isThere;
  }
}
