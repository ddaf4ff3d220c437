/**
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../../lib/base/errors.ts";
import {
  configureNetworks,
  type ConnectionOptions,
} from "../../../../lib/engine/networks/configure_networks.ts";
import { runOptions } from "../../../support/run_options.ts";

type Changes = Partial<ConnectionOptions>;

function configure(changes: Changes, defaultNetwork = "bridge"): unknown {
  return configureNetworks(runOptions(changes), { defaultNetwork });
}

function connected(...references: string[]): unknown {
  const networks = references.map((reference) => ({ reference, aliases: [] }));
  return { network: "connected", networks };
}

/** What is asked for, and what it becomes. */
const MEANINGS: readonly (readonly [string, Changes, unknown])[] = [
  ["nothing", {}, connected("bridge")],
  ["the default by name", { networks: ["default"] }, connected("bridge")],
  ["none", { networks: ["none"] }, { network: "none" }],
  ["host", { networks: ["host"] }, { network: "host" }],
  ["a container", { networks: ["container:web"] }, {
    network: "container:web",
  }],
  ["a file", { networks: ["ns:/run/netns/a"] }, {
    network: "ns:/run/netns/a",
  }],
  ["networks in order", { networks: ["red", "bridge", "blue"] }, {
    ...connected("red", "bridge", "blue") as object,
  }],
  [
    "flags for the first network",
    {
      networks: ["red:alias=a", "blue:ip=10.0.0.8"],
      ip: "10.0.0.9",
      ip6: "fd00::9",
      macAddress: "02:42:AC:11:00:02",
    },
    {
      network: "connected",
      networks: [
        {
          reference: "red",
          aliases: ["a"],
          ip: "10.0.0.9",
          ip6: "fd00::9",
          macAddress: "02:42:ac:11:00:02",
        },
        { reference: "blue", aliases: [], ip: "10.0.0.8" },
      ],
    },
  ],
  [
    "an address and aliases in the default network",
    { ip: "10.0.0.9", networkAliases: ["a", "b"] },
    {
      network: "connected",
      networks: [{
        reference: "bridge",
        aliases: ["a", "b"],
        ip: "10.0.0.9",
      }],
    },
  ],
  [
    "how to find names, on the host's network too",
    { networks: ["host"], dns: ["1.1.1.1"], addHosts: ["db:10.0.0.5"] },
    {
      network: "host",
      dns: { servers: ["1.1.1.1"] },
      extraHosts: ["db:10.0.0.5"],
    },
  ],
  ["a host name of its own beside a file", {
    networks: ["ns:/n"],
    hostname: "box",
  }, { network: "ns:/n" }],
];

for (const [what, changes, expected] of MEANINGS) {
  Deno.test(`configureNetworks() understands ${what}`, () => {
    assert.deepEqual(configure(changes), expected);
  });
}

Deno.test("configureNetworks() takes the default for a whole --network", () => {
  assert.deepEqual(configure({}, "none"), { network: "none" });
  assert.deepEqual(configure({}, "blue:alias=a"), {
    network: "connected",
    networks: [{ reference: "blue", aliases: ["a"] }],
  });
  assert.deepEqual(configure({ networks: ["host"] }, "none"), {
    network: "host",
  });
});

const MIXED =
  "conflicting options: cannot attach both user-defined and non-user-defined network-modes";
const HOSTNAME = "conflicting options: hostname and the network mode";
const DNS = "conflicting options: dns and the network mode";
const PUBLISHING =
  "conflicting options: port publishing and the container type network mode";
const NO_ADDRESS =
  "user specified IP address is supported on user defined networks only";
const NO_MAC = "conflicting options: mac-address and the network mode";
const NO_ALIAS =
  "network-scoped aliases are only supported for user-defined networks";
const JOINED = ["container:web"];

