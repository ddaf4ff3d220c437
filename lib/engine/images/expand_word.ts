/**
 * Words of Dockerfile instructions: where they end, and what quotes and
 * variables in them stand for. Pure.
 *
 * @module
 * @see Dockerfile reference, "Environment replacement"
 */
import { UsageError } from "../../base/errors.ts";

/** Values of variables by name. */
export type Variables = ReadonlyMap<string, string>;

const BLANK = /\s/;
const NAME = /^\w+/;
/** `${NAME}`, `${NAME:-word}` and `${NAME:+word}`. */
const BRACED = /^(\w+)(?:(:[-+])(.*))?$/s;

/**
 * Splits at spaces that are neither quoted nor escaped. Quotes stay.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(splitWords(`a=b c="d e"`), ["a=b", `c="d e"`]);
 * ```
 */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = "";
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === "\\" && quote !== "'") {
      word += char + text.charAt(++at);
      continue;
    }
    if (quote === "" && BLANK.test(char)) {
      if (word !== "") words.push(word);
      word = "";
      continue;
    }
    if (char === quote) quote = "";
    else if (quote === "" && (char === '"' || char === "'")) quote = char;
    word += char;
  }
  return word === "" ? words : [...words, word];
}

/**
 * What a word stands for.
 *
 * @throws {UsageError} If a quote or a brace is not closed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const variables = new Map([["A", "1"]]);
 * assert.equal(expandWord(`"$A"'$A'\\$A\${B:-2}`, variables), "1$A$A2");
 * ```
 */
export function expandWord(word: string, variables: Variables): string {
  let text = "";
  let at = 0;
  let quote: "" | '"' = "";
  while (at < word.length) {
    const char = word.charAt(at);
    if (char === "\\") {
      const next = word.charAt(at + 1);
      // Between quotes a backslash only takes the meaning of these away.
      const isKept = quote !== "" && !'"$\\'.includes(next);
      text += isKept ? `\\${next}` : next;
      at += 2;
    } else if (char === "'" && quote === "") {
      const end = closing(word, at + 1, "'");
      text += word.slice(at + 1, end);
      at = end + 1;
    } else if (char === '"') {
      quote = quote === "" ? '"' : "";
      at++;
    } else if (char === "$") {
      const { value, end } = readVariable(word, at + 1, variables);
      text += value;
      at = end;
    } else {
      text += char;
      at++;
    }
  }
  if (quote !== "") throw unclosed(word, quote);
  return text;
}

/** @param start Behind the dollar sign. */
function readVariable(
  word: string,
  start: number,
  variables: Variables,
): { readonly value: string; readonly end: number } {
  if (word.charAt(start) !== "{") {
    const [name] = NAME.exec(word.slice(start)) ?? [];
    return name === undefined
      ? { value: "$", end: start }
      : { value: variables.get(name) ?? "", end: start + name.length };
  }
  const end = closing(word, start + 1, "}");
  const inner = word.slice(start + 1, end);
  const [, name, operator, other = ""] = BRACED.exec(inner) ?? [];
  if (name === undefined) {
    throw new UsageError(
      `Cannot expand "\${${inner}}": only \${NAME}, \${NAME:-WORD} and \${NAME:+WORD} are known`,
    );
  }
  const value = variables.get(name) ?? "";
  const isOther = operator === ":-" ? value === "" : value !== "";
  if (operator === undefined) return { value, end: end + 1 };
  if (isOther) return { value: expandWord(other, variables), end: end + 1 };
  return { value: operator === ":-" ? value : "", end: end + 1 };
}

function closing(word: string, start: number, sign: string): number {
  const end = word.indexOf(sign, start);
  if (end < 0) throw unclosed(word, sign);
  return end;
}

function unclosed(word: string, sign: string): UsageError {
  return new UsageError(`Cannot read ${word}: there is no closing ${sign}`);
}
