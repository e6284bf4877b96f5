import type { Sample } from "../samples";

/** A word that any POSIX shell takes as it stands. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A `curl` command that sends `sample` to the service at `scoringUri`, to be pasted into a shell. `keyCommand` prints the
 * key, so that the key itself stands in no terminal and no history.
 */
export function curlLine(scoringUri: string, sample: Sample, keyCommand?: string): string {
  const words = ["curl", "-sS"];
  if (sample.method !== (sample.body ? "POST" : "GET")) {
    words.push("-X", sample.method);
  }
  words.push(quote(new URL(sample.path, scoringUri).href));
  for (const [name, value] of Object.entries(sample.headers)) {
    words.push("-H", quote(`${name}: ${value}`));
  }
  if (sample.body && !Object.keys(sample.headers).some((name) => name.toLowerCase() === "content-type")) {
    // Otherwise curl would say that it is a form.
    words.push("-H", "Content-Type:");
  }
  if (keyCommand !== undefined) {
    words.push("-H", `"Authorization: Bearer $(${keyCommand})"`);
  }
  if (sample.body && "file" in sample.body) {
    words.push("--data-binary", quote(`@${sample.body.shownAs}`));
  } else if (sample.body) {
    words.push("--data-raw", quote(sample.body.text));
  }
  return words.join(" ");
}
