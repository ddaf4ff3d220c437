/** @module */
import assert from "node:assert/strict";
import { HostError } from "../../../lib/base/errors.ts";
import type { UserNamespaceChoice } from "../../../lib/engine/id_mapping.ts";
import {
  type IdRange,
  type IdSituation,
  parseOwnMap,
  parseSubordinate,
  resolveUserNamespace,
} from "../../../lib/engine/user_namespace.ts";
import type { IdMapping } from "../../../lib/oci/runtime_spec.ts";

const FIRST = 1_879_048_192;
const ALL: readonly IdRange[] = [{ first: 0, size: 4_294_967_295 }];
const NONE: readonly IdRange[] = [];

function both<T>(value: T): { uid: T; gid: T } {
  return { uid: value, gid: value };
}

function situation(changes: Partial<IdSituation> = {}): IdSituation {
  return {
    invoker: both(0),
    taken: both(NONE),
    subordinate: both(NONE),
    existing: both(ALL),
    ...changes,
  };
}

/** The uid mappings, as text. */
function uids(
  choice: UserNamespaceChoice,
  changes: Partial<IdSituation> = {},
): string[] {
  const mappings = resolveUserNamespace(choice, situation(changes));
  return (mappings?.uid ?? []).map(({ containerID, hostID, size }) =>
    `${containerID}:${hostID}:${size}`
  );
}

function refusal(
  choice: UserNamespaceChoice,
  changes: Partial<IdSituation>,
  message: RegExp,
): void {
  assert.throws(
    () => resolveUserNamespace(choice, situation(changes)),
    (error) => error instanceof HostError && message.test(error.message),
  );
}

Deno.test("resolveUserNamespace() maps nothing for the host's own", () => {
  assert.equal(resolveUserNamespace({ kind: "host" }, situation()), undefined);
});

Deno.test("resolveUserNamespace() gives auto 65536 ids far above users'", () => {
  assert.deepEqual(uids({ kind: "auto" }), [`0:${FIRST}:65536`]);
  assert.deepEqual(uids({ kind: "auto", size: 10 }), [`0:${FIRST}:10`]);
});

Deno.test("resolveUserNamespace() gives auto the lowest gap that is wide enough", () => {
  const taken = both([
    { first: FIRST + 200_000, size: 65_536 },
    { first: FIRST, size: 65_536 },
    { first: 0, size: 1000 },
  ]);
  assert.deepEqual(uids({ kind: "auto" }, { taken }), [
    `0:${FIRST + 65_536}:65536`,
  ]);
  assert.deepEqual(uids({ kind: "auto", size: 134_465 }, { taken }), [
    `0:${FIRST + 265_536}:134465`,
  ]);
  assert.deepEqual(uids({ kind: "auto", size: 134_464 }, { taken }), [
    `0:${FIRST + 65_536}:134464`,
  ]);
});

Deno.test("resolveUserNamespace() looks for uids and gids apart", () => {
  const taken = { uid: [{ first: FIRST, size: 5 }], gid: NONE };
  const mappings = resolveUserNamespace(
    { kind: "auto", size: 5 },
    situation({ taken }),
  );
  assert.deepEqual(mappings, {
    uid: [{ containerID: 0, hostID: FIRST + 5, size: 5 }],
    gid: [{ containerID: 0, hostID: FIRST, size: 5 }],
  });
});

Deno.test("resolveUserNamespace() uses ids set aside, in their order", () => {
  const aside = [{ first: 500_000, size: 100 }, { first: 100_000, size: 250 }];
  const subordinate = both(aside);
  const choice: UserNamespaceChoice = { kind: "auto", size: 100 };
  assert.deepEqual(uids(choice, { subordinate }), ["0:500000:100"]);
  const taken = both([{ first: 500_050, size: 1 }]);
  assert.deepEqual(uids(choice, { subordinate, taken }), ["0:100000:100"]);
  refusal(
    { kind: "auto", size: 251 },
    { subordinate },
    /Cannot find 251 free uids .* "containers" in \/etc\/subuid/,
  );
});

Deno.test("resolveUserNamespace() says when no ids are left", () => {
  const taken = both([{ first: FIRST + 1, size: 268_435_000 }]);
  refusal({ kind: "auto" }, { taken }, /1879048192-2147483647/);
});

Deno.test("resolveUserNamespace() keeps the invoker's ids among others", () => {
  const invoker = { uid: 1000, gid: 0 };
  const mappings = resolveUserNamespace(
    { kind: "keep-id" },
    situation({ invoker }),
  );
  assert.deepEqual(mappings, {
    uid: [
      { containerID: 0, hostID: FIRST, size: 1000 },
      { containerID: 1000, hostID: 1000, size: 1 },
      { containerID: 1001, hostID: FIRST + 1000, size: 64_535 },
    ],
    gid: [
      { containerID: 0, hostID: 0, size: 1 },
      { containerID: 1, hostID: FIRST, size: 65_535 },
    ],
  });
});

Deno.test("resolveUserNamespace() keeps ids at the end of the range and above", () => {
  assert.deepEqual(uids({ kind: "keep-id" }, { invoker: both(65_535) }), [
    `0:${FIRST}:65535`,
    "65535:65535:1",
  ]);
  assert.deepEqual(uids({ kind: "keep-id" }, { invoker: both(70_000) }), [
    `0:${FIRST}:65536`,
    "70000:70000:1",
  ]);
  const invoker = both(FIRST + 5);
  assert.deepEqual(uids({ kind: "keep-id" }, { invoker }), [
    `0:${FIRST + 6}:65536`,
    `${FIRST + 5}:${FIRST + 5}:1`,
  ]);
});

Deno.test("resolveUserNamespace() takes given ids as they are", () => {
  const uid: IdMapping[] = [{ containerID: 0, hostID: 7, size: 3 }];
  const gid: IdMapping[] = [{ containerID: 0, hostID: 9, size: 3 }];
  const taken = both([{ first: 0, size: 100 }]);
  assert.deepEqual(
    resolveUserNamespace(
      { kind: "mapped", uid, gid },
      situation({ taken }),
    ),
    { uid, gid },
  );
});

Deno.test("resolveUserNamespace() refuses ids that do not exist here", () => {
  const existing = both([{ first: 0, size: 1000 }, { first: 2000, size: 10 }]);
  refusal(
    { kind: "auto" },
    { existing },
    /uids 1879048192-1879113727: .* only has 0-999, 2000-2009/,
  );
  const uid: IdMapping[] = [{ containerID: 0, hostID: 990, size: 11 }];
  const gid: IdMapping[] = [{ containerID: 0, hostID: 2000, size: 10 }];
  refusal({ kind: "mapped", uid, gid }, { existing }, /uids 990-1000/);
  refusal({ kind: "mapped", uid: gid, gid: uid }, { existing }, /gids 990/);
});

Deno.test("parseSubordinate() reads the lines of containers only", () => {
  const text = [
    "root:100000:65536",
    "containers:200000:65536",
    "containers:x:1",
    "containers:5",
    " containers:300000:9 ",
    "",
  ].join("\n");
  assert.deepEqual(parseSubordinate(text), [
    { first: 200_000, size: 65_536 },
    { first: 300_000, size: 9 },
  ]);
  assert.deepEqual(parseSubordinate(""), []);
});

Deno.test("parseOwnMap() reads the ids inside", () => {
  assert.deepEqual(
    parseOwnMap("         0     100000       1000\n      5000  7  3\n"),
    [{ first: 0, size: 1000 }, { first: 5000, size: 3 }],
  );
});
