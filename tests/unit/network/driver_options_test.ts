/** @module */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import {
  parseBridgeOptions,
  parseVlanOptions,
} from "../../../lib/network/driver_options.ts";
import { parseIpAddress } from "../../../lib/network/ip_address.ts";

const BRIDGE = "com.docker.network.bridge";

Deno.test("parseBridgeOptions() reads what docker has", () => {
  const usual = { masquerade: "on", neighbours: "reached" };
  assert.deepEqual(parseBridgeOptions({ unknown: "x" }), usual);
  assert.deepEqual(
    parseBridgeOptions({
      "com.docker.network.driver.mtu": "1400",
      [`${BRIDGE}.name`]: "br-test",
      [`${BRIDGE}.enable_icc`]: "false",
      [`${BRIDGE}.enable_ip_masquerade`]: "0",
      [`${BRIDGE}.host_binding_ipv4`]: "127.0.0.1",
    }),
    {
      mtu: 1400,
      device: "br-test",
      neighbours: "isolated",
      masquerade: "off",
      hostAddress: parseIpAddress("127.0.0.1"),
    },
  );
  const same = { [`${BRIDGE}.enable_icc`]: "True", [`${BRIDGE}.name`]: "" };
  assert.deepEqual(parseBridgeOptions(same), usual);
});

Deno.test("parseBridgeOptions() refuses what is malformed", () => {
  const refused: readonly [string, string, RegExp][] = [
    ["com.docker.network.driver.mtu", "big", /it is 68 to 65535 bytes/],
    ["com.docker.network.driver.mtu", "67", /it is 68 to 65535 bytes/],
    [`${BRIDGE}.name`, "a/b", /a device's name has 1 to 15 characters/],
    [`${BRIDGE}.name`, "..", /a device's name/],
    [`${BRIDGE}.name`, "sixteen-letters-", /a device's name/],
    [`${BRIDGE}.enable_icc`, "maybe", /it is true or false/],
    [`${BRIDGE}.host_binding_ipv4`, "::1", /it is no IPv4 address/],
  ];
  for (const [name, value, reason] of refused) {
    assert.throws(
      () => parseBridgeOptions({ [name]: value }),
      (error) =>
        error instanceof UsageError && reason.test(error.message) &&
        error.message.includes(`"${value}" of the driver's option "${name}"`),
    );
  }
});

Deno.test("parseVlanOptions() reads modes by the names docker and others have", () => {
  const parent = "eth0";
  const mode = (
    driver: "macvlan" | "ipvlan",
    options: Readonly<Record<string, string>> = {},
  ): string => parseVlanOptions(driver, { parent, ...options }).kind.mode;
  assert.equal(mode("macvlan"), "bridge");
  assert.equal(mode("macvlan", { macvlan_mode: "passthru" }), "passthru");
  assert.equal(mode("macvlan", { mode: "vepa" }), "vepa");
  assert.equal(mode("ipvlan"), "l2");
  assert.equal(mode("ipvlan", { ipvlan_mode: "l3s" }), "l3s");
  assert.equal(mode("ipvlan", { ipvlan_flag: "bridge", mode: "l3" }), "l3");
});

Deno.test("parseVlanOptions() refuses modes there are not, and no parent", () => {
  const refused: readonly [
    "macvlan" | "ipvlan",
    Readonly<Record<string, string>>,
    RegExp,
  ][] = [
    ["ipvlan", {}, /A network of ipvlan needs a device below it/],
    ["macvlan", { parent: "a b" }, /"parent": a device's name/],
    [
      "macvlan",
      { parent: "eth0", macvlan_mode: "l2" },
      /one of private, vepa, bridge, passthru/,
    ],
    [
      "ipvlan",
      { parent: "eth0", mode: "l4" },
      /"mode": it is one of l2, l3, l3s/,
    ],
    ["ipvlan", { parent: "eth0", ipvlan_flag: "private" }, /only bridge/],
  ];
  for (const [driver, options, message] of refused) {
    assert.throws(
      () => parseVlanOptions(driver, options),
      (error) => error instanceof UsageError && message.test(error.message),
    );
  }
});
