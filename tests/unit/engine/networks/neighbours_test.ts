/**
 * @module
 */
import assert from "node:assert/strict";
import { type HostPaths, hostPaths } from "../../../../lib/base/host_paths.ts";
import type { ContainerId } from "../../../../lib/base/identifiers.ts";
import {
  hasOthers,
  introduce,
  lockNeighbours,
  updateNeighbours,
} from "../../../../lib/engine/networks/neighbours.ts";
import {
  type EndpointState,
  type NetworkState,
  readNetworkState,
  writeNetworkState,
} from "../../../../lib/engine/networks/network_state.ts";
import { renameEndpoints } from "../../../../lib/engine/networks/rename_endpoints.ts";
import { formatHosts } from "../../../../lib/network/hosts_file.ts";
import { containerConfig } from "../../../support/run_options.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

/** Containers with states and hosts files, but nothing else. */
class Containers extends TemporaryDirectory {
  readonly paths: HostPaths = hostPaths({
    root: `${this.path}/root`,
    runRoot: `${this.path}/run`,
  });

  /** One that is in some networks, with the same host number in each. */
  add(name: string, host: number, networks: readonly string[]): ContainerId {
    const id = name.charCodeAt(0).toString(16).repeat(32) as ContainerId;
    const { states, containers } = this.paths;
    Deno.mkdirSync(`${states}/${id}`, { recursive: true });
    Deno.mkdirSync(`${containers}/${id}/files`, { recursive: true });
    Deno.writeTextFileSync(this.hosts(id), formatHosts());
    writeNetworkState(this.paths, id, stateOf(name, host, networks));
    return id;
  }

  /** Ends one. */
  end(id: ContainerId): void {
    Deno.removeSync(`${this.paths.states}/${id}`, { recursive: true });
  }

  hosts(id: ContainerId): string {
    return `${this.paths.containers}/${id}/files/hosts`;
  }

  /** What one knows of itself and others: addresses and names. */
  known(id: ContainerId): string[] {
    const text = Deno.readTextFileSync(this.hosts(id));
    assert.ok(text.startsWith(formatHosts()), text);
    return text.slice(formatHosts().length).split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => line.replace("\t", " "));
  }
}

function stateOf(
  name: string,
  host: number,
  networks: readonly string[],
): NetworkState {
  const endpoints = networks.map((network, slot): EndpointState => ({
    ...{ network, networkName: network, slot },
    addresses: [`10.0.${network.length}.${host}/24`],
    gateways: [],
    macAddress: "",
    names: [name],
  }));
  return { endpoints, ports: [] };
}

Deno.test("updateNeighbours() tells each of all in its networks", () => {
  using all = new Containers();
  const web = all.add("web", 2, ["blue", "red"]);
  const db = all.add("db", 3, ["blue"]);
  const cache = all.add("cache", 4, ["red"]);
  updateNeighbours(all.paths, ["blue", "red"]);
  assert.deepEqual(all.known(web), [
    ...["10.0.4.2 web", "10.0.3.2 web"],
    ...["10.0.4.3 db", "10.0.3.4 cache"],
  ]);
  assert.deepEqual(all.known(db), ["10.0.4.3 db", "10.0.4.2 web"]);
  assert.deepEqual(all.known(cache), ["10.0.3.4 cache", "10.0.3.2 web"]);
});

Deno.test("updateNeighbours() forgets who has ended, and keeps what others wrote", () => {
  using all = new Containers();
  const web = all.add("web", 2, ["blue"]);
  const db = all.add("db", 3, ["blue"]);
  updateNeighbours(all.paths, ["blue"]);
  Deno.writeTextFileSync(all.hosts(web), "10.9.9.9 mine\n", { append: true });
  const { ino } = Deno.statSync(all.hosts(web));
  all.end(db);
  updateNeighbours(all.paths, ["blue"]);
  assert.deepEqual(all.known(web), ["10.0.4.2 web", "10.9.9.9 mine"]);
  assert.equal(Deno.statSync(all.hosts(web)).ino, ino);
});

Deno.test("updateNeighbours() writes only what is of these networks, and not right", () => {
  using all = new Containers();
  const web = all.add("web", 2, ["blue"]);
  const db = all.add("db", 3, ["red"]);
  updateNeighbours(all.paths, ["blue"]);
  assert.deepEqual(all.known(web), ["10.0.4.2 web"]);
  assert.deepEqual(all.known(db), []);
  Deno.utimeSync(all.hosts(web), 1, 1);
  updateNeighbours(all.paths, ["blue", "red"]);
  assert.equal(Deno.statSync(all.hosts(web)).mtime?.getTime(), 1000);
  assert.deepEqual(all.known(db), ["10.0.3.3 db"]);
});

