/**
 * Patterns of images' names, as Go's `path.Match` knows them.
 *
 * @module
 * @see pkg.go.dev/path, "Match"
 */
import { UsageError } from "../../base/errors.ts";
import {
  familiarName,
  familiarRepository,
  fullName,
  parseReference,
} from "../../oci/reference.ts";

/** What a part of a pattern stands for; no part stands for a slash. */
const PART = /\\(.)|\*|\?|\[(\^?)((?:\\.|[^\]\\])+)\]|([^\\*?[])/gsu;

/**
 * A test of names.
 *
 * @param pattern Such as `bb*`, `registry/*:1.?`; without a tag it is
 * for any. The name may be given in full or as people write it.
 * @returns A test of a name in full.
 * @throws {UsageError} If it is malformed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const matches = namePattern("b*:[0-9]");
 * assert.ok(matches("docker.io/library/bb:1"));
 * assert.ok(!matches("docker.io/library/bb:latest"));
 * ```
 */
export function namePattern(pattern: string): (name: string) => boolean {
  const expression = new RegExp(`^${translate(pattern)}$`, "su");
  return (name) => {
    const reference = parseReference(name);
    const { registry, repository } = reference;
    return [
      familiarName(reference),
      familiarRepository(reference),
      fullName(reference),
      fullName({ registry, repository }),
    ].some((text) => expression.test(text));
  };
}

function translate(pattern: string): string {
  let end = 0;
  const source = [...pattern.matchAll(PART)].map((match) => {
    if (match.index !== end) throw malformed(pattern);
    end += match[0].length;
    const [text, escaped, negation, characters, plain] = match;
    if (text === "*") return "[^/]*";
    if (text === "?") return "[^/]";
    if (characters !== undefined) {
      return `(?!/)[${negation}${classOf(characters)}]`;
    }
    return RegExp.escape(escaped ?? plain ?? "");
  });
  if (end !== pattern.length) throw malformed(pattern);
  return source.join("");
}

/** Characters and ranges of them. */
function classOf(characters: string): string {
  return characters.replaceAll(
    /\\(.)|([^\\-])/gsu,
    (_, escaped, plain) =>
      /[\^\]\\[-]/.test(escaped ?? plain)
        ? `\\${escaped ?? plain}`
        : escaped ?? plain,
  );
}

function malformed(pattern: string): UsageError {
  return new UsageError(`invalid pattern of names: "${pattern}"`);
}
