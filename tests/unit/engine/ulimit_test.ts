/**
 * @module
 */
import assert from "node:assert/strict";
import { RLIMIT } from "../../../ffi/constants/resource.ts";
import { clampRlimits, parseUlimits } from "../../../lib/engine/ulimit.ts";
import type { Rlimit } from "../../../lib/oci/runtime_spec.ts";

function nofile(soft: number, hard = soft): Rlimit {
  return { type: "RLIMIT_NOFILE", soft, hard };
}

const MEANINGS: readonly (readonly [string, Rlimit])[] = [
  ["nofile=1024", nofile(1024)],
  ["nofile=0:0", nofile(0)],
  ["nofile=1024:2048", nofile(1024, 2048)],
  ["nofile=-1", nofile(-1)],
  ["nofile=unlimited", nofile(-1)],
  ["nofile=5:unlimited", nofile(5, -1)],
  ["nofile=5:18446744073709551615", nofile(5, -1)],
  ["NOFILE=7", nofile(7)],
  ["RLIMIT_NOFILE=7", nofile(7)],
];

for (const [text, limit] of MEANINGS) {
  Deno.test(`parseUlimits() understands "${text}"`, () => {
    assert.deepEqual(parseUlimits([text]), [limit]);
  });
}

Deno.test("parseUlimits() knows each of the kernel's limits", () => {
  for (const name of Object.keys(RLIMIT)) {
    const short = name.slice("RLIMIT_".length).toLowerCase();
    assert.deepEqual(parseUlimits([`${short}=1`]), [
      { type: name, soft: 1, hard: 1 },
    ]);
  }
});

Deno.test("parseUlimits() lets the last of a name count, and host change nothing", () => {
  assert.deepEqual(
    parseUlimits(["nofile=1", "host", "core=0", "nofile=2"]),
    [nofile(2), { type: "RLIMIT_CORE", soft: 0, hard: 0 }],
  );
  assert.deepEqual(parseUlimits([]), []);
});

const REFUSALS: readonly (readonly [string, string])[] = [
  ["x", "invalid ulimit argument: x"],
  ["", "invalid ulimit argument: "],
  ["foo=1", "invalid ulimit type: foo"],
  ["=1", "invalid ulimit type: "],
  ["toString=1", "invalid ulimit type: toString"],
  ["nofile=", '"" is neither a whole number nor unlimited'],
  ["nofile=a", '"a" is neither a whole number nor unlimited'],
  ["nofile=-2", '"-2" is neither a whole number nor unlimited'],
  ["nofile=1.5", '"1.5" is neither a whole number nor unlimited'],
  ["nofile=1:", '"" is neither a whole number nor unlimited'],
  [
    "nofile=99999999999999999",
    '"99999999999999999" is neither a whole number nor unlimited',
  ],
  [
    "nofile=1:2:3",
    "too many limit value arguments - 1:2:3, can only have up to two, `soft[:hard]`",
  ],
  [
    "nofile=2:1",
    "ulimit soft limit must be less than or equal to hard limit: 2 > 1",
  ],
  [
    "nofile=-1:5",
    "ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: 5",
  ],
];

for (const [text, why] of REFUSALS) {
  Deno.test(`parseUlimits() refuses "${text}"`, () => {
    assert.throws(() => parseUlimits([text]), {
      name: "UsageError",
      message: `invalid argument "${text}" for "--ulimit" flag: ${why}`,
    });
  });
}

Deno.test("clampRlimits() changes nothing that can be set", () => {
  const rlimits = [nofile(10, 20), nofile(-1)];
  for (const ceilings of [{}, { RLIMIT_NOFILE: -1 }, { RLIMIT_CORE: 0 }]) {
    assert.deepEqual(clampRlimits(rlimits, ceilings), { rlimits });
  }
  assert.deepEqual(clampRlimits([nofile(20)], { RLIMIT_NOFILE: 20 }), {
    rlimits: [nofile(20)],
  });
});

Deno.test("clampRlimits() lowers what cannot, in one note", () => {
  const core: Rlimit = { type: "RLIMIT_CORE", soft: 0, hard: 0 };
  const nproc: Rlimit = { type: "RLIMIT_NPROC", soft: -1, hard: -1 };
  const { rlimits, note } = clampRlimits(
    [nofile(10, 30), core, nproc],
    { RLIMIT_NOFILE: 20, RLIMIT_NPROC: 7, RLIMIT_CORE: 0 },
  );
  assert.deepEqual(rlimits, [nofile(10, 20), core, {
    type: "RLIMIT_NPROC",
    soft: 7,
    hard: 7,
  }]);
  assert.equal(
    note,
    "Limits lowered to what this host allows: nofile 10:30 to 10:20, nproc unlimited to 7",
  );
});
