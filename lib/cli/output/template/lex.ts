/**
 * From the text of a template to tokens.
 *
 * @module
 * @see Go text/template, "Text and spaces"
 */
import { parseError } from "./error.ts";

/** The kinds of tokens inside `{{…}}`. */
export type TokenKind =
  | "field"
  | "number"
  | "dot"
  | "variable"
  | "word"
  | "string"
  | "raw"
  | "char"
  | "symbol";

/** One token of an action. */
export interface Token {
  readonly kind: TokenKind;
  /** As written. */
  readonly text: string;
  /** Where it begins in the template, in UTF-16 units. */
  readonly offset: number;
  /** Whether it follows the one before without a space. */
  readonly isAdjacent: boolean;
}

/** A piece of a template: text as it is, or an action. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | {
    readonly kind: "action";
    readonly tokens: readonly Token[];
    readonly offset: number;
  };

const OPEN = "{{";
const LEFT_TRIM = /-(?=\s)/y;
const COMMENT = /\s*\/\*[^]*?\*\/(?:\s+-)?\}\}/y;
const CLOSE = /(?:\s+-)?\}\}/y;
const SPACE = /\s+/y;
const TOKEN = new RegExp(
  [
    String.raw`(?<field>\.[\p{L}_][\p{L}\p{N}_]*)`,
    String
      .raw`(?<number>[+-]?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))`,
    String.raw`(?<dot>\.)`,
    String.raw`(?<variable>\$[\p{L}\p{N}_]*)`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<string>"(?:[^"\\\n]|\\.)*")`,
    "(?<raw>`[^`]*`)",
    String.raw`(?<char>'(?:[^'\\\n]|\\.[^']*)')`,
    String.raw`(?<symbol>:=|[=(),|])`,
  ].join("|"),
  "uy",
);

/**
 * Divides a template into text and actions; comments are dropped, and so are
 * spaces beside `{{-` and `-}}`.
 *
 * @throws {UsageError} If an action does not end, or has what no action has.
 */
export function lex(template: string): Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  let isTrimmed = false;
  for (;;) {
    const open = template.indexOf(OPEN, offset);
    let text = template.slice(offset, open < 0 ? undefined : open);
    if (isTrimmed) text = text.trimStart();
    if (open < 0) return [...pieces, ...textPieces(text)];
    const start = open + OPEN.length;
    const isLeftTrimmed = matchAt(LEFT_TRIM, template, start) !== undefined;
    pieces.push(...textPieces(isLeftTrimmed ? text.trimEnd() : text));
    const action = lexAction(template, isLeftTrimmed ? start + 1 : start);
    if (action.tokens !== undefined) {
      pieces.push({ kind: "action", tokens: action.tokens, offset: start });
    }
    offset = action.end;
    isTrimmed = /\s-\}\}$/.test(template.slice(start, offset));
  }
}

/** In which line and column of a text an offset is. */
export function placeOf(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: before.at(-1)?.length ?? 0 };
}

function textPieces(text: string): Piece[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

/** The tokens of an action, or none for a comment, and where it ends. */
function lexAction(
  template: string,
  start: number,
): { readonly tokens?: readonly Token[]; readonly end: number } {
  const comment = matchAt(COMMENT, template, start);
  if (comment !== undefined) return { end: start + comment[0].length };
  const tokens: Token[] = [];
  let offset = start;
  let isAdjacent = false;
  for (;;) {
    const close = matchAt(CLOSE, template, offset);
    if (close !== undefined) return { tokens, end: offset + close[0].length };
    const space = matchAt(SPACE, template, offset);
    if (space !== undefined) {
      offset += space[0].length;
      isAdjacent = false;
      continue;
    }
    const token = tokenAt(template, offset);
    tokens.push({ ...token, offset, isAdjacent });
    offset += token.text.length;
    isAdjacent = true;
  }
}

function tokenAt(
  template: string,
  offset: number,
): Pick<Token, "kind" | "text"> {
  const match = matchAt(TOKEN, template, offset);
  const found = Object.entries(match?.groups ?? {}).find(([, text]) =>
    text !== undefined
  );
  if (found !== undefined) {
    return { kind: found[0] as TokenKind, text: found[1] };
  }
  const { line } = placeOf(template, offset);
  const character = template.slice(offset, offset + 1);
  if (character === "") throw parseError(line, "unclosed action");
  if (/["'`]/.test(character)) {
    throw parseError(line, "unterminated quoted string");
  }
  throw parseError(line, `unexpected ${JSON.stringify(character)} in command`);
}

function matchAt(
  pattern: RegExp,
  text: string,
  offset: number,
): RegExpExecArray | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(text) ?? undefined;
}
