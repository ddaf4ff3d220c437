/**
 * `network connect`, `disconnect` and `update --publish` on containers that run
 * and that do not; `network prune`; `system repair` and `network reload`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, namesIn } from "../support/cli.ts";
import {
  MACHINE,
  type NetworkPlace,
  networkTest,
  OUTSIDE,
} from "../support/network_place.ts";
import { connectsFrom, listenIn } from "../support/network_namespace.ts";
import { deviceNames } from "../support/network_remains.ts";

/** Makes networks of these subnets. */
async function makeNetworks(
  network: NetworkPlace,
  subnets: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, subnet] of Object.entries(subnets)) {
    await network.print("network", "create", "--subnet", subnet, name);
  }
}

/** What `system repair` tells, without what other tests may have left. */
async function repaired(network: NetworkPlace): Promise<string[]> {
  const lines = (await network.print("system", "repair")).split("\n");
  return lines.filter((line) =>
    line !== "" && !/abandoned cgroups|^Repaired: /.test(line)
  );
}

const TWO = { blue: "10.5.0.0/24", red: "10.6.0.0/24" };

/** Whether somebody outside gets through a port of the machine. */
function isPublished({ outside }: NetworkPlace, port: number): boolean {
  return connectsFrom(outside, MACHINE[4], port);
}

networkTest("published ports follow the way out", async (network) => {
  await makeNetworks(network, { ...TWO });
  const inner = ["--internal", "--subnet", "10.7.0.0/24", "inner"];
  await network.print("network", "create", ...inner);
  const networks = ["inner", "blue", "red"].flatMap((n) => ["--network", n]);
  const web = await network.up("web", ...networks, "-p", "8080:80");
  using _server = listenIn(web.namespace, { hostname: "0.0.0.0", port: 80 });
  const route = (): Promise<string> => network.exec("web", "ip", "route");
  const rules = (): string => network.onMachine("nft", "list", "ruleset");
  assert.match(await route(), /^default via 10\.5\.0\.1 dev eth1/);
  assert.match(rules(), /dport 8080 dnat ip to 10\.5\.0\.2:80 /);
  assert.ok(isPublished(network, 8080));
  await network.print("network", "disconnect", "blue", "web");
  // An internal network is no way out, though it comes first.
  assert.match(await route(), /^default via 10\.6\.0\.1 dev eth2/);
  assert.match(rules(), /dport 8080 dnat ip to 10\.6\.0\.2:80 /);
  assert.ok(isPublished(network, 8080));
  await network.print("network", "disconnect", "red", "web");
  assert.doesNotMatch(await route(), /default/);
  assert.ok(!isPublished(network, 8080));
  // The lowest number that is free, and a way out again.
  await network.print("network", "connect", "red", "web");
  assert.match(await route(), /^default via 10\.6\.0\.1 dev eth1/);
  assert.ok(isPublished(network, 8080));
  await network.print("network", "connect", "blue", "web");
  assert.match(await route(), /^default via 10\.6\.0\.1 dev eth1/);
  assert.deepEqual(deviceNames(web.namespace), ["lo", "eth0", "eth1", "eth2"]);
  await network.remove("web");
});

networkTest(
  "what does not run is connected when it starts",
  async (network) => {
    await makeNetworks(network, TWO);
    await network.up("web", "--network", "blue");
    network.release("web");
    await network.print("stop", "-t", "0", "web");
    const address = ["--ip", "10.6.0.77", "--mac-address", "02:00:00:00:00:07"];
    await network.print("network", "connect", ...address, "red", "web");
    await network.print("network", "disconnect", "blue", "web");
    assert.deepEqual(
      await namesIn(`${network.place.runRoot}/containers`),
      [],
    );
    await network.print("start", "web");
    const web = await network.look("web");
    assert.equal(network.addressOf(web), "10.6.0.77");
    assert.match(
      await network.exec("web", "cat", "/sys/class/net/eth0/address"),
      /^02:00:00:00:00:07$/m,
    );
    await network.exec("web", "ping", "-c1", "-W5", OUTSIDE[4]);
    await network.remove("web");
  },
);

