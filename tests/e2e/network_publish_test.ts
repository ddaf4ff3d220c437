/**
 * What `-p` and `-P` take, what they tell, and what happens if a port is taken.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, IMAGE } from "../support/cli.ts";
import { listenIn } from "../support/network_namespace.ts";
import { MACHINE, networkTest, OUTSIDE } from "../support/network_place.ts";
import { PeerServer } from "../support/peer_server.ts";

networkTest(
  "-p takes ports as docker does, and port tells",
  async (network) => {
    const web = await network.up(
      "web",
      ...["-p", "8080:80", "-p", "127.0.0.1:8081:81", "-p", "[::1]:8082:82"],
      ...["-p", "5353:53/udp", "-p", "9000-9002:100-102", "-p", "0:83"],
      ...["-p", "84", "-p", "40000-40099:7000-7099/udp"],
    );
    const ports = await network.print("port", "web");
    const expected = [
      ...["80/tcp -> 0.0.0.0:8080", "81/tcp -> 127.0.0.1:8081"],
      ...["82/tcp -> [::1]:8082", "53/udp -> 0.0.0.0:5353"],
      ...["100/tcp -> 0.0.0.0:9000", "102/tcp -> 0.0.0.0:9002"],
    ];
    for (const line of expected) assert.ok(ports.includes(line), ports);
    const chosen = /^83\/tcp -> 0\.0\.0\.0:(\d+)$/m.exec(ports)?.[1];
    assert.ok(Number(chosen) >= 32768, ports);
    assert.match(
      await network.print("port", "web", "80"),
      /^0\.0\.0\.0:8080$/m,
    );
    assert.match(
      await network.print("ps", "--format", "{{.Ports}}"),
      /0\.0\.0\.0:8080->80\/tcp/,
    );
    await using server = new PeerServer(web.namespace, 83);
    const address = MACHINE[4];
    assert.equal(
      await server.ask(network.outside, { address, port: Number(chosen) }),
      OUTSIDE[4],
    );
    // A range is one rule for each version of IP, however long.
    const rules = network.onMachine("nft", "list", "ruleset");
    const ranged = rules.split("\n").filter((line) => /dport 40000/.test(line));
    assert.equal(ranged.length, 2, rules);
    await network.remove("web");
  },
);

networkTest("-P publishes what is exposed", async (network) => {
  const web = await network.up(
    ...["web", "-P", "--expose", "7000", "--expose", "7001/udp"],
  );
  const ports = await network.print("port", "web");
  await using server = new PeerServer(web.namespace, 7000);
  const [, port] = /^7000\/tcp -> 0\.0\.0\.0:(\d+)$/m.exec(ports) ?? [];
  assert.match(ports, /^7001\/udp -> 0\.0\.0\.0:\d+$/m);
  const to = { address: MACHINE[4], port: Number(port) };
  assert.equal(await server.ask(network.outside, to), OUTSIDE[4]);
  await network.remove("web");
});

networkTest(
  "a taken port is an error before anything starts",
  async (network) => {
    const web = await network.up("web", "-p", "8080:80");
    const before = await network.print("ps", "-aq", "--no-trunc");
    const rules = network.onMachine("nft", "list", "ruleset");
    const refused = async (ports: string, holder: RegExp): Promise<void> => {
      for (const flag of ["--rm", "-d"]) {
        const { code, stdout, stderr } = await network.tsdocker(
          ...["run", flag, "-p", "7070:70", "-p", ports, IMAGE, "echo", "ran"],
        );
        assert.equal(code, 125, stderr);
        assert.equal(stdout, "");
        assert.match(stderr, holder);
      }
    };
    await refused("8080:81", new RegExp(`8080.*(?:web|${web.id})`));
    await refused("8000-8100:100-200", /web|[0-9a-f]{12}/);
    await refused("127.0.0.1:8080:81", /8080/);
    {
      using _listener = listenIn(network.machine, {
        hostname: "0.0.0.0",
        port: 8090,
      });
      await refused("8090:90", /8090.*"deno".*\d+|"deno".*\d+.*8090/s);
    }
    // Nothing is left of them: no container, rule or port.
    assertPrints(await network.tsdocker("ps", "-aq", "--no-trunc"), before);
    assert.equal(network.onMachine("nft", "list", "ruleset"), rules);
    await network.up("next", "-p", "7070:70", "-p", "8080:81/udp");
    await network.remove("web", "next");
    // The port is free again.
    await network.up("again", "-p", "8080:80");
    await network.remove("again");
  },
);

networkTest(
  "a program and a port: the program comes too late",
  async (network) => {
    await network.up("web", "-p", "8080:80");
    const { code } = await network.tsdocker(
      ...["create", "--name", "later", "-p", "8080:80", IMAGE, "sleep", "9"],
    );
    // It only matters when it starts.
    assert.equal(code, 0);
    const start = await network.tsdocker("start", "later");
    assert.equal(start.code, 1);
    assert.match(start.stderr, /8080/);
    await network.remove("web");
    assertPrints(await network.tsdocker("start", "later"), "later\n");
    await network.remove("later");
  },
);