/** What is asked for, and why it cannot be. */
const REFUSALS: readonly (readonly [Changes, string])[] = [
  [{ networks: ["host", "none"] }, MIXED],
  [{ networks: ["host", "blue"] }, MIXED],
  [{ networks: ["blue", "none"] }, MIXED],
  [{ networks: ["container:web", "blue"] }, MIXED],
  [{ networks: ["bridge", "ns:/n"] }, MIXED],
  [
    { networks: ["blue", "red", "blue"] },
    'network "blue" is specified multiple times',
  ],
  [
    { networks: ["blue:ip=10.0.0.9", "name=blue"] },
    'network "blue" is specified multiple times',
  ],
  [
    { networks: ["bridge", "default"] },
    'network "bridge" is specified multiple times',
  ],
  [
    { networks: ["none", "none"] },
    'network "none" is specified multiple times',
  ],
  [
    { networks: ["container:"] },
    "invalid container format container:<name|id>",
  ],
  [
    { networks: ["ns:run/x"] },
    'invalid network "ns:run/x": "run/x" is not an absolute path',
  ],
  [{ networks: ["ns:"] }, 'invalid network "ns:": "" is not an absolute path'],
  [{ networks: JOINED, hostname: "box" }, HOSTNAME],
  [{ networks: JOINED, dns: ["1.1.1.1"] }, DNS],
  [{ networks: JOINED, dnsSearch: ["."] }, DNS],
  [{ networks: JOINED, dnsOptions: ["a"] }, DNS],
  [
    { networks: JOINED, addHosts: ["a:10.0.0.5"] },
    "conflicting options: custom host-to-IP mapping and the network mode",
  ],
  [{ networks: JOINED, publish: ["80:80"] }, PUBLISHING],
  [{ networks: JOINED, publishAll: true }, PUBLISHING],
  [
    { networks: JOINED, expose: ["80"] },
    "conflicting options: port exposing and the container type network mode",
  ],
  ...["container:web", "host", "none", "ns:/n"].flatMap((mode) =>
    [
      [{ networks: [mode], ip: "10.0.0.9" }, NO_ADDRESS],
      [{ networks: [mode], ip6: "fd00::9" }, NO_ADDRESS],
      [{ networks: [mode], macAddress: "02:42:ac:11:00:02" }, NO_MAC],
      [{ networks: [mode], networkAliases: ["db"] }, NO_ALIAS],
    ] as const
  ),
  [{ networks: ["host:ip=10.0.0.9"] }, NO_ADDRESS],
  [
    { networks: ["blue:alias=a"], networkAliases: ["b"] },
    "conflicting options: cannot specify both --network-alias and per-network alias",
  ],
  [
    { networks: ["blue:ip=10.0.0.9"], ip: "10.0.0.9" },
    "conflicting options: cannot specify both --ip and per-network IPv4 address",
  ],
  [
    { networks: ["blue:ip6=fd00::9"], ip6: "fd00::9" },
    "conflicting options: cannot specify both --ip6 and per-network IPv6 address",
  ],
  [
    {
      networks: ["blue:mac=02:42:ac:11:00:02"],
      macAddress: "02:42:ac:11:00:02",
    },
    "conflicting options: cannot specify both --mac-address and per-network MAC address",
  ],
  [{ ip: "" }, "invalid IPv4 address: "],
  [{ ip: "10.0.0" }, "invalid IPv4 address: 10.0.0"],
  [{ ip6: "10.0.0.9" }, "invalid IPv6 address: 10.0.0.9"],
  [{ macAddress: "x" }, "x is not a valid mac address"],
  [
    { networkAliases: ["a b"] },
    'invalid network alias "a b": letters, digits, and _.- are allowed',
  ],
];

for (const [changes, message] of REFUSALS) {
  Deno.test(`configureNetworks() refuses ${JSON.stringify(changes)}`, () => {
    assert.throws(() => configure(changes), { name: "UsageError", message });
  });
}

Deno.test("configureNetworks() says where a wrong network comes from", () => {
  const given = { networkSource: "VARIABLE" };
  const configure = (changes: Changes, defaultNetwork: string): unknown =>
    configureNetworks(runOptions(changes), { defaultNetwork, ...given });
  const refusals: readonly (readonly [Changes, string, string])[] = [
    [{}, "blue:x", 'VARIABLE: invalid argument "blue:x"'],
    [{}, "ns:x", 'VARIABLE: invalid network "ns:x"'],
    [{ ip: "10.0.0.9" }, "host", `VARIABLE: ${NO_ADDRESS}`],
    // What a flag is wrong about is not the variable's.
    [{ ip: "x" }, "blue", "invalid IPv4 address: x"],
    [{ dns: ["x"] }, "blue", "invalid "],
    [{ networks: ["ns:x"] }, "blue", 'invalid network "ns:x"'],
  ];
  for (const [changes, text, beginning] of refusals) {
    assert.throws(
      () => configure(changes, text),
      (error: Error) =>
        error instanceof UsageError && error.message.startsWith(beginning),
      beginning,
    );
  }
  // Names are looked up later.
  assert.deepEqual(configure({}, "blue"), {
    ...connected("blue") as object,
    ...given,
  });
  assert.deepEqual(configure({ networks: ["red"] }, "blue"), connected("red"));
});
