/**
 * Addresses, ports and names through the life of a container: given back when
 * it ends, however that is, and taken again when it starts.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, eventually, IMAGE, namesIn } from "../support/cli.ts";
import {
  MACHINE,
  type NetworkPlace,
  networkTest,
  OUTSIDE,
} from "../support/network_place.ts";
import { networkRemains } from "../support/network_remains.ts";
import { PeerServer } from "../support/peer_server.ts";

/** What the neighbours call a container, by their hosts files. */
async function isKnown(network: NetworkPlace, name: string): Promise<boolean> {
  const hosts = await network.exec("neighbour", "cat", "/etc/hosts");
  return hosts.split(/\s+/).includes(name);
}

/** Addresses and ports that are taken. */
async function leases({ place }: NetworkPlace): Promise<string[]> {
  const addresses = `${place.runRoot}/addresses`;
  const networks = await namesIn(addresses);
  const taken = await Promise.all(
    networks.map((id) => namesIn(`${addresses}/${id}`)),
  );
  return [...taken.flat(), ...await namesIn(`${place.runRoot}/ports`)];
}

async function answers(network: NetworkPlace): Promise<string | undefined> {
  const { namespace } = await network.look("web");
  const server = new PeerServer(namespace, 7000);
  const to = { address: MACHINE[4], port: 8080 };
  const seen = await server.ask(network.outside, to);
  await server[Symbol.asyncDispose]();
  network.release("web");
  return seen;
}

networkTest(
  "what stops gives back, what starts takes again",
  async (network) => {
    await network.up("neighbour");
    const withNobody = await leases(network);
    await network.up("web", "-p", "8080:7000");
    const withWeb = await leases(network);
    // An address of each version of IP, and a port.
    assert.equal(withWeb.length, withNobody.length + 3);
    assert.ok(await isKnown(network, "web"));
    await network.print("stop", "-t", "0", "web");
    assert.deepEqual(await leases(network), withNobody);
    assert.ok(!await isKnown(network, "web"));
    await network.print("start", "web");
    assert.deepEqual(await leases(network), withWeb);
    assert.equal(await answers(network), OUTSIDE[4]);
    assert.ok(await isKnown(network, "web"));
    await network.print("restart", "-t", "0", "web");
    assert.equal(await answers(network), OUTSIDE[4]);
    assertPrints(await network.tsdocker("rename", "web", "shop"), "");
    assert.ok(await isKnown(network, "shop"));
    assert.ok(!await isKnown(network, "web"));
    await network.remove("shop");
    assert.deepEqual(await leases(network), withNobody);
    assert.ok(!await isKnown(network, "shop"));
    await network.remove("neighbour");
  },
);

networkTest("a program that ends by itself gives back", async (network) => {
  await network.up("neighbour");
  const before = await leases(network);
  const flags = ["-p", "8080:80", "--network-alias", "alias"];
  await network.print("run", "--rm", ...flags, IMAGE, "true");
  await network.print("run", "--name", "web", ...flags, IMAGE, "true");
  await network.print("run", "-d", "--name", "later", ...flags, IMAGE, "true");
  assertPrints(await network.tsdocker("wait", "later"), "0\n");
  assert.deepEqual(await leases(network), before);
  const rules = network.onMachine("nft", "list", "ruleset");
  assert.doesNotMatch(rules, /8080/);
  assert.ok(!await isKnown(network, "alias"));
  await network.remove("neighbour", "web", "later");
});

networkTest("a restart policy keeps ports and names", async (network) => {
  await network.up("neighbour");
  await network.up("web", "--restart", "always", "-p", "8080:7000");
  const { pid } = await network.look("web");
  Deno.kill(pid, "SIGKILL");
  await eventually("it runs again", async () => {
    const format = ["-f", "{{.State.Status}} {{.State.Pid}}"];
    const text = await network.print("inspect", ...format, "web");
    return text.startsWith("running ") && text !== `running ${pid}\n` ||
      undefined;
  });
  assert.equal(await answers(network), OUTSIDE[4]);
  await network.exec("neighbour", "ping", "-c1", "-W5", "web");
  await network.remove("web", "neighbour");
});

networkTest("a killed keeper's network is cleared up", async (network) => {
  const { machine, place: { root } } = network;
  await network.up("web", "-p", "8080:7000");
  const running = network.place.start(
    ["run", "--name", "front", "-p", "8081:81", IMAGE, "sleep", "1000"],
  );
  await eventually("it runs", async () => {
    const { stdout } = await network.tsdocker("ps", "--format", "{{.Names}}");
    return stdout.includes("front") || undefined;
  });
  assert.equal(await running.killAnyway(), 137);
  await network.remove("web");
  // The foreground one is over, too.
  const { stdout } = await network.tsdocker("ps", "-q");
  assert.equal(stdout, "");
  assert.deepEqual(await networkRemains({ machine, root }), []);
  assert.deepEqual(await leases(network), []);
  await network.remove("front");
});

networkTest(
  "who shares a network is cut off with its owner",
  async (network) => {
    const { machine, place: { root } } = network;
    const web = await network.up("web");
    const address = network.addressOf(web);
    await network.up("sharer", "--network", "container:web");
    network.release("web", "sharer");
    await network.print("rm", "-f", "web");
    // The namespace goes on, but the address is given to the next one.
    assert.equal(network.addressOf(await network.up("next")), address);
    await network.up("other");
    const { stdout } = await network.tsdocker(
      "exec",
      "sharer",
      "ip",
      "-o",
      "link",
    );
    assert.doesNotMatch(stdout, /eth0/);
    await network.exec("other", "ping", "-c1", "-W5", "next");
    await network.remove("sharer", "next", "other");
    assert.deepEqual(await networkRemains({ machine, root }), []);
  },
);

networkTest("a network that is used is not removed", async (network) => {
  await network.print("network", "create", "one");
  const web = await network.up("web", "--network", "one");
  const refused = await network.tsdocker("network", "rm", "one");
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /network one has active endpoints \(name:"[a-z_]+" id:"[0-9a-f]{12}"\)/,
  );
  await network.exec("web", "ping", "-c1", "-W5", OUTSIDE[4]);
  assert.ok(network.addressOf(web));
  await network.remove("web");
  assertPrints(await network.tsdocker("network", "rm", "one"), "one\n");
  // No bridge is left of it, and no rule.
  assert.doesNotMatch(network.onMachine("ip", "-o", "link"), /tsd-/);
  const gone = await network.tsdocker(
    ...["run", "--rm", "--network", "one", IMAGE, "true"],
  );
  assert.equal(gone.code, 125);
  assert.match(gone.stderr, /network one not found/);
});
