import assert from "node:assert/strict";
import { parseChallenges } from "../../../lib/registry/challenge.ts";

/** What is read of a header, in short. */
function read(header: string): [string, Record<string, string>][] {
  return parseChallenges(header).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ]);
}

Deno.test("parseChallenges() reads parameters, quoted or not", () => {
  assert.deepEqual(
    read(
      'Bearer realm="https://a/t",service=reg , scope="repository:a/b:pull,push"',
    ),
    [["bearer", {
      realm: "https://a/t",
      service: "reg",
      scope: "repository:a/b:pull,push",
    }]],
  );
  assert.deepEqual(read('Basic realm="a \\"b\\" \\\\c"'), [
    ["basic", { realm: 'a "b" \\c' }],
  ]);
});

Deno.test("parseChallenges() reads several challenges of one header", () => {
  assert.deepEqual(
    read('Negotiate, Basic realm="x", Bearer Realm=y,Service=z'),
    [
      ["negotiate", {}],
      ["basic", { realm: "x" }],
      ["bearer", { realm: "y", service: "z" }],
    ],
  );
});

Deno.test("parseChallenges() leaves out what it does not understand", () => {
  assert.deepEqual(read(""), []);
  assert.deepEqual(read('realm="x"'), []);
  assert.deepEqual(read('Basic realm="unclosed'), [["basic", {}]]);
  assert.deepEqual(read('Basic realm="x"; nonsense'), [["basic", {
    realm: "x",
  }]]);
});

Deno.test("parseChallenges() takes no long time for a hostile header", () => {
  const start = performance.now();
  read("a".repeat(20_000));
  read(`Basic x="${"\\".repeat(20_001)}`);
  read("a=".repeat(20_000));
  assert.ok(performance.now() - start < 2_000);
});
