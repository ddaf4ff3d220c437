/**
 * Where a container's network may come from, and what it may ask for of one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, IMAGE, LAUNCHERS, shell } from "../support/cli.ts";
import { MACHINE, networkTest, OUTSIDE } from "../support/network_place.ts";
import { deviceNames } from "../support/network_remains.ts";
import { PeerServer } from "../support/peer_server.ts";
import { TemporaryDirectory } from "../support/temporary_directory.ts";

/** Prints the names of all devices, sorted. */
const DEVICES = "ip -o link | cut -d: -f2 | cut -d@ -f1 | sort | xargs";

networkTest(
  "--network none, host, container: and ns:",
  async (network) => {
    const run = (mode: string, script: string): Promise<string> =>
      network.print("run", "--rm", "--network", mode, ...shell(script));
    assert.equal(await run("none", DEVICES), "lo\n");
    assert.equal(
      await run("host", DEVICES),
      `${deviceNames(network.machine).sort().join(" ")}\n`,
    );
    const web = await network.up("web", "--add-host", "db:10.1.2.3");
    // It shares the names, too.
    assert.equal(
      await run("container:web", `${DEVICES}; hostname; grep -w db /etc/hosts`),
      `eth0 lo\n${web.id.slice(0, 12)}\n10.1.2.3\tdb\n`,
    );
    const mine = await network.exec("web", "ip", "-o", "-4", "addr");
    assert.equal(
      await run(`ns:/proc/${web.pid}/ns/net`, "ip -o -4 addr"),
      mine,
    );
    await network.remove("web");
    const gone = await network.tsdocker(
      ...["run", "--rm", "--network", "container:web", IMAGE, "true"],
    );
    assert.equal(gone.code, 125);
    assert.match(gone.stderr, /No such container: web/);
  },
  { launchers: LAUNCHERS },
);

networkTest("whose network is the host's shares that", async (network) => {
  await network.up("web", "--network", "host");
  assert.equal(
    await network.print(
      ...["run", "--rm", "--network", "container:web", ...shell(DEVICES)],
    ),
    `${deviceNames(network.machine).sort().join(" ")}\n`,
  );
  await network.remove("web");
});

