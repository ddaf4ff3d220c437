/**
 * @module
 */
import assert from "node:assert/strict";
import { MOUNT } from "../../../ffi/constants/mount.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { hostPaths as pathsOf } from "../../../lib/base/host_paths.ts";
import { removeContainerFiles } from "../../../lib/engine/containers/create.ts";
import { ensureDirectories } from "../../../lib/engine/containers/directories.ts";
import { removeState } from "../../../lib/engine/containers/lasting.ts";
import { tryLock } from "../../../lib/engine/containers/lock.ts";
import { findByName } from "../../../lib/engine/containers/names.ts";
import { reconcile } from "../../../lib/engine/containers/reconcile.ts";
import {
  containerDirectory,
  keepUnstarted,
  readConfig,
  stateDirectory,
} from "../../../lib/engine/containers/records.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

function mode(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o7777).toString(8);
}

function names(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name).sort();
}

/** Everything containers leave in the roots. */
function left({ paths }: EngineRoots): string[] {
  return [paths.containers, paths.states, paths.names].flatMap(names);
}

engineTest(
  "createContainer() makes directories, name and configuration",
  (roots) => {
    const { paths } = roots;
    const draft = roots.draft({ name: "web" });
    using container = roots.create(draft);
    const directory = containerDirectory(paths, draft.id);
    assert.deepEqual(names(directory), [
      "config.json",
      "merged",
      "upper",
      "work",
    ]);
    assert.equal(mode(directory), "700");
    assert.equal(mode(stateDirectory(paths, draft.id)), "700");
    assert.equal(mode(`${directory}/config.json`), "600");
    assert.equal(findByName(paths, "web"), draft.id);
    assert.deepEqual(container.config, { ...draft, name: "web" });
    const { name: _, ...written } = { ...container.config };
    const { name: read, ...rest } = readConfig(paths, draft.id) ??
      assert.fail("no configuration");
    assert.equal(read, "web");
    assert.deepEqual(rest, written);
    container.remove();
    assert.deepEqual(left(roots), []);
  },
);

engineTest(
  "createContainer() puts the mount points below the image's layers",
  (roots) => {
    using container = roots.create({ layers: ["/var", "/usr"] });
    assert.deepEqual(container.snapshot.lower, [
      "/var",
      "/usr",
      roots.paths.mountPoints,
    ]);
    assert.deepEqual(container.config.layers, ["/var", "/usr"]);
    container.remove();
  },
);

engineTest("createContainer() makes a name up", (roots) => {
  using container = roots.create();
  assert.match(container.config.name, /^[a-z]+_[a-z]+$/);
  assert.equal(
    findByName(roots.paths, container.config.name),
    container.config.id,
  );
  container.remove();
});

engineTest(
  "createContainer() keeps the lock until it is disposed of",
  (roots) => {
    const container = roots.create();
    const directory = containerDirectory(roots.paths, container.config.id);
    assert.equal(tryLock(directory), "busy");
    container[Symbol.dispose]();
    const lock = tryLock(directory);
    assert.ok(typeof lock === "object");
    lock[Symbol.dispose]();
    container.remove();
  },
);

engineTest("createContainer() leaves nothing if the name is taken", (roots) => {
  using first = roots.create({ name: "web" });
  const before = left(roots);
  assert.throws(() => roots.create({ name: "web" }), { name: "ConflictError" });
  assert.deepEqual(left(roots), before);
  assert.equal(findByName(roots.paths, "web"), first.config.id);
  first.remove();
});

engineTest(
  "createContainer() leaves nothing if a layer is missing",
  (roots) => {
    const layers = [`${roots.directory}/no-such-layer`];
    assert.throws(() => roots.create({ name: "web", layers }), {
      code: "ENOENT",
    });
    assert.deepEqual(left(roots), []);
  },
);

engineTest(
  "createContainer() does not touch a container of the same id",
  (roots) => {
    using first = roots.create({ name: "web" });
    const { id } = first.config;
    assert.throws(() => roots.create({ id }), { name: "AlreadyExists" });
    assert.equal(readConfig(roots.paths, id)?.name, "web");
    first.remove();
  },
);

engineTest(
  "createContainer() gives the root of the container the layer's mode and owner",
  (roots) => {
    const layer = `${roots.directory}/own`;
    Deno.mkdirSync(layer);
    Deno.chownSync(layer, 12, 34);
    Deno.chmodSync(layer, 0o750);
    const umask = Deno.umask(0o077);
    using container = roots.create({ layers: [layer] });
    Deno.umask(umask);
    const { uid, gid } = Deno.statSync(container.snapshot.upper);
    assert.deepEqual([uid, gid], [12, 34]);
    assert.equal(mode(container.snapshot.upper), "750");
    container.remove();
  },
);

