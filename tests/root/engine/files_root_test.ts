/**
 * @module
 */
import assert from "node:assert/strict";
import { createContainerId } from "../../../lib/base/identifiers.ts";
import type { ContainerConfig } from "../../../lib/engine/container_config.ts";
import { claimCidfile } from "../../../lib/engine/containers/cidfile.ts";
import {
  filesDirectory,
  writeContainerFiles,
} from "../../../lib/engine/containers/files.ts";
import {
  type NetworkState,
  writeNetworkState,
} from "../../../lib/engine/networks/network_state.ts";
import { formatHosts } from "../../../lib/network/hosts_file.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

const OWN_FILES = ["hostname", "hosts", "resolv.conf"];

function mode(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o7777).toString(8);
}

/** Writes the files of a container, and reads them by name. */
function written(
  { paths, engine }: EngineRoots,
  config: ContainerConfig,
  state?: NetworkState,
): Record<string, string> {
  const input = { state, warn: engine.warn };
  const path = writeContainerFiles(paths, config, input);
  assert.equal(path, `${paths.containers}/${config.id}/files`);
  return Object.fromEntries(
    OWN_FILES.map((name) => [name, Deno.readTextFileSync(`${path}/${name}`)]),
  );
}

/** A container in one network, with a way out. */
function connected(name: string, address: string): NetworkState {
  return {
    hostname: `${name}-host`,
    endpoints: [{
      network: "1".repeat(64),
      networkName: "blue",
      slot: 0,
      addresses: [`${address}/24`],
      gateways: ["10.9.0.1"],
      macAddress: "02:42:0a:09:00:02",
      names: [name],
    }],
    ports: [],
  };
}

engineTest(
  "writeContainerFiles() writes host name, hosts and name servers",
  (roots) => {
    using container = roots.create({
      hostname: "box",
      dns: { servers: ["192.0.2.1"], search: ["."] },
    });
    // A second start finds what the first has left.
    for (const _start of [1, 2]) {
      const files = written(roots, container.config);
      assert.deepEqual(files["hostname"], "box\n");
      assert.deepEqual(files["hosts"], formatHosts());
      assert.match(files["resolv.conf"] ?? "", /^nameserver 192.0.2.1\n/);
    }
    assert.deepEqual(roots.warnings, []);
    container.remove();
  },
);

engineTest(
  "writeContainerFiles() gives a container on the host's network its hosts",
  (roots) => {
    using container = roots.create({ network: "host" });
    const files = written(roots, container.config);
    assert.equal(files["hosts"], Deno.readTextFileSync("/etc/hosts"));
    assert.equal(
      files["resolv.conf"],
      Deno.readTextFileSync("/etc/resolv.conf"),
    );
    container.remove();
  },
);

engineTest(
  "writeContainerFiles() tells a container of itself and who is there already",
  (roots) => {
    using container = roots.create({
      network: "connected",
      extraHosts: ["host.docker.internal:host-gateway"],
    });
    using other = roots.create();
    const state = connected("db", "10.9.0.2");
    writeNetworkState(roots.paths, other.config.id, state);
    const own = connected("web", "10.9.0.3");
    const { hosts } = written(roots, container.config, own);
    const told = { address: "10.9.0.1", names: ["host.docker.internal"] };
    assert.equal(
      hosts,
      formatHosts([told], "10.9.0.3\tweb-host web\n10.9.0.2\tdb\n"),
    );
    for (const { remove } of [container, other]) remove();
  },
);

engineTest(
  "writeContainerFiles() leaves the last start's files to who has them",
  (roots) => {
    using container = roots.create({ hostname: "box" });
    written(roots, container.config);
    const path = `${filesDirectory(roots.paths, container.config)}/hosts`;
    using old = Deno.openSync(path, { write: true });
    written(roots, container.config);
    assert.notEqual(old.statSync().ino, Deno.statSync(path).ino);
    container.remove();
  },
);

engineTest(
  "writeContainerFiles() lets every user of the container read them",
  (roots) => {
    using container = roots.create();
    const umask = Deno.umask(0o077);
    try {
      written(roots, container.config);
      const path = filesDirectory(roots.paths, container.config);
      assert.equal(mode(path), "700", "the host's users not");
      for (const name of OWN_FILES) {
        assert.equal(mode(`${path}/${name}`), "644", name);
      }
      assert.deepEqual(
        [...Deno.readDirSync(path)].map(({ name }) => name).sort(),
        OWN_FILES,
      );
    } finally {
      Deno.umask(umask);
    }
    container.remove();
  },
);

engineTest(
  "writeContainerFiles() leaves those of the container that is shared",
  (roots) => {
    using owner = roots.create({ hostname: "owner" });
    const { hostname } = written(roots, owner.config);
    using guest = roots.create({ network: `container:${owner.config.id}` });
    using second = roots.create({ network: `container:${guest.config.id}` });
    const files = `${roots.paths.containers}/${owner.config.id}/files`;
    for (const { config } of [guest, second]) {
      const path = writeContainerFiles(roots.paths, config, {
        state: undefined,
        warn: roots.engine.warn,
      });
      assert.equal(path, files);
      assert.equal(Deno.readTextFileSync(`${path}/hostname`), hostname);
    }
    for (const { remove } of [owner, guest, second]) remove();
    const gone = { id: createContainerId(), network: guest.config.network };
    assert.equal(filesDirectory(roots.paths, gone), files);
  },
);

engineTest(
  "claimCidfile() writes the id alone, and takes it back",
  ({ directory }) => {
    const [path, id] = [`${directory}/cid`, createContainerId()];
    {
      using _claim = claimCidfile(path, id);
      assert.equal(Deno.readTextFileSync(path), id);
    }
    assert.throws(() => Deno.lstatSync(path), Deno.errors.NotFound);
  },
);

engineTest(
  "claimCidfile() refuses a file that is there, in docker's words",
  ({ directory }) => {
    const path = `${directory}/cid`;
    Deno.writeTextFileSync(path, "kept");
    Deno.symlinkSync("nowhere", `${directory}/link`);
    for (const taken of [path, `${directory}/link`, directory]) {
      assert.throws(() => claimCidfile(taken, createContainerId()), {
        name: "ConflictError",
        message:
          `Container ID file found, make sure the other container isn't running or delete ${taken}`,
      });
    }
    assert.equal(Deno.readTextFileSync(path), "kept");
    assert.throws(() => Deno.statSync(`${directory}/nowhere`), {
      name: "NotFound",
    });
  },
);

engineTest(
  "claimCidfile() says that it cannot write there",
  ({ directory }) => {
    for (const path of [`${directory}/none/cid`, "/proc/cid", ""]) {
      assert.throws(() => claimCidfile(path, createContainerId()), {
        name: "UsageError",
        message: `Cannot create the container ID file "${path}"`,
        advice: "a path in a directory that exists and can be written",
      });
    }
  },
);
