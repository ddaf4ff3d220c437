/**
 * @module
 */
import assert from "node:assert/strict";
import { createContainerId } from "../../../lib/base/identifiers.ts";
import { claimCidfile } from "../../../lib/engine/containers/cidfile.ts";
import { writeContainerFiles } from "../../../lib/engine/containers/files.ts";
import { formatHosts } from "../../../lib/network/hosts_file.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

const OWN_FILES = ["hostname", "hosts", "resolv.conf"];

function mode(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o7777).toString(8);
}

/** The files of a container, as text by name. */
function written(
  { directory }: EngineRoots,
  path: string,
): Record<string, string> {
  assert.equal(path, `${directory}/files`);
  return Object.fromEntries(
    OWN_FILES.map((name) => [name, Deno.readTextFileSync(`${path}/${name}`)]),
  );
}

engineTest(
  "writeContainerFiles() writes host name, hosts and name servers",
  (roots) => {
    const config = { ...roots.draft({ hostname: "box" }), name: "web" };
    const files = written(roots, writeContainerFiles(roots.directory, config));
    assert.deepEqual(files, {
      "hostname": "box\n",
      "hosts": formatHosts(),
      "resolv.conf": Deno.readTextFileSync("/etc/resolv.conf"),
    });
  },
);

engineTest(
  "writeContainerFiles() gives a container on the host's network its hosts",
  (roots) => {
    const config = { ...roots.draft({ network: "host" }), name: "web" };
    const files = written(roots, writeContainerFiles(roots.directory, config));
    assert.equal(files["hosts"], Deno.readTextFileSync("/etc/hosts"));
  },
);

engineTest(
  "writeContainerFiles() lets every user of the container read them",
  (roots) => {
    const umask = Deno.umask(0o077);
    try {
      const config = { ...roots.draft(), name: "web" };
      const path = writeContainerFiles(roots.directory, config);
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