networkTest(
  "connect and disconnect refuse in docker's words",
  async (network) => {
    await makeNetworks(network, TWO);
    await network.up("web", "--network", "blue", "--ip", "10.5.0.9");
    await network.up("other", "--network", "red");
    await network.up("alone", "--network", "none");
    await network.up("host", "--network", "host");
    const none =
      "container cannot be connected to multiple networks with one of the networks in private (none) mode";
    const shared =
      "container sharing network namespace with another container or host cannot be connected to any other network";
    const host =
      "container cannot be disconnected from host network or connected to host network";
    const { id } = await network.look("web");
    const refused: readonly [string, string][] = [
      [
        "connect blue web",
        "endpoint with name web already exists in network blue",
      ],
      ["connect blue alone", none],
      ["connect none web", none],
      ["connect blue host", shared],
      ["connect host web", host],
      ["disconnect host host", host],
      ["connect green web", "network green not found"],
      ["connect blue nobody", "No such container: nobody"],
      ["disconnect red web", `container ${id} is not connected to network red`],
      ["connect --ip 10.5.0.9 blue other", "Cannot use the address 10.5.0.9"],
      ["connect --ip 10.5.0 blue other", "invalid IPv4 address: 10.5.0"],
    ];
    const before = await network.exec("other", "ip", "address");
    for (const [words, message] of refused) {
      const { code, stderr } = await network.tsdocker(
        "network",
        ...words.split(" "),
      );
      assert.notEqual(code, 0, words);
      assert.ok(stderr.includes(message), `${words}: ${stderr}`);
    }
    assert.equal(await network.exec("other", "ip", "address"), before);
    const names = ["inspect", "-f", "{{json .NetworkSettings.Networks}}"];
    const listed = JSON.parse(await network.print(...names, "other"));
    assert.deepEqual(Object.keys(listed), ["red"]);
    // Who has left "none" is free.
    await network.print("network", "disconnect", "none", "alone");
    await network.print("network", "connect", "blue", "alone");
    await network.exec("alone", "ping", "-c1", "-W5", "web");
    await network.remove("web", "other", "alone", "host");
  },
);

networkTest("a user namespace is connected, too", async (network) => {
  await makeNetworks(network, TWO);
  const ids = ["--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536"];
  const web = await network.up("web", "--network", "blue", ...ids);
  await network.up("left", "--network", "red");
  await network.print("network", "connect", "red", "web");
  assert.deepEqual(deviceNames(web.namespace), ["lo", "eth0", "eth1"]);
  await network.exec("web", "ping", "-c1", "-W5", "left");
  await network.print("network", "disconnect", "blue", "web");
  await network.exec("web", "ping", "-c1", "-W5", OUTSIDE[4]);
  await network.remove("web", "left");
});

networkTest("update --publish puts other ports in place", async (network) => {
  await makeNetworks(network, TWO);
  const web = await network.up("web", "--network", "blue", "-p", "8080:80");
  using _first = listenIn(web.namespace, { hostname: "0.0.0.0", port: 80 });
  using _other = listenIn(web.namespace, { hostname: "0.0.0.0", port: 81 });
  await network.print("update", "-p", "8080:81", "-p", "9090:80", "web");
  assert.ok(isPublished(network, 8080) && isPublished(network, 9090));
  const ports = `${network.place.runRoot}/ports`;
  const taken = await namesIn(ports);
  assert.equal(taken.length, 2);
  await network.up("rival", "--network", "blue", "-p", "7070:80");
  const refused = await network.tsdocker(
    ...["update", "-p", "8085:80", "-p", "7070:80", "web"],
  );
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /Cannot publish 0\.0\.0\.0:7070\/tcp/);
  await network.remove("rival");
  assert.deepEqual(await namesIn(ports), taken);
  assert.ok(isPublished(network, 9090));
  await network.print("update", "-p", "none", "web");
  assert.ok(!isPublished(network, 8080) && !isPublished(network, 9090));
  assert.deepEqual(await namesIn(ports), []);
  // It is there after the next start, too.
  await network.print("update", "-p", "8081:80", "web");
  await network.print("restart", "-t", "0", "web");
  assertPrints(
    await network.tsdocker("port", "web"),
    "80/tcp -> 0.0.0.0:8081\n80/tcp -> [::]:8081\n",
  );
  await network.remove("web");
});

networkTest("two at once are in order", async (network) => {
  await makeNetworks(network, TWO);
  await network.up("web", "--network", "blue");
  const results = await Promise.all(
    Array.from(
      { length: 6 },
      () => network.tsdocker("network", "connect", "red", "web"),
    ),
  );
  assert.deepEqual(
    results.map(({ code }) => code).toSorted(),
    [0, 1, 1, 1, 1, 1],
  );
  await Promise.all([
    network.tsdocker("network", "disconnect", "red", "web"),
    network.tsdocker("network", "disconnect", "blue", "web"),
  ]);
  const { namespace } = await network.look("web");
  assert.deepEqual(deviceNames(namespace), ["lo"]);
  assert.deepEqual(await repaired(network), []);
  await network.remove("web");
});

