/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import type {
  IdMapping,
  Linux,
  RuntimeSpec,
  User,
} from "../../../../lib/oci/runtime_spec.ts";
import {
  hostId,
  idMaps,
  isUserNamespaced,
  mapText,
  tryHostId,
} from "../../../../lib/runtime/plan/id_map.ts";
import { runtimeSpec } from "../../../support/runtime_spec.ts";

const UIDS: readonly IdMapping[] = [
  { containerID: 0, hostID: 300_000, size: 1000 },
  { containerID: 1000, hostID: 500, size: 1 },
  { containerID: 1001, hostID: 301_000, size: 100 },
];
const GIDS: readonly IdMapping[] = [
  { containerID: 0, hostID: 400_000, size: 65_536 },
];

function mapped(
  linux: Partial<Linux> = {},
  user: User = { uid: 0, gid: 0, additionalGids: [] },
): RuntimeSpec {
  const { namespaces } = runtimeSpec().linux;
  return runtimeSpec({
    process: { user },
    linux: {
      namespaces: [...namespaces, { type: "user" }],
      uidMappings: UIDS,
      gidMappings: GIDS,
      ...linux,
    },
  });
}

function refusal(spec: RuntimeSpec, pointer: string, message: RegExp): void {
  assert.throws(() => idMaps(spec), (error) => {
    assert.ok(error instanceof SpecError);
    assert.equal(error.pointer, pointer);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("idMaps() is undefined without a user namespace", () => {
  assert.equal(idMaps(runtimeSpec()), undefined);
  assert.ok(!isUserNamespaced(runtimeSpec()));
});

Deno.test("idMaps() writes one line for each range", () => {
  assert.ok(isUserNamespaced(mapped()));
  assert.deepEqual(idMaps(mapped()), {
    uid: "0 300000 1000\n1000 500 1\n1001 301000 100\n",
    gid: "0 400000 65536\n",
  });
});

Deno.test("idMaps() refuses mappings without a namespace", () => {
  const { namespaces } = runtimeSpec().linux;
  refusal(mapped({ namespaces }), "/linux/uidMappings", /without a new/);
});

Deno.test("idMaps() refuses to join a user namespace", () => {
  const namespaces = [{ type: "user" as const, path: "/proc/1/ns/user" }];
  refusal(mapped({ namespaces }), "/linux/namespaces/0/path", /Cannot join/);
});

Deno.test("idMaps() refuses a namespace without a root of its own", () => {
  refusal(
    mapped({ uidMappings: [{ containerID: 1, hostID: 1, size: 9 }] }),
    "/linux/uidMappings",
    /uid 0/,
  );
  refusal(mapped({ gidMappings: [] }), "/linux/gidMappings", /gid 0/);
});

Deno.test("idMaps() refuses a user or group that is not mapped", () => {
  const user = { uid: 0, gid: 0, additionalGids: [] };
  refusal(mapped({}, { ...user, uid: 1101 }), "/linux/uidMappings", /uid 1101/);
  refusal(
    mapped({}, { ...user, gid: 65_536 }),
    "/linux/gidMappings",
    /gid 65536/,
  );
  refusal(
    mapped({}, { ...user, additionalGids: [5, 70_000] }),
    "/linux/gidMappings",
    /gid 70000/,
  );
});

Deno.test("hostId() translates by kind, and is the id itself without a namespace", () => {
  assert.equal(hostId(mapped(), "uid", 1000), 500);
  assert.equal(hostId(mapped(), "gid", 1000), 401_000);
  assert.equal(hostId(runtimeSpec(), "uid", 1000), 1000);
  assert.throws(() => hostId(mapped(), "uid", 2000), SpecError);
});

Deno.test("tryHostId() is undefined for what is not mapped", () => {
  assert.equal(tryHostId(mapped(), "uid", 1001), 301_000);
  assert.equal(tryHostId(mapped(), "uid", 1101), undefined);
  assert.equal(tryHostId(runtimeSpec(), "gid", 5), 5);
});

Deno.test("mapText() refuses what does not fit into a page", () => {
  const ranges = (count: number): IdMapping[] =>
    Array.from({ length: count }, (_, index) => ({
      containerID: 1000 + index,
      hostID: 100_000 + index,
      size: 1,
    }));
  // Fourteen bytes a line.
  assert.equal(mapText(ranges(292), "/x").length, 4088);
  assert.throws(() => mapText(ranges(293), "/x"), SpecError);
});
