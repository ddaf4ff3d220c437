/** @module */
import assert from "node:assert/strict";
import {
  IP6T_ENTRY,
  IPT_ENTRY,
  IPT_GETINFO,
  XT_STANDARD_TARGET,
} from "../../../ffi/structs.ts";
import { parseLegacyFilter } from "../../../lib/network/legacy_filter.ts";
import { concat } from "../../../lib/network/netlink/bytes.ts";

const ACCEPT = -2;
const DROP = -1;

/** A rule without conditions. */
function rule(version: 4 | 6, verdict: number): Uint8Array {
  const struct = version === 4 ? IPT_ENTRY : IP6T_ENTRY;
  const [target_offset, size] = [struct.size, XT_STANDARD_TARGET.size];
  return concat(
    struct.encode({ target_offset, next_offset: target_offset + size }),
    XT_STANDARD_TARGET.encode({ _target_size: size, verdict }),
  );
}

for (const version of [4, 6] as const) {
  Deno.test(`parseLegacyFilter() reads the policy of FORWARD, IPv${version}`, () => {
    const drops = (input: number, forward: number): boolean => {
      const first = rule(version, input);
      const info = IPT_GETINFO.encode({ _underflow_forward: first.length });
      const entries = concat(first, rule(version, forward));
      return parseLegacyFilter(version, info, entries).dropsByDefault;
    };
    assert.ok(drops(ACCEPT, DROP));
    assert.ok(!drops(DROP, ACCEPT));
  });
}

Deno.test("parseLegacyFilter() keeps names to be searched", () => {
  const name = new TextEncoder().encode("DOCKER-USER");
  const entries = concat(rule(4, ACCEPT), name);
  const { text } = parseLegacyFilter(4, IPT_GETINFO.encode({}), entries);
  assert.ok(text.endsWith("DOCKER-USER"));
  assert.equal(text.length, entries.length);
});
