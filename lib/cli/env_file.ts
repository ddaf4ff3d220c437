/**
 * Environment variables from `-e` and from files, by docker's rules: no
 * quoting, no expansion, no comments after a value.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import type { EnvEntry } from "../engine/run_options.ts";
import type { Environment } from "./context.ts";

/**
 * Reads the text of a `--env-file`.
 *
 * A line is `KEY=VALUE`, or `KEY` alone to copy the caller's variable, which
 * is left out if the caller has none. Blank lines and lines that begin with
 * `#` are skipped; blanks before a line are, blanks after a value are not.
 *
 * @param text The file's content.
 * @param path The file, for messages.
 * @param env The caller's environment.
 * @throws {UsageError} Naming file and line.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const caller = new Map([["HOME", "/root"]]);
 * assert.deepEqual(parseEnvFile("# mine\nA=x y\nHOME\n", "f", caller), [
 *   { name: "A", value: "x y" },
 *   { name: "HOME", value: "/root" },
 * ]);
 * ```
 */
export function parseEnvFile(
  text: string,
  path: string,
  env: Environment,
): EnvEntry[] {
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const line = raw.trimStart();
    if (line === "" || line.startsWith("#")) return [];
    const [name, value] = splitEntry(line);
    const reason = nameFault(name) ??
      (line.includes("\0") ? "there is a NUL character" : undefined);
    if (reason !== undefined) {
      throw new UsageError(`invalid env file ${path}:${index + 1}: ${reason}`);
    }
    const settled = value ?? env.get(name);
    return settled === undefined ? [] : [{ name, value: settled }];
  });
}

/**
 * Reads the value of one `-e`.
 *
 * @param text `KEY=VALUE`, or `KEY` to copy the caller's variable.
 * @returns The entry; without a value if the caller has none, which unsets the
 * image's.
 * @throws {UsageError} If there is no name.
 */
export function parseEnvFlag(text: string, env: Environment): EnvEntry {
  const [name, given] = splitEntry(text);
  if (name === "") {
    throw new UsageError(
      `invalid argument "${text}" for "-e, --env" flag: there is no name before the "="`,
    );
  }
  const value = given ?? env.get(name);
  return value === undefined ? { name } : { name, value };
}

function splitEntry(text: string): [name: string, value: string | undefined] {
  const equals = text.indexOf("=");
  if (equals < 0) return [text.trimEnd(), undefined];
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function nameFault(name: string): string | undefined {
  if (name === "") return 'there is no name before the "="';
  if (/\s/.test(name)) return `variable "${name}" contains whitespace`;
  return undefined;
}
