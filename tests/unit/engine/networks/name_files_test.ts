/**
 * @module
 */
import assert from "node:assert/strict";
import {
  hostsText,
  type ReadHostFile,
  resolvConfText,
} from "../../../../lib/engine/networks/name_files.ts";
import type { NetworkConfig } from "../../../../lib/engine/networks/network_config.ts";
import type { NetworkState } from "../../../../lib/engine/networks/network_state.ts";
import { formatHosts } from "../../../../lib/network/hosts_file.ts";

const HOST: Readonly<Record<string, string>> = {
  "/etc/hosts": "127.0.1.1 machine\n",
  "/etc/resolv.conf": "nameserver 127.0.0.53\noptions trust-ad\n",
  "/run/systemd/resolve/resolv.conf": "nameserver 192.0.2.53\n",
};

function host(
  files: Readonly<Record<string, string>>,
): ReadHostFile {
  return (path) => files[path];
}

function stateOf(...gateways: string[][]): NetworkState {
  const endpoints = gateways.map((ways, slot) => ({
    ...{ network: `${slot}`, networkName: `net${slot}`, slot },
    addresses: [],
    gateways: ways,
    macAddress: "",
    names: [],
  }));
  return { endpoints, ports: [] };
}

const EXTRA: Pick<NetworkConfig, "extraHosts"> = {
  extraHosts: ["db:10.0.0.5", "me=host-gateway", "six:[fd00::5]"],
};

function hosts(config: NetworkConfig, state?: NetworkState): string {
  const kept = config.network === "connected" ? "10.0.0.2\tweb\n" : "";
  return hostsText(config, { state, readFile: host(HOST) }, kept);
}

Deno.test("hostsText() has what is told before who is kept", () => {
  const state = stateOf([], ["10.0.0.1", "fd00::1"], ["10.2.0.1"]);
  assert.equal(
    hosts({ network: "connected", ...EXTRA }, state),
    formatHosts([
      { address: "10.0.0.5", names: ["db"] },
      { address: "10.0.0.1", names: ["me"] },
      { address: "fd00::1", names: ["me"] },
      { address: "fd00::5", names: ["six"] },
    ], "10.0.0.2\tweb\n"),
  );
});

Deno.test("hostsText() finds no host where there is no way to it", () => {
  const expected = formatHosts([
    { address: "10.0.0.5", names: ["db"] },
    { address: "fd00::5", names: ["six"] },
  ]);
  assert.equal(hosts({ network: "none", ...EXTRA }), expected);
  assert.equal(hosts({ network: "none" }), formatHosts());
  assert.doesNotMatch(
    hosts({ network: "connected", ...EXTRA }, stateOf([])),
    /\tme\n/,
  );
});

Deno.test("hostsText() is the host's with its network", () => {
  const text = HOST["/etc/hosts"];
  assert.equal(hosts({ network: "host" }), text);
  assert.equal(
    hosts({ network: "host", ...EXTRA }),
    `${text}10.0.0.5\tdb\n127.0.0.1\tme\nfd00::5\tsix\n`,
  );
  const nothing = { state: undefined, readFile: host({}) };
  assert.equal(hostsText({ network: "host" }, nothing, ""), formatHosts());
});

Deno.test("both texts are of a named namespace if it has files", () => {
  const files = {
    ...HOST,
    "/etc/netns/blue/resolv.conf": "nameserver 127.0.0.1\n",
    "/etc/netns/blue/hosts": "10.0.0.9 blue\n",
  };
  const input = { state: undefined, readFile: host(files) };
  for (const path of ["/run/netns/blue", "/var/run/netns/blue"]) {
    const config: NetworkConfig = { network: `ns:${path}` };
    assert.equal(hostsText(config, input, ""), "10.0.0.9 blue\n");
    assert.deepEqual(resolvConfText(config, input), {
      text: "nameserver 127.0.0.1\n",
      source: "host",
    });
  }
  for (const path of ["/run/netns/red", "/run/netns/blue/x", "/x/blue"]) {
    const config: NetworkConfig = { network: `ns:${path}` };
    assert.equal(hostsText(config, input, ""), HOST["/etc/hosts"]);
    assert.equal(resolvConfText(config, input).text, "nameserver 192.0.2.53\n");
  }
});

Deno.test("resolvConfText() asks the host's resolver only with its network", () => {
  const input = { readFile: host(HOST) };
  assert.deepEqual(resolvConfText({ network: "host" }, input), {
    text: HOST["/etc/resolv.conf"],
    source: "host",
  });
  for (const network of ["none", "connected"] as const) {
    assert.deepEqual(resolvConfText({ network }, input), {
      text: "nameserver 192.0.2.53\n",
      source: "host",
    });
  }
  assert.equal(
    resolvConfText({ network: "none" }, { readFile: host({}) }).source,
    "public",
  );
});

Deno.test("resolvConfText() reads no more files than it needs", () => {
  const read: string[] = [];
  const readFile: ReadHostFile = (path) => {
    read.push(path);
    return "nameserver 192.0.2.1\n";
  };
  resolvConfText({ network: "connected" }, { readFile });
  assert.deepEqual(read, ["/etc/resolv.conf"]);
});

Deno.test("resolvConfText() does as it is asked", () => {
  const dns = { servers: ["10.0.0.1"], search: ["x"], options: ["ndots:2"] };
  const text = "search x\nnameserver 10.0.0.1\noptions ndots:2\n";
  const input = { readFile: host(HOST) };
  for (const network of ["host", "none", "connected"] as const) {
    assert.equal(resolvConfText({ network, dns }, input).text, text);
  }
});
