import * as fs from "node:fs";

const chunkBytes = 64 * 1024;

/** Reads a log that is written, and rotated, by another process. */
export class LogReader {
  private open: number | undefined;
  private position = 0;
  private rest = "";

  constructor(private readonly file: string) {}

  /** The last `count` whole lines; reading goes on after them. */
  last(count: number): string[] {
    const file = this.reopen();
    if (file === undefined) {
      return [];
    }
    const size = fs.fstatSync(file).size;
    // Backwards, so that a large log costs no more than the lines that are asked for.
    let text = Buffer.alloc(0);
    let start = size;
    while (start > 0 && text.filter((byte) => byte === 10).length <= count) {
      const length = Math.min(chunkBytes, start);
      start -= length;
      const chunk = Buffer.alloc(length);
      fs.readSync(file, chunk, 0, length, start);
      text = Buffer.concat([chunk, text]);
    }
    this.position = size;
    const lines = this.split(text.toString("utf8"));
    return count === 0 ? [] : lines.slice(-count);
  }

  /** The lines that were written since the last call, of a rotated log as well. */
  fresh(): string[] {
    const before = this.open === undefined ? [] : this.drain(this.open);
    if (this.open !== undefined && !this.wasRotated(this.open)) {
      return before;
    }
    const next = this.reopen();
    return next === undefined ? before : [...before, ...this.drain(next)];
  }

  private drain(file: number): string[] {
    const size = fs.fstatSync(file).size;
    if (size < this.position) {
      this.position = 0;
    }
    const chunk = Buffer.alloc(size - this.position);
    this.position += fs.readSync(file, chunk, 0, chunk.length, this.position);
    return this.split(chunk.toString("utf8"));
  }

  private split(text: string): string[] {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    return lines;
  }

  private wasRotated(file: number): boolean {
    const now = fs.statSync(this.file, { throwIfNoEntry: false });
    return now !== undefined && now.ino !== fs.fstatSync(file).ino;
  }

  private reopen(): number | undefined {
    if (!fs.existsSync(this.file)) {
      return undefined;
    }
    if (this.open !== undefined) {
      fs.closeSync(this.open);
    }
    this.open = fs.openSync(this.file, "r");
    this.position = 0;
    return this.open;
  }
}