networkTest(
  "a pipe is no network, and nobody waits for it",
  async (network) => {
    using directory = new TemporaryDirectory();
    const pipe = `${directory.path}/pipe`;
    new Deno.Command("mkfifo", { args: [pipe] }).outputSync();
    const { code, stderr } = await network.tsdocker(
      ...["run", "--rm", "--network", `ns:${pipe}`, IMAGE, "true"],
    );
    assert.equal(code, 125);
    assert.match(stderr, /pipe" is no network namespace/);
  },
);

networkTest("what does not go together is refused", async (network) => {
  const none = ["--network", "none"];
  const refused: readonly (readonly [RegExp, ...string[]])[] = [
    [/conflicting options/, ...none, "--network", "bridge"],
    [/conflicting options|IP address/, ...none, "--ip", "10.0.0.2"],
    [/No such container: nobody/, "--network", "container:nobody"],
    [/user defined networks only/, "--network", "host", "--ip", "10.0.0.2"],
    [/network nosuch not found/, "--network", "nosuch"],
    [/"\/nosuch"/, "--network", "ns:/nosuch"],
    [/nonsense is not a valid mac/, "--mac-address", "nonsense"],
    [/Invalid port "80:90:100:x"/, "-p", "80:90:100:x"],
  ];
  for (const [why, ...flags] of refused) {
    const outcome = await network.tsdocker(
      ...["run", "--rm", ...flags, IMAGE, "echo", "ran"],
    );
    assert.equal(outcome.code, 125, `${flags.join(" ")}: ${outcome.stderr}`);
    assert.equal(outcome.stdout, "");
    assert.match(outcome.stderr, why, `${flags.join(" ")}: ${outcome.stderr}`);
  }
});

networkTest(
  "two networks, each with an address and aliases",
  async (network) => {
    await network.print("network", "create", "--subnet", "10.5.0.0/24", "one");
    await network.print("network", "create", "--subnet", "10.6.0.0/24", "two");
    const both = await network.up(
      "both",
      ...["--network", "one:ip=10.5.0.50,alias=first"],
      ...["--network", "two:ip=10.6.0.60,alias=second,alias=zweiter"],
    );
    assert.equal(network.addressOf(both), "10.5.0.50");
    assert.equal(network.addressOf(both, { device: "eth1" }), "10.6.0.60");
    assert.match(
      await network.exec("both", "ip", "route"),
      /^default via 10\.5\.0\.1 dev eth0/,
    );
    await network.up("left", "--network", "one");
    await network.up("right", "--network", "two");
    const resolve = async (from: string, name: string): Promise<string> => {
      // Not by asking: those without such a name would ask the world.
      const hosts = await network.exec(from, "cat", "/etc/hosts");
      const line = hosts.split("\n").find((one) =>
        one.split(/\s+/).slice(1).includes(name)
      );
      return line?.split("\t")[0] ?? "none";
    };
    assert.deepEqual(
      [
        await resolve("left", "both"),
        await resolve("left", "first"),
        await resolve("right", "both"),
        await resolve("right", "zweiter"),
        await resolve("both", "left"),
        await resolve("both", "right"),
        await resolve("left", "second"),
        await resolve("left", "right"),
      ],
      [
        ...["10.5.0.50", "10.5.0.50", "10.6.0.60", "10.6.0.60"],
        ...["10.5.0.2", "10.6.0.2", "none", "none"],
      ],
    );
    await network.exec("right", "ping", "-c1", "-W5", "zweiter");
    // The address is taken.
    const third = await network.tsdocker(
      ...[
        "run",
        "--rm",
        "--network",
        "one",
        "--ip",
        "10.5.0.50",
        IMAGE,
        "true",
      ],
    );
    assert.equal(third.code, 125);
    assert.match(third.stderr, /10\.5\.0\.50/);
    await network.remove("both", "left", "right");
  },
);

networkTest("--ip, --ip6, --mac-address and aliases", async (network) => {
  await network.print(
    ...["network", "create", "--subnet", "10.5.0.0/24"],
    ...["--subnet", "fd00:5::/64", "one"],
  );
  const web = await network.up(
    ...["web", "--network", "one", "--ip", "10.5.0.9", "--ip6", "fd00:5::9"],
    ...["--mac-address", "02:42:aa:bb:cc:dd", "--network-alias", "db"],
  );
  assert.equal(network.addressOf(web), "10.5.0.9");
  assert.equal(network.addressOf(web, { version: 6 }), "fd00:5::9");
  assertPrints(
    await network.tsdocker("exec", "web", "cat", "/sys/class/net/eth0/address"),
    "02:42:aa:bb:cc:dd\n",
  );
  await network.print(
    ...["run", "--rm", "--network", "one", IMAGE],
    ...["ping", "-4", "-c1", "-W5", "db"],
  );
  await network.remove("web");
});

networkTest(
  "a user namespace is born into its network, and reached there",
  async (network) => {
    const flags = ["--userns", "auto", "-p", "8080:7000"];
    const web = await network.up("web", ...flags);
    await network.exec("web", "ping", "-c1", "-W5", OUTSIDE[4]);
    {
      await using server = new PeerServer(web.namespace, 7000);
      assert.deepEqual(
        await Promise.all([
          server.ask(network.outside, { address: MACHINE[4], port: 8080 }),
          server.ask(network.machine, { address: "127.0.0.1", port: 8080 }),
        ]),
        [OUTSIDE[4], "172.17.0.1"],
      );
    }
    const ping = [IMAGE, "ping", "-c1", "-W5", "web"];
    await network.print("run", "--rm", "--userns", "auto", ...ping);
    await network.remove("web");
  },
);

networkTest(
  "a container of the host's network is the host",
  async (network) => {
    const script = `ip -o -4 addr show wire0; hostname`;
    const { stdout } = await network.tsdocker(
      ...["run", "--rm", "--network", "host", ...shell(script)],
    );
    assert.ok(stdout.includes(MACHINE[4]));
    assert.ok(stdout.endsWith(`\n${Deno.hostname()}\n`), stdout);
    // Nothing had to be made for it.
    assert.deepEqual(deviceNames(network.machine), ["lo", "wire0", "wire1"]);
  },
);
