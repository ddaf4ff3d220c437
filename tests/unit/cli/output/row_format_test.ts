/**
 * Lists in the formats docker has for them.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  formatRows,
  parseRowFormat,
} from "../../../../lib/cli/output/row_format.ts";

const LAYOUT = {
  headings: {
    ID: "CONTAINER ID",
    Names: "NAMES",
    Labels: "LABELS",
    Label: (key: string): string => key,
  },
  columns: ["ID", "Names"],
};
const ROWS = [
  { ID: "0123456789ab", Names: "web", Labels: "a=b", Label: (): string => "b" },
  { ID: "ba9876543210", Names: "db\tx\n", Labels: "", Label: (): string => "" },
];

function format(text: string | undefined, rows = ROWS): string {
  return formatRows(rows, LAYOUT, parseRowFormat(text));
}

const TABLE = "CONTAINER ID   NAMES\n" +
  "0123456789ab   web\n" +
  "ba9876543210   db\\tx\\n\n";

for (const text of [undefined, "", "table"]) {
  Deno.test(`formatRows() as ${text} is the usual table`, () => {
    assert.equal(format(text), TABLE);
  });
}

Deno.test("formatRows() as a table of fields heads them", () => {
  assert.equal(
    format('table {{.Names}}\\t{{upper .ID}}\\t{{.Label "role"}}'),
    "NAMES     CONTAINER ID   role\n" +
      "web       0123456789AB   b\n" +
      "db\\tx\\n   BA9876543210\n",
  );
});

Deno.test("formatRows() leaves headings as they are, whatever is done to values", () => {
  const template = 'table {{join (split .Names "e") "-"}} {{lower .ID}}' +
    "{{json .Labels}}{{truncate .ID 3}}{{title .Names}}";
  assert.match(format(template), /CONTAINER IDLABELSCONTAINER IDNAMES/);
});

Deno.test("formatRows() of nothing is a heading, or nothing", () => {
  assert.equal(format(undefined, []), "CONTAINER ID   NAMES\n");
  assert.equal(format("table {{.ID}}", []), "CONTAINER ID\n");
  assert.equal(format("{{.ID}}", []), "");
  assert.equal(format("json", []), "");
});

Deno.test("formatRows() as JSON writes an object on each line", () => {
  const lines = format("json").trimEnd().split("\n");
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    { ID: "0123456789ab", Names: "web", Labels: "a=b" },
    { ID: "ba9876543210", Names: "db\tx\n", Labels: "" },
  ]);
  assert.equal(format("{{json .}}"), format("json"));
});

Deno.test("formatRows() by a template writes values as they are", () => {
  assert.equal(
    format("{{.Names}}\\t{{.ID}}"),
    "web\t0123456789ab\ndb\tx\n\tba9876543210\n",
  );
});

Deno.test("formatRows() by a template with lines of its own keeps them", () => {
  assert.equal(format("{{.ID}}\\n", ROWS.slice(0, 1)), "0123456789ab\n\n");
  assert.equal(
    format("table {{.ID}}\\n{{.Names}}", ROWS.slice(0, 1)),
    "CONTAINER ID\nNAMES\n0123456789ab\nweb\n",
  );
});

Deno.test("parseRowFormat() refuses what is no template", () => {
  assert.throws(() => parseRowFormat("{{.ID"), /unclosed action/);
  assert.throws(() => format("{{.Nosuch}}"), /no entry for key "Nosuch"/);
  assert.throws(() => format("table {{.Nosuch}}", []), /no entry/);
});
