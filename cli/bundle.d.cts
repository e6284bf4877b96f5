/**
 * Path of the CommonJS bundle of `entry` (relative to `root`); made when no source of the project has one yet. Throws
 * esbuild's error, whose `errors` name file and line, when a source does not parse.
 */
export function bundle(root: string, entry: string): string;