Deno.test("updateNeighbours() is not kept from it by one that is damaged", () => {
  using all = new Containers();
  const web = all.add("web", 2, ["blue"]);
  const db = all.add("db", 3, ["blue"]);
  const cache = all.add("cache", 4, ["blue"]);
  Deno.writeTextFileSync(`${all.paths.states}/${db}/network.json`, "{");
  Deno.removeSync(all.hosts(cache));
  Deno.mkdirSync(`${all.paths.states}/none-of-ours`);
  updateNeighbours(all.paths, ["blue"]);
  assert.deepEqual(all.known(web), ["10.0.4.2 web", "10.0.4.4 cache"]);
  assert.deepEqual(all.known(db), [], "nobody knows what it is in");
  assert.throws(() => Deno.statSync(all.hosts(cache)), Deno.errors.NotFound);
});

Deno.test("updateNeighbours() does nothing before the first container", () => {
  using all = new Containers();
  updateNeighbours(all.paths, []);
  updateNeighbours(all.paths, ["blue"]);
  assert.throws(() => Deno.statSync(all.paths.states), Deno.errors.NotFound);
});

Deno.test("updateNeighbours() waits for who changes names", async () => {
  using all = new Containers();
  const web = all.add("web", 2, ["blue"]);
  const url = import.meta.resolve(
    "../../../../lib/engine/networks/neighbours.ts",
  );
  const code = `import { updateNeighbours } from "${url}";
    console.log("ready");
    updateNeighbours(${JSON.stringify(all.paths)}, ["blue"]);`;
  const lock = lockNeighbours(all.paths);
  const other = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", "--ext=ts", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = other.stdin.getWriter();
  await input.write(new TextEncoder().encode(code));
  await input.close();
  const output = other.stdout.getReader();
  await output.read();
  const db = all.add("db", 3, ["blue"]);
  assert.deepEqual(all.known(web), [], "the lock is held");
  lock[Symbol.dispose]();
  assert.ok((await other.status).success);
  assert.equal((await output.read()).value, undefined);
  // What was written before it had the lock, it has seen.
  assert.deepEqual(all.known(web), ["10.0.4.2 web", "10.0.4.3 db"]);
  assert.deepEqual(all.known(db), ["10.0.4.3 db", "10.0.4.2 web"]);
});

Deno.test("introduce() makes neighbours known to each other, once one is there or before", () => {
  using all = new Containers();
  const web = all.add("web", 2, ["blue"]);
  const db = all.add("db", 3, ["blue"]);
  const cache = all.add("cache", 4, ["red"]);
  const linesOf = (networks: readonly string[]): string => {
    const told: string[] = [];
    const state = stateOf("web", 2, networks);
    introduce(all.paths, { id: web, state }, (lines) => told.push(lines));
    assert.equal(told.length, 1);
    return told[0] ?? "";
  };
  const lines = "10.0.4.2\tweb\n10.0.4.3\tdb\n";
  assert.equal(linesOf(["blue"]), lines);
  assert.deepEqual(all.known(db), ["10.0.4.3 db", "10.0.4.2 web"]);
  assert.deepEqual(all.known(cache), [], "it is in another network");
  assert.deepEqual(all.known(web), [], "that is written by who is called");
  all.end(web);
  updateNeighbours(all.paths, ["blue"]);
  assert.deepEqual(all.known(db), ["10.0.4.3 db"]);
  assert.equal(linesOf(["blue"]), lines);
  assert.deepEqual(all.known(db), ["10.0.4.3 db", "10.0.4.2 web"]);
  assert.equal(linesOf([]), "");
});

Deno.test("renameEndpoints() tells the neighbours of the new name", () => {
  using all = new Containers();
  const web = all.add("web", 2, ["blue"]);
  const db = all.add("db", 3, ["blue"]);
  const short = web.slice(0, 12);
  const config = {
    ...containerConfig({ id: web, layers: [], hostname: short }),
    name: "front",
    networks: [{ network: "blue", networkName: "blue", aliases: ["www"] }],
  };
  const before = readNetworkState(all.paths, web);
  renameEndpoints(all.paths, config);
  assert.deepEqual(all.known(db), [
    "10.0.4.3 db",
    `10.0.4.2 front www ${short}`,
  ]);
  const after = readNetworkState(all.paths, web);
  assert.deepEqual(after?.endpoints[0]?.addresses, ["10.0.4.2/24"]);
  assert.deepEqual(after?.ports, before?.ports);
  // One that does not run, or is in no network, has nobody to tell.
  all.end(web);
  renameEndpoints(all.paths, { ...config, name: "back" });
  assert.equal(readNetworkState(all.paths, web), undefined);
});

Deno.test("hasOthers() counts whoever is about to run", () => {
  using all = new Containers();
  const web = all.add("web", 2, ["blue"]);
  assert.ok(!hasOthers(all.paths, web));
  Deno.mkdirSync(`${all.paths.states}/none-of-ours`);
  assert.ok(!hasOthers(all.paths, web));
  Deno.mkdirSync(`${all.paths.states}/${"d".repeat(64)}`);
  assert.ok(hasOthers(all.paths, web));
});
