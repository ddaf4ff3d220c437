/**
 * What `port`, `ps` and the commands about networks print, from records.
 *
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../../lib/base/errors.ts";
import type { Command } from "../../../../lib/cli/command.ts";
import { inspectCommand } from "../../../../lib/cli/commands/inspect.ts";
import { networkCreateCommand } from "../../../../lib/cli/commands/network/create.ts";
import { networkExistsCommand } from "../../../../lib/cli/commands/network/exists.ts";
import { networkInspectCommand } from "../../../../lib/cli/commands/network/inspect.ts";
import { networkLsCommand } from "../../../../lib/cli/commands/network/ls.ts";
import { networkRmCommand } from "../../../../lib/cli/commands/network/rm.ts";
import { portCommand } from "../../../../lib/cli/commands/port.ts";
import { psCommand } from "../../../../lib/cli/commands/ps.ts";
import { PREDEFINED_IDS } from "../../../../lib/engine/networks/predefined_records.ts";
import { publishNetwork } from "../../../../lib/network/network_store.ts";
import {
  BLUE,
  BRIDGE,
  DUAL,
  networkState,
} from "../../../support/container_networks.ts";
import { fakeHost } from "../../../support/fake_host.ts";
import { RunningContainers } from "../../../support/running_containers.ts";

/** A container with ports, one without, and a network nobody is in. */
class Place extends RunningContainers {
  readonly web = this.add(
    "web",
    networkState(["8080:80/tcp", "127.0.0.1:5300:53/udp"], [DUAL]),
    {
      publish: ["8080:80/tcp", "127.0.0.1:5300:53/udp"],
      exposedPorts: ["443/tcp"],
    },
  );
  readonly db = this.add("db", undefined, { network: "none" });

  constructor() {
    super();
    const [device, createdMs, access] = ["tsd-1", 1, "internal"] as const;
    publishNetwork(this.paths, {
      ...{ id: BLUE, name: "blue", driver: "bridge", createdMs, device },
      ...{ access, subnets: [], labels: { app: "shop" }, options: {} },
    });
  }

  /** What a command prints, its status before it unless that is 0. */
  async prints(command: Command, ...args: string[]): Promise<string> {
    const host = { ...fakeHost(), paths: this.paths };
    const status = await command.execute("it", args, host);
    return `${status === 0 ? "" : `${status} `}${host.out()}${host.err()}`;
  }
}

const [BLUE_ID, BRIDGE_ID, HOST_ID, NONE_ID] = [
  ...[BLUE, PREDEFINED_IDS.bridge, PREDEFINED_IDS.host, PREDEFINED_IDS.none],
].map((id) => id.slice(0, 12));

const CASES: readonly (readonly [Command, readonly string[], string])[] = [
  [
    portCommand,
    ["web"],
    "53/udp -> 127.0.0.1:5300\n80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n",
  ],
  [portCommand, ["web", "80"], "0.0.0.0:8080\n[::]:8080\n"],
  [portCommand, ["web", "53/UDP"], "127.0.0.1:5300\n"],
  [portCommand, ["db"], ""],
  [
    psCommand,
    ["--format", "{{.Names}} {{.Networks}} {{.Ports}}", "-f", "expose=443"],
    "web bridge 443/tcp, 127.0.0.1:5300->53/udp, " +
    "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp\n",
  ],
  [psCommand, ["--format", "{{.Names}}", "-f", "publish=8080"], "web\n"],
  [psCommand, ["--format", "{{.Names}}", "-f", "network=none"], "db\n"],
  [
    networkLsCommand,
    [],
    [
      "NETWORK ID     NAME      DRIVER    SCOPE",
      `${BLUE_ID}   blue      bridge    local`,
      `${BRIDGE_ID}   bridge    bridge    local`,
      `${HOST_ID}   host      host      local`,
      `${NONE_ID}   none      null      local`,
      "",
    ].join("\n"),
  ],
  [networkLsCommand, ["-q", "-f", "type=custom"], `${BLUE_ID}\n`],
  [networkLsCommand, ["-q", "--no-trunc", "-f", "name=blue"], `${BLUE}\n`],
  [networkLsCommand, ["-q", "-f", "dangling=true"], `${BLUE_ID}\n`],
  [
    networkLsCommand,
    ["-f", "id=0b0b", "--format", "{{.Name}} {{.Internal}} {{.Labels}}"],
    "blue true app=shop\n",
  ],
  [
    networkInspectCommand,
    ["-f", "{{.Name}} {{.Driver}}", "none"],
    "none null\n",
  ],
  [networkInspectCommand, ["-f", "{{len .Containers}}", "blue"], "0\n"],
  [
    inspectCommand,
    ["-f", "{{.Internal}}", "--type", "network", "blue"],
    "true\n",
  ],
  [inspectCommand, ["-f", "{{.Driver}}", "host"], "host\n"],
  [
    inspectCommand,
    [
      "-f",
      "{{.NetworkSettings.IPAddress}} {{.NetworkSettings.Networks.bridge.IPAddress}}" +
      ' {{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}',
      "web",
    ],
    "172.17.0.2 172.17.0.2 8080\n",
  ],
  [
    inspectCommand,
    [
      "-f",
      "{{range $p, $c := .NetworkSettings.Ports}}{{$p}}={{len $c}} {{end}}",
      "web",
    ],
    "443/tcp=0 53/udp=1 80/tcp=2 \n",
  ],
  [networkExistsCommand, ["host"], ""],
  [networkExistsCommand, ["blue"], ""],
  [networkExistsCommand, ["red"], "1 "],
  [networkRmCommand, ["-f", "red"], ""],
  [networkRmCommand, ["red"], "1 NotFoundError: network red not found\n"],
  // As one to be forgiven, it is neither removed nor printed.
  [
    networkRmCommand,
    ["-f", "host", "red"],
    "1 ConflictError: host is a pre-defined network and cannot be removed\n",
  ],
];

