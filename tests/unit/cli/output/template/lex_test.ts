/**
 * Templates in pieces.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../../../lib/base/errors.ts";
import { lex, placeOf } from "../../../../../lib/cli/output/template/lex.ts";

/** Texts as they are, actions as kinds and texts of their tokens. */
function pieces(template: string): unknown[] {
  return lex(template).map((piece) =>
    piece.kind === "text"
      ? piece.text
      : piece.tokens.map(({ kind, text }) => `${kind} ${text}`)
  );
}

Deno.test("lex() tells text from actions", () => {
  assert.deepEqual(pieces("a{{.}}b{{ . }}"), ["a", ["dot ."], "b", ["dot ."]]);
  assert.deepEqual(pieces(""), []);
  assert.deepEqual(pieces("} {"), ["} {"]);
});

const TOKENS:
  readonly (readonly [action: string, tokens: readonly string[]])[] = [
    [".A.B", ["field .A", "field .B"]],
    ["$x.A", ["variable $x", "field .A"]],
    ["$", ["variable $"]],
    ["range $i, $x := .", [
      "word range",
      "variable $i",
      "symbol ,",
      "variable $x",
      "symbol :=",
      "dot .",
    ]],
    ["(len .A)|f", [
      "symbol (",
      "word len",
      "field .A",
      "symbol )",
      "symbol |",
      "word f",
    ]],
    ["1 -2 .5 0x1F 1e3", [
      "number 1",
      "number -2",
      "number .5",
      "number 0x1F",
      "number 1e3",
    ]],
    ['"}}\\"" `}}` \'\\n\'', ['string "}}\\""', "raw `}}`", "char '\\n'"]],
    [".Größe", ["field .Größe"]],
  ];

for (const [action, tokens] of TOKENS) {
  Deno.test(`lex() takes {{${action}}} apart`, () => {
    assert.deepEqual(pieces(`{{${action}}}`), [tokens]);
  });
}

Deno.test("lex() knows what follows without a space", () => {
  const [piece] = lex("{{.A.B .C}}");
  assert.ok(piece?.kind === "action");
  const found = piece.tokens.map(({ offset, isAdjacent }) => [
    offset,
    isAdjacent,
  ]);
  assert.deepEqual(found, [[2, false], [4, true], [7, false]]);
});

Deno.test("lex() drops spaces beside dashes, and comments", () => {
  assert.deepEqual(pieces("a \n{{- . -}}\n b"), ["a", ["dot ."], "b"]);
  assert.deepEqual(pieces("a {{/* }} */}} b"), ["a ", " b"]);
  assert.deepEqual(pieces("a {{- /* c */ -}} b"), ["a", "b"]);
  assert.deepEqual(pieces("{{.}} {{- .}}"), [["dot ."], ["dot ."]]);
});

for (const template of ["{{", "{{.", "{{ `", "{{'", '{{"\n"}}', "{{#}}"]) {
  Deno.test(`lex() refuses ${JSON.stringify(template)}`, () => {
    assert.throws(() => lex(template), UsageError);
  });
}

Deno.test("placeOf() counts lines from 1 and columns from 0", () => {
  assert.deepEqual(placeOf("ab\ncd", 0), { line: 1, column: 0 });
  assert.deepEqual(placeOf("ab\ncd", 4), { line: 2, column: 1 });
});