networkTest("network prune removes what no container has", async (network) => {
  await makeNetworks(network, { ...TWO, green: "10.7.0.0/24" });
  await network.up("web", "--network", "blue");
  await network.up("stopped", "--network", "red");
  await network.up("usual");
  network.release("stopped", "usual", "web");
  await network.print("stop", "-t", "0", "stopped");
  assertPrints(
    await network.tsdocker("network", "prune", "--dry-run"),
    "Would delete Networks:\ngreen\n\n",
  );
  const asked = await network.place.tsdockerWith(
    { stdin: "n\n" },
    ["network", "prune"],
  );
  assert.equal(
    asked.stderr,
    "WARNING! This will remove all custom networks not used by at least one container.\nAre you sure you want to continue? [y/N] ",
  );
  assert.equal((await network.tsdocker("network", "exists", "green")).code, 0);
  assertPrints(
    await network.tsdocker("network", "prune", "-f"),
    "Deleted Networks:\ngreen\n\n",
  );
  assert.equal((await network.tsdocker("network", "exists", "green")).code, 1);
  await network.remove("web", "stopped", "usual");
  const { stdout } = await network.tsdocker("system", "prune", "-f");
  assert.match(stdout, /^Deleted Networks:\nblue\nred\n\n/);
  assert.deepEqual(
    deviceNames(network.machine).filter((name) => name.startsWith("tsd-"))
      .length,
    1,
  );
  for (const name of ["bridge", "host", "none"]) {
    assert.equal((await network.tsdocker("network", "exists", name)).code, 0);
    const { code, stderr } = await network.tsdocker("network", "rm", name);
    assert.equal(code, 1);
    assert.match(stderr, /is a pre-defined network and cannot be removed/);
  }
});

