/**
 * By which versions of IP a machine is connected to others.
 *
 * @module
 */
import assert from "node:assert/strict";
import { formatIpAddress } from "../../../lib/network/ip_address.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";
import { outsideVersions } from "../../../lib/network/outside_versions.ts";
import {
  makeNetworkNamespace,
  runIn,
} from "../../support/network_namespace.ts";
import { rootTest } from "../../support/root.ts";

rootTest(
  "outsideVersions() tells an address for others from one of ours",
  () => {
    using host = makeNetworkNamespace();
    const asked: string[] = [];
    const versions = (own: string): number[] =>
      withinNetwork(host, () => [
        ...outsideVersions((address) => {
          asked.push(formatIpAddress(address));
          return asked.at(-1) === own;
        }),
      ]);
    const ip = (...words: string[]): string => runIn(host, "ip", ...words);
    ip("link", "set", "lo", "up");
    assert.deepEqual(versions("none"), [4]);
    ip("link", "add", "wire", "type", "bridge");
    ip("link", "set", "wire", "up");
    ip("address", "add", "fe80::7/64", "dev", "wire");
    assert.deepEqual(versions("none"), [4]);
    assert.deepEqual(asked, [], "those are nobody's");
    ip("address", "add", "fd00:7::1/64", "dev", "wire");
    assert.deepEqual(versions("none"), [4, 6]);
    assert.deepEqual(versions("fd00:7::1"), [4]);
    ip("address", "add", "2001:db8::1/64", "dev", "wire");
    assert.deepEqual(versions("fd00:7::1"), [4, 6]);
  },
);