engineTest(
  "remove() removes what the container has written, and may be repeated",
  (roots) => {
    using container = roots.create();
    Deno.mkdirSync(`${container.snapshot.upper}/a/b`, { recursive: true });
    Deno.writeTextFileSync(`${container.snapshot.upper}/a/b/c`, "");
    Deno.symlinkSync("/etc", `${container.snapshot.upper}/etc`);
    container.remove();
    assert.deepEqual(left(roots), []);
    container.remove();
    assert.ok(Deno.statSync("/etc/passwd").isFile);
  },
);

engineTest(
  "ensureDirectories() lets nobody but root look inside",
  ({ paths }) => {
    assert.equal(mode(paths.root), "711");
    assert.equal(mode(paths.runRoot), "711");
    for (const path of [paths.containers, paths.names, paths.states]) {
      assert.equal(mode(path), "700", path);
    }
  },
);

engineTest("ensureDirectories() changes nothing that is there", (roots) => {
  const { paths } = roots;
  Deno.chmodSync(paths.containers, 0o750);
  Deno.writeTextFileSync(`${paths.containers}/kept`, "");
  ensureDirectories(paths);
  assert.equal(mode(paths.containers), "750");
  assert.deepEqual(names(paths.containers), ["kept"]);
  Deno.removeSync(`${paths.containers}/kept`);
  Deno.removeSync(paths.runRoot, { recursive: true });
  ensureDirectories(paths);
  assert.equal(mode(paths.states), "700", "again, as after a reboot");
});

engineTest(
  "ensureDirectories() makes usable mount points under any umask",
  (roots) => {
    const { paths } = roots;
    for (const umask of [0o022, 0o077, 0o777]) {
      Deno.removeSync(paths.root, { recursive: true });
      const before = Deno.umask(umask);
      try {
        ensureDirectories(paths);
      } finally {
        Deno.umask(before);
      }
      assert.equal(mode(paths.mountPoints), "755");
      assert.deepEqual(names(paths.mountPoints), ["dev", "etc", "proc", "sys"]);
      for (const name of names(paths.mountPoints)) {
        assert.equal(mode(`${paths.mountPoints}/${name}`), "755", name);
      }
      const etc = `${paths.mountPoints}/etc`;
      assert.deepEqual(names(etc), ["hostname", "hosts", "resolv.conf"]);
      for (const name of names(etc)) {
        assert.equal(mode(`${etc}/${name}`), "644", name);
        assert.equal(Deno.statSync(`${etc}/${name}`).size, 0, name);
      }
    }
  },
);

engineTest(
  "ensureDirectories() says which root cannot be used, and what to do",
  (roots) => {
    const file = `${roots.directory}/file`;
    Deno.writeTextFileSync(file, "");
    const { paths } = roots;
    const unusable = [file, `${file}/below`, "/proc/no-such-root"];
    for (const root of unusable) {
      for (const key of ["root", "runRoot"] as const) {
        const roots = { root: paths.root, runRoot: paths.runRoot, [key]: root };
        assert.throws(() => ensureDirectories(pathsOf(roots)), (error) => {
          assert.ok(error instanceof Error);
          assert.equal(error.name, "HostError", error.message);
          assert.match(
            error.message,
            /^Cannot use the directory ".*": [A-Z][a-z ]+ \(os error \d+\)$/,
          );
          assert.ok(error.message.includes(root), error.message);
          return true;
        });
      }
    }
  },
);

engineTest(
  "removeContainerFiles() is finished by reconcile() if it is cut short",
  async (roots) => {
    const { paths, engine, warnings } = roots;
    using container = roots.create({ name: "web" });
    const { id } = container.config;
    keepUnstarted(paths, id);
    removeState(paths, id);
    const directory = containerDirectory(paths, id);
    // A mount point cannot be removed, whoever tries.
    const flags = MOUNT.MS_BIND;
    syscall("mount", directory, `${directory}/upper`, null, flags, null);
    try {
      assert.throws(() => removeContainerFiles(paths, id));
    } finally {
      syscall("umount2", `${directory}/upper`, 0);
    }
    assert.deepEqual(names(paths.states), [id], "the next command finds it");
    assert.equal(readConfig(paths, id), undefined, "nobody takes it for whole");
    container[Symbol.dispose]();
    await reconcile(paths, engine.warn);
    assert.deepEqual([left(roots), warnings], [[], []]);
  },
);