networkTest("a start without its network says what to do", async (network) => {
  await makeNetworks(network, TWO);
  await network.up("web", "--network", "blue", "--network", "red");
  network.release("web");
  const active = await network.tsdocker("network", "rm", "blue");
  assert.equal(active.code, 1);
  assert.match(
    active.stderr,
    /network blue has active endpoints \(name:"web" /,
  );
  await network.print("stop", "-t", "0", "web");
  await network.print("network", "rm", "blue");
  const { code, stderr } = await network.tsdocker("start", "web");
  assert.notEqual(code, 0);
  assert.match(stderr, /network blue not found/);
  assert.match(stderr, /tsdocker network disconnect blue web,/);
  await network.print("network", "disconnect", "blue", "web");
  await network.print("start", "web");
  await network.remove("web");
});

networkTest(
  "repair gives back what others have taken away",
  async (network) => {
    await makeNetworks(network, TWO);
    const flags = ["--network", "blue", "--network", "red", "-p", "8080:80"];
    const web = await network.up("web", ...flags);
    using _server = listenIn(web.namespace, { hostname: "0.0.0.0", port: 80 });
    await network.up("left", "--network", "blue");
    const rules = (): string => network.onMachine("nft", "list", "ruleset");
    const intact = rules();
    const table = /table (inet tsdocker\S*)/.exec(intact)?.[1] ?? "";
    const repair = async (expected: RegExp): Promise<void> => {
      assert.match((await repaired(network)).join("\n"), expected);
      assert.ok(isPublished(network, 8080));
      await network.exec("left", "ping", "-c1", "-W5", "web");
      assert.equal(rules(), intact);
      assert.deepEqual(await repaired(network), []);
    };
    await repair(/^$/);
    network.onMachine("nft", "flush", "ruleset");
    assert.ok(!isPublished(network, 8080));
    await repair(/^Restored \d+ rules of the packet filter$/);
    network.onMachine("nft", "flush", "table", ...table.split(" "));
    await repair(/^Restored \d+ rules of the packet filter$/);
    network.onMachine("nft", "delete", "table", ...table.split(" "));
    await network.print("network", "reload", "--all");
    await repair(/^$/);
    for (const device of deviceNames(network.machine)) {
      if (device.startsWith("tsd-")) {
        network.onMachine(
          "ip",
          "link",
          "del",
          device,
        );
      }
    }
    await repair(/Made the bridge of network blue again/);
    const port = deviceNames(network.machine)
      .find((name) => name === `tv${web.id.slice(0, 11)}0`) ?? "";
    network.onMachine("ip", "link", "del", port);
    await repair(/^Connected container \w+ to network blue again$/);
    network.onMachine("sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_forward");
    await repair(/^This host passes packets of IPv4 on again$/);
    await network.remove("web", "left");
  },
);

networkTest("repair takes away what the dead have left", async (network) => {
  await makeNetworks(network, TWO);
  await network.up("web", "--network", "blue");
  const { runRoot } = network.place;
  const [blue = ""] = await namesIn(`${runRoot}/addresses`);
  const gone = "f".repeat(64);
  await Deno.mkdir(`${runRoot}/ports`, { recursive: true });
  await Deno.symlink(gone, `${runRoot}/addresses/${blue}/10.5.0.77`);
  await Deno.symlink(gone, `${runRoot}/ports/tcp_99-99_any`);
  const rules = (): string => network.onMachine("nft", "list", "ruleset");
  const intact = rules();
  const table = /table inet (tsdocker\S*)/.exec(intact)?.[1] ?? "";
  const rule = "tcp dport 99 drop comment";
  network.onMachine(
    "nft",
    `add rule inet ${table} published ${rule} "${gone} x"`,
  );
  const device = `tv${gone.slice(0, 11)}0`;
  const bridge = deviceNames(network.machine)
    .find((name) => name.startsWith("tsd-")) ?? "";
  const far = ["peer", "name", "far"];
  network.onMachine("ip", "link", "add", device, "type", "veth", ...far);
  network.onMachine("ip", "link", "set", device, "master", bridge);
  const short = gone.slice(0, 12);
  assert.deepEqual(await repaired(network), [
    `Removed the rules of ${short}: it is gone`,
    `Removed the device ${device}: its container is gone`,
    `Released the address 10.5.0.77 of network blue: container ${short} is gone`,
    `Released the port 99/tcp: container ${short} is gone`,
  ]);
  assert.equal(rules(), intact);
  assert.deepEqual(await repaired(network), []);
  await network.remove("web");
});

networkTest("repair removes the bridge of no network", async (network) => {
  await makeNetworks(network, TWO);
  for (const name of ["blue", "red"]) {
    await network.up(name, "--network", name);
  }
  await network.remove("red");
  const { root } = network.place;
  const record = `${root}/networks/red.json`;
  const { id, device } = JSON.parse(await Deno.readTextFile(record));
  assert.ok(deviceNames(network.machine).includes(device));
  await Deno.remove(record);
  assert.deepEqual(await repaired(network), [
    `Removed the rules of ${id.slice(0, 12)}: it is gone`,
    `Removed the bridge ${device}: its network is gone`,
  ]);
  assert.ok(!deviceNames(network.machine).includes(device));
  assert.deepEqual(await repaired(network), []);
  // One that cannot be read any more is still in use.
  const blue = `${root}/networks/blue.json`;
  const intact = await Deno.readTextFile(blue);
  await Deno.writeTextFile(blue, "{");
  const rules = network.onMachine("nft", "list", "ruleset");
  assert.deepEqual(await repaired(network), []);
  assert.equal(network.onMachine("nft", "list", "ruleset"), rules);
  await network.exec("blue", "ping", "-c1", "-W5", OUTSIDE[4]);
  await Deno.writeTextFile(blue, intact);
  await network.remove("blue");
});

networkTest("repair finishes what was killed half way", async (network) => {
  await makeNetworks(network, TWO);
  const web = await network.up("web", "--network", "blue", "--network", "red");
  const { place } = network;
  const state = `${place.runRoot}/containers/${web.id}/network.json`;
  const config = `${place.root}/containers/${web.id}/config.json`;
  const intact = await Deno.readTextFile(state);
  interface Networks {
    readonly networks: readonly unknown[];
  }
  const cut = async (path: string, key: string): Promise<void> => {
    const record = JSON.parse(await Deno.readTextFile(path));
    const rest = (record as Readonly<Record<string, unknown[]>>)[key]
      ?.slice(0, 1);
    await Deno.writeTextFile(path, JSON.stringify({ ...record, [key]: rest }));
  };
  // Killed before it had written what it had done.
  await cut(state, "endpoints");
  const short = web.id.slice(0, 12);
  assert.deepEqual(await repaired(network), [
    `Connected container ${short} to red`,
  ]);
  assert.equal(await Deno.readTextFile(state), intact);
  // Killed before it had changed the configuration.
  await cut(config, "networks");
  assert.deepEqual(await repaired(network), [
    `Disconnected container ${short} from red`,
  ]);
  assert.deepEqual(deviceNames(web.namespace), ["lo", "eth0"]);
  const { networks } = JSON.parse(await Deno.readTextFile(config)) as Networks;
  assert.equal(networks.length, 1);
  assert.deepEqual(await repaired(network), []);
  await network.remove("web");
});

networkTest("events tell of networks", async (network) => {
  await makeNetworks(network, { blue: TWO.blue });
  const { id } = await network.up("web", "--network", "none");
  await network.print("network", "disconnect", "none", "web");
  await network.print("network", "connect", "blue", "web");
  await network.print("network", "disconnect", "blue", "web");
  await network.print("network", "rm", "blue");
  await network.remove("web");
  const format = "{{.Action}} {{.Actor.Attributes.container}}";
  const filters = ["--filter", "type=network", "--filter", "network=blue"];
  const period = ["--since", "1h", "--until", "0s"];
  const none = "<no value>";
  assertPrints(
    await network.tsdocker("events", ...period, ...filters, "--format", format),
    `create ${none}\nconnect ${id}\ndisconnect ${id}\ndestroy ${none}\n`,
  );
});
