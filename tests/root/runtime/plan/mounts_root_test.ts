/** @module */
import assert from "node:assert/strict";
import { createPlan } from "../../../../lib/runtime/plan/plan.ts";
import { prepare } from "../../../../lib/runtime/rootfs/prepare.ts";
import { PrivateMounts } from "../../../../lib/runtime/rootfs/private_mounts.ts";
import type { Mount, RuntimeSpec } from "../../../../lib/oci/runtime_spec.ts";
import { rootTest } from "../../../support/root.ts";
import {
  bind,
  fileSystem,
  runtimeSpec,
} from "../../../support/runtime_spec.ts";

/** Prepares a root with mounts, and returns its lines of mountinfo by path. */
function prepared(
  directory: string,
  mounts: readonly Mount[],
): ReadonlyMap<string, string> {
  const root = `${directory}/root`;
  const spec: RuntimeSpec = {
    ...runtimeSpec({ mounts }),
    root: { path: root, readonly: false },
  };
  using _mounts = new PrivateMounts();
  using owner = new DisposableStack();
  prepare(
    createPlan(spec, { rootfs: [], init: false }).prepare,
    new Map(),
    owner,
  );
  const lines = Deno.readTextFileSync("/proc/thread-self/mountinfo").split(
    "\n",
  );
  return new Map(lines.flatMap((line) => {
    const [, , , , path = "", options = ""] = line.split(" ");
    return path.startsWith(`${root}/`)
      ? [[path.slice(root.length), options] as const]
      : [];
  }));
}

function inDirectory(run: (directory: string) => void): void {
  const directory = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${directory}/root`);
    Deno.mkdirSync(`${directory}/source`);
    Deno.writeTextFileSync(`${directory}/file`, "text");
    run(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

function hostMounts(): string {
  return Deno.readTextFileSync("/proc/thread-self/mountinfo");
}

rootTest(
  "prepare() makes mounts with their options, unseen by the host",
  () => {
    inDirectory((directory) => {
      const before = hostMounts();
      const cwd = Deno.cwd();
      const source = `${directory}/source`;
      const mounts = prepared(directory, [
        fileSystem("/run", "tmpfs", "nosuid,nodev,noatime"),
        bind(source, "/rw"),
        bind(source, "/ro/deep", "rbind,rro"),
        bind(source, "/noatime", "bind,noatime,noexec"),
        bind(source, "/strict", "bind,strictatime"),
        bind(`${directory}/file`, "/file", "bind,ro"),
      ]);
      const has = (path: string, ...wanted: string[]): void => {
        const options = mounts.get(path)?.split(",") ?? [];
        for (const option of wanted) {
          assert.ok(options.includes(option), `${path}: ${options}`);
        }
      };
      has("/run", "rw", "nosuid", "nodev", "noatime");
      has("/rw", "rw");
      has("/ro/deep", "ro");
      has("/noatime", "rw", "noatime", "noexec");
      has("/file", "ro");
      assert.ok(!mounts.get("/strict")?.includes("relatime"));
      assert.equal(hostMounts(), before);
      assert.equal(Deno.cwd(), cwd);
      assert.ok(Deno.statSync(`${directory}/root/file`).isFile);
      assert.ok(Deno.statSync(`${directory}/root/ro/deep`).isDirectory);
    });
  },
);

rootTest("prepare() mounts on what a link means inside the root", () => {
  inDirectory((directory) => {
    const root = `${directory}/root`;
    Deno.mkdirSync(`${root}${directory}/source`, { recursive: true });
    Deno.symlinkSync(`${directory}/source`, `${root}/link`);
    const mounts = prepared(directory, [
      bind(`${directory}/file`, "/link/new"),
    ]);
    assert.deepEqual([...mounts.keys()], [`${directory}/source/new`]);
    assert.deepEqual([...Deno.readDirSync(`${directory}/source`)], []);
  });
});

rootTest("prepare() says which step failed, and leaves no mount behind", () => {
  inDirectory((directory) => {
    const before = hostMounts();
    const mount = bind(`${directory}/missing`, "/x");
    assert.throws(() => prepared(directory, [mount]), {
      name: "StartError",
      reason: "setup",
      message:
        `Cannot prepare the container: open_tree(AT_FDCWD, "${directory}/missing", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE): ENOENT (no such file or directory)`,
    });
    assert.equal(hostMounts(), before);
  });
});
