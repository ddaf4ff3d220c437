/**
 * @module
 */
import assert from "node:assert/strict";
import {
  parseUserNamespace,
  type UserNamespaceChoice,
} from "../../../lib/engine/id_mapping.ts";
import type { IdMapping } from "../../../lib/oci/runtime_spec.ts";

function mode(userns: string): UserNamespaceChoice {
  return parseUserNamespace({ userns, uidmaps: [], gidmaps: [] });
}

function mapped(uidmaps: string[], gidmaps: string[] = []): unknown {
  const { kind, ...mappings } = parseUserNamespace({ uidmaps, gidmaps });
  assert.equal(kind, "mapped");
  return mappings;
}

function mapping(containerID: number, hostID: number, size: number): IdMapping {
  return { containerID, hostID, size };
}

Deno.test("parseUserNamespace() reads the words of --userns", () => {
  assert.deepEqual(parseUserNamespace({ uidmaps: [], gidmaps: [] }), {
    kind: "host",
  });
  assert.deepEqual(mode(""), { kind: "host" });
  assert.deepEqual(mode("host"), { kind: "host" });
  assert.deepEqual(mode("auto"), { kind: "auto" });
  assert.deepEqual(mode("auto:size=65536"), { kind: "auto", size: 65536 });
  assert.deepEqual(mode("keep-id"), { kind: "keep-id" });
});

Deno.test("parseUserNamespace() refuses other words", () => {
  const wrong = ["x", "private", "HOST", "nomap", "auto:", "auto:size="];
  const sizes = ["0", "-1", "1.5", "x", "4294967295", "99999999999999999999"];
  for (const text of [...wrong, ...sizes.map((size) => `auto:size=${size}`)]) {
    assert.throws(() => mode(text), {
      name: "UsageError",
      message: `--userns: invalid USER mode "${text}"`,
      advice: "host, auto, auto:size=N or keep-id",
    });
  }
});

Deno.test("parseUserNamespace() takes ranges for both kinds, if one is given alone", () => {
  const ids = [mapping(0, 1000, 1), mapping(1, 100_000, 65535)];
  const texts = ["0:1000:1", "1:100000:65535"];
  assert.deepEqual(mapped(texts), { uid: ids, gid: ids });
  assert.deepEqual(mapped([], texts), { uid: ids, gid: ids });
  assert.deepEqual(mapped(["0:5:1"], texts), {
    uid: [mapping(0, 5, 1)],
    gid: ids,
  });
});

Deno.test("parseUserNamespace() takes all ids there are", () => {
  assert.deepEqual(mapped(["0:0:4294967295"]), {
    uid: [mapping(0, 0, 4294967295)],
    gid: [mapping(0, 0, 4294967295)],
  });
});

const FORM = "it is not CONTAINER:HOST:SIZE";
const WRONG: readonly (readonly [string, string])[] = [
  ["", FORM],
  ["0", FORM],
  ["0:0", FORM],
  ["0:0:1:1", FORM],
  ["a:0:1", FORM],
  ["-1:0:1", FORM],
  ["0: 0:1", FORM],
  ["0:0:", FORM],
  ["0:00000000000:1", FORM],
  ["0:0:0", "the range is empty"],
  ["0:4294967295:1", "ids end at 4294967294"],
  ["4294967294:0:2", "ids end at 4294967294"],
  ["0:0:4294967296", "ids end at 4294967294"],
];

for (const [text, why] of WRONG) {
  Deno.test(`parseUserNamespace() refuses the range "${text}"`, () => {
    assert.throws(() => mapped([text]), {
      name: "UsageError",
      message: `invalid --uidmap "${text}": ${why}`,
    });
    assert.throws(() => mapped(["0:0:1"], [text]), {
      name: "UsageError",
      message: `invalid --gidmap "${text}": ${why}`,
    });
  });
}

Deno.test("parseUserNamespace() refuses ranges that overlap on either side", () => {
  assert.throws(() => mapped(["10:100:5", "0:0:11"]), {
    name: "UsageError",
    message: "invalid --uidmap: ranges overlap at id 10 in the container",
  });
  assert.throws(() => mapped([], ["0:100:5", "50:104:1"]), {
    name: "UsageError",
    message: "invalid --gidmap: ranges overlap at id 104 on the host",
  });
  assert.ok(mapped(["10:100:5", "0:95:5", "15:105:1"]), "they may touch");
});

Deno.test("parseUserNamespace() takes as many ranges as the kernel does", () => {
  const ranges = (count: number): string[] =>
    Array.from({ length: count }, (_, id) => `${id}:${id}:1`);
  assert.ok(mapped(ranges(340)));
  assert.throws(() => mapped(ranges(341)), {
    message: "invalid --uidmap: the kernel takes 340 ranges at most",
  });
});

Deno.test("parseUserNamespace() takes ranges or a word", () => {
  const options = { uidmaps: ["0:0:1"], gidmaps: [] };
  assert.throws(() => parseUserNamespace({ ...options, userns: "auto" }), {
    name: "UsageError",
    message: "conflicting options: --userns and --uidmap or --gidmap",
  });
});
