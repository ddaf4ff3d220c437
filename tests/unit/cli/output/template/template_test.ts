/**
 * Templates applied to values: what they write, and what is wrong with them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../../../lib/base/errors.ts";
import { parseTemplate } from "../../../../../lib/cli/output/template/template.ts";
import { NIL_LIST } from "../../../../../lib/engine/inspection/nil_list.ts";

const DATA = {
  Name: "/web",
  State: { Pid: 3, Running: true, Health: undefined },
  Args: ["a", "b"],
  Labels: new Map([["x", "1"], ["a.b", "2"]]),
  Networks: new Map([["none", { IPAddress: "" }]]),
  None: NIL_LIST,
  NanoCpus: 500_000_000,
  Zero: 0,
  Label: (name: string): string => `label ${name}`,
};

const TEXTS: readonly (readonly [template: string, text: string])[] = [
  ["", ""],
  ["plain } { text", "plain } { text"],
  // Fields.
  ["{{.Name}}", "/web"],
  ["{{ .State.Pid }} {{.State.Running}}", "3 true"],
  ["{{(.State).Pid}} {{$.Name}}", "3 /web"],
  ["{{.NanoCpus}}", "500000000"],
  ['{{.Label "q"}} {{"q" | .Label}}', "label q label q"],
  ["{{.None}} {{json .None}}", "[] null"],
  // What a map has not is no mistake; what a struct may lack is nothing.
  ["{{.Labels.x}} {{.Labels.nosuch}}", "1 <no value>"],
  ["{{.Networks.nosuch.IPAddress}}", "<no value>"],
  ['{{index .Labels "a.b"}}|{{index .Labels "nosuch"}}|', "2||"],
  ["{{json .Labels.nosuch}} {{json .State.Health}}", "null null"],
  ["{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}}", "none"],
  // Blocks.
  ["{{range .Args}}[{{.}}]{{end}}", "[a][b]"],
  ["{{range $i, $a := .Args}}{{$i}}{{$a}}{{$.Zero}}{{end}}", "0a01b0"],
  [
    "{{range $k, $v := .Labels}}{{$k}}={{$v}} {{end}}",
    "a.b=2 x=1 ",
  ],
  ["{{range .None}}x{{else}}empty{{end}}", "empty"],
  ["{{range 3}}{{.}}{{end}}", "012"],
  [
    '{{range .Args}}{{if eq . "a"}}{{continue}}{{end}}{{.}}{{break}}{{end}}',
    "b",
  ],
  ["{{if .Zero}}0{{else if .Name}}name{{else}}else{{end}}", "name"],
  ["{{if not .Zero}}{{if .Labels}}x{{end}}{{end}}", "x"],
  ["{{with .State}}{{.Pid}}{{$.Name}}{{end}}", "3/web"],
  ["{{with $s := .State}}{{$s.Pid}}{{end}}", "3"],
  ["{{with .Zero}}a{{else with .Name}}{{.}}{{end}}", "/web"],
  // Variables.
  ["{{$a := 1}}{{range .Args}}{{$a = .}}{{end}}{{$a}}", "b"],
  ["{{$a := 1}}{{range .Args}}{{$a := .}}{{end}}{{$a}}", "1"],
  // Spaces and comments.
  ["a {{- 1 -}} b", "a1b"],
  ["a {{-1}} b", "a -1 b"],
  ["a {{- /* never\nmind */ -}} b", "ab"],
  ["a\n{{if .Name -}}\n  b\n{{- end}}", "a\nb"],
  // Literals.
  ["{{`}}`}}{{\"}}\\t\\u00e9\"}}{{'a'}}", "}}}}\té97"],
  ["{{0x10}} {{1e3}} {{true}} {{-.5}}", "16 1000 true -0.5"],
  // Pipelines.
  ['{{join .Args "," | upper | printf "%q"}}', '"A,B"'],
  ['{{(index .Args 1) | printf "%s%s" (index .Args 0)}}', "ab"],
  ["{{len (index .Args 0)}}", "1"],
  ["{{and .Zero .Nosuch}} {{or .Name .Nosuch}}", "0 /web"],
];