for (const [command, args, text] of CASES) {
  const name = `"${command.spec.summary}" of [${args.join(" ")}]`;
  Deno.test(`${name} prints ${JSON.stringify(text)}`, async () => {
    using place = new Place();
    assert.equal(await place.prints(command, ...args), text);
  });
}

Deno.test("the templates that lists show in their help are theirs", async () => {
  using place = new Place();
  for (const command of [networkLsCommand, psCommand]) {
    const { description } = command.spec.flags["format"] ?? {};
    const examples = [...(description ?? "").matchAll(/'([^']+)'/g)];
    assert.equal(examples.length, 2);
    for (const [, example = ""] of examples) {
      assert.match(await place.prints(command, "--format", example), /^\w/);
      assert.doesNotMatch(
        await place.prints(command, "--format", example),
        /Error/,
      );
    }
  }
});

Deno.test("port says which port is not published", async () => {
  using place = new Place();
  for (const port of ["443", "80/udp"]) {
    await assert.rejects(
      place.prints(portCommand, "web", port),
      new RegExp(
        `No public port '${
          port.replace(/^443$/, "443/tcp")
        }' published for web`,
      ),
    );
  }
});

Deno.test("network inspect tells of the containers in one", async () => {
  using place = new Place();
  publishNetwork(place.paths, {
    ...{ id: BRIDGE, name: "bridge", driver: "bridge", createdMs: 1 },
    ...{ device: "tsd-2", access: "world", labels: {}, options: {} },
    subnets: [{ subnet: "172.17.0.0/24", gateway: "172.17.0.1" }],
  });
  const [{ Containers, IPAM }] = JSON.parse(
    await place.prints(networkInspectCommand, "bridge"),
  );
  assert.deepEqual(Object.keys(Containers), [place.web]);
  assert.equal(Containers[place.web].IPv4Address, "172.17.0.2/24");
  assert.equal(IPAM.Config[0].Subnet, "172.17.0.0/24");
});

Deno.test("network create takes what docker has for networks of one host", async () => {
  using place = new Place();
  const id = await place.prints(
    networkCreateCommand,
    ...["--attachable", "--scope", "local", "--ipam-driver", "default"],
    ...["--subnet", "10.77.0.0/24", "--aux-address", "nas=10.77.0.2", "one"],
  );
  assert.match(id, /^[0-9a-f]{64}\n/);
  const template =
    "{{.Attachable}} {{(index .IPAM.Config 0).AuxiliaryAddresses}}";
  assert.equal(
    await place.prints(networkInspectCommand, "-f", template, "one"),
    "true map[nas:10.77.0.2]\n",
  );
});

Deno.test("network create refuses what is docker's swarm's, by its flag", async () => {
  using place = new Place();
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [["--ingress"], /^--ingress is for the networks of a swarm/],
    [["--scope", "swarm"], /^--scope swarm is for the networks of a swarm/],
    [["--config-only"], /^--config-only is for the networks of a swarm/],
    [["--config-from", "x"], /^--config-from is for the networks of a swarm/],
    [["--ipam-driver", "dhcp"], /^invalid IPAM driver "dhcp"/],
  ];
  for (const [flags, message] of refused) {
    await assert.rejects(
      place.prints(networkCreateCommand, ...flags, "one"),
      (error: Error) =>
        error instanceof UsageError && message.test(error.message),
    );
  }
});
