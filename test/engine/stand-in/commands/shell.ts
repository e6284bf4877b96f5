/** Words of each command in a small shell script; undefined where it uses more of the shell than can be read here. */
export function readScript(script: string, environment: Readonly<Record<string, string>>): string[][] | undefined {
  const reader = new Reader(script.replace(/\\\n/g, " "), environment);
  return reader.read();
}

/** Reads words, quotes, variables, `&&`, `;` and line ends; pipes, substitutions and the like are more than it can. */
class Reader {
  private at = 0;
  private word: string | undefined;
  private words: string[] = [];
  private readonly commands: string[][] = [];

  constructor(
    private readonly text: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  read(): string[][] | undefined {
    while (this.at < this.text.length) {
      const letter = this.text.charAt(this.at);
      if (/[|<>`(){}*?[\]]/.test(letter) && letter !== "") {
        return undefined;
      }
      if (letter === "&" && this.text.charAt(this.at + 1) !== "&") {
        return undefined;
      }
      if (!this.step(letter)) {
        return undefined;
      }
    }
    this.endCommand();
    return this.commands;
  }

  private step(letter: string): boolean {
    if (letter === "'") {
      const end = this.text.indexOf("'", this.at + 1);
      this.add(this.text.slice(this.at + 1, end < 0 ? undefined : end));
      this.at = end < 0 ? this.text.length : end + 1;
      return end >= 0;
    }
    if (letter === '"') {
      return this.quoted();
    }
    if (letter === "$") {
      return this.variable();
    }
    if (letter === "\\") {
      this.add(this.text.charAt(this.at + 1));
      this.at += 2;
      return true;
    }
    if (letter === "#" && this.word === undefined) {
      const end = this.text.indexOf("\n", this.at);
      this.at = end < 0 ? this.text.length : end;
      return true;
    }
    this.at += letter === "&" ? 2 : 1;
    if (/[\n;&]/.test(letter)) {
      this.endCommand();
    } else if (/\s/.test(letter)) {
      this.endWord();
    } else {
      this.add(letter);
    }
    return true;
  }

  private quoted(): boolean {
    this.add("");
    for (this.at += 1; this.at < this.text.length;) {
      const letter = this.text.charAt(this.at);
      if (letter === '"') {
        this.at += 1;
        return true;
      }
      if (letter === "`") {
        return false;
      }
      if (letter === "$") {
        if (!this.variable()) {
          return false;
        }
      } else {
        const escaped = letter === "\\" && /["\\$`]/.test(this.text.charAt(this.at + 1));
        this.add(this.text.charAt(escaped ? this.at + 1 : this.at));
        this.at += escaped ? 2 : 1;
      }
    }
    return false;
  }

  private variable(): boolean {
    const [whole = "", braced, bare] = /^\$(?:\{(\w+)\}|(\w+))/.exec(this.text.slice(this.at)) ?? [];
    this.add(this.environment[braced ?? bare ?? ""] ?? "");
    this.at += whole.length;
    return whole !== "";
  }

  private add(text: string): void {
    this.word = (this.word ?? "") + text;
  }

  private endWord(): void {
    if (this.word !== undefined) {
      this.words.push(this.word);
      this.word = undefined;
    }
  }

  private endCommand(): void {
    this.endWord();
    if (this.words.length > 0) {
      this.commands.push(this.words);
      this.words = [];
    }
  }
}