for (const [template, text] of TEXTS) {
  Deno.test(`parseTemplate() makes ${template} ${JSON.stringify(text)}`, () => {
    assert.equal(parseTemplate(template).render(DATA), text);
  });
}

/** What follows `template parsing error: template: :1`. */
const MISTAKES: readonly (readonly [template: string, message: string])[] = [
  ["{{.Name", ": unclosed action"],
  ['{{"a}}', ": unterminated quoted string"],
  ["{{.Name!}}", ': unexpected "!" in command'],
  ["{{/* a", ': unexpected "/" in command'],
  ["{{nosuch .Name}}", ': function "nosuch" not defined'],
  ["{{$x}}", ': undefined variable "$x"'],
  ["{{if 1}}{{$x := 1}}{{end}}{{$x}}", ': undefined variable "$x"'],
  ["{{$x = 1}}", ': undefined variable "$x"'],
  ["{{}}", ": missing value for command"],
  ["{{if}}x{{end}}", ": missing value for command"],
  ["{{.Name |}}", ": missing value for command"],
  ["{{(.Name}}", ": unclosed left paren"],
  ["{{.Name)}}", ': unexpected ")" in command'],
  ['{{"a".Name}}', ': unexpected ".Name" in command'],
  ['{{"a""b"}}', ': unexpected ""b"" in command'],
  [String.raw`{{"\z"}}`, String.raw`: invalid syntax: "\z"`],
  ["{{if .Name}}x", ": unexpected EOF"],
  ["{{if .Name}}x{{else}}", ": unexpected EOF"],
  ["{{if 1}}{{else}}{{else}}{{end}}", ": unexpected {{else}}"],
  ["{{if 1}}{{end .Name}}", ': unexpected ".Name" in command'],
  ["{{end}}", ": unexpected {{end}}"],
  ["{{else}}", ": unexpected {{else}}"],
  ["{{break}}", ": unexpected {{break}} outside {{range}}"],
  ['{{template "x"}}', ": unexpected {{template}}, which tsdocker has not"],
  [
    "{{.Foo}}",
    ':2: executing "" at <.Foo>: map has no entry for key "Foo"',
  ],
  [
    "{{.State.Health.Status}}",
    ':8: executing "" at <.State.Health.Status>: map has no entry for key "Health"',
  ],
  [
    "{{range .Args}}{{.Foo}}{{end}}",
    ':17: executing "" at <.Foo>: can\'t evaluate field Foo in type string',
  ],
  [
    '{{.Name "x"}}',
    ':2: executing "" at <.Name>: can\'t give argument to non-function .Name',
  ],
  [
    "{{range .Name}}{{end}}",
    ':8: executing "" at <.Name>: range can\'t iterate over /web',
  ],
  [
    "{{index .Args 7}}",
    ':2: executing "" at <index>: error calling index: index out of range: 7',
  ],
  ["{{nil}}", ':2: executing "" at <nil>: nil is not a command'],
];

for (const [template, message] of MISTAKES) {
  Deno.test(`parseTemplate() and render() refuse ${template}`, () => {
    assert.throws(() => parseTemplate(template).render(DATA), (error) => {
      assert.ok(error instanceof UsageError);
      assert.equal(
        error.message,
        `template parsing error: template: :1${message}`,
      );
      return true;
    });
  });
}

Deno.test("render() tells the line and column of a mistake, and what there is", () => {
  assert.throws(
    () => parseTemplate("a\nb {{.Stat}}").render({ State: 1, Status: 2 }),
    (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /template: :2:4: /);
      assert.equal(error.advice, "one of .State, .Status");
      return true;
    },
  );
});

Deno.test("render() shows nothing of the language below", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    assert.throws(() => parseTemplate(`{{.${name}}}`).render({}), UsageError);
    assert.equal(parseTemplate(`{{.${name}}}`).render(new Map()), "<no value>");
  }
  for (const template of ["{{.Args.length}}", "{{.Name.length}}"]) {
    assert.throws(() => parseTemplate(template).render(DATA), UsageError);
  }
  assert.throws(() => parseTemplate("{{constructor}}"), /not defined/);
});

Deno.test("render() takes other functions of the same names", () => {
  const shout = { upper: (text: unknown): string => `${text}!` };
  assert.equal(parseTemplate("{{upper .}}").render("a", shout), "a!");
});
