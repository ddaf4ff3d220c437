/**
 * @module
 */
import assert from "node:assert/strict";
import { NotFoundError } from "../../../lib/base/errors.ts";
import { hostPaths } from "../../../lib/base/host_paths.ts";
import { dryRun } from "../../../lib/engine/containers/dry_run.ts";
import { listContainers } from "../../../lib/engine/containers/list.ts";
import { removeContainer } from "../../../lib/engine/containers/remove.ts";
import { findImage, openImage } from "../../../lib/engine/images/open_image.ts";
import type { RunOptions } from "../../../lib/engine/run_options.ts";
import { setReference } from "../../../lib/storage/image_store.ts";
import type { RunResult } from "../../fixtures/engine/run_container.ts";
import { DEADLINE_MS, IMAGE, LAUNCHERS, namesIn } from "../../support/cli.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";
import { addTestImage } from "../../support/image_builder.ts";
import { archive, file } from "../../support/tar_builder.ts";

const RUN = new URL("../../fixtures/engine/run_container.ts", import.meta.url);

/** All paths below a directory. */
function tree(path: string): string[] {
  return [...Deno.readDirSync(path)].flatMap(({ name, isDirectory }) => {
    const child = `${path}/${name}`;
    return isDirectory ? [child, ...tree(child)] : [child];
  });
}

/** Makes a directory that can be run as an image. */
function image({ directory }: EngineRoots, passwd?: string): string {
  const path = `${directory}/images/test`;
  Deno.mkdirSync(`${path}/etc`, { recursive: true });
  if (passwd !== undefined) {
    Deno.writeTextFileSync(`${path}/etc/passwd`, passwd);
  }
  return path;
}

engineTest("dryRun() plans a start and writes nothing", async (roots) => {
  const path = image(roots, "web:x:33:33::/srv:\n");
  const before = tree(roots.directory);
  const { spec, plan } = await dryRun(
    roots.engine,
    roots.options({
      image: path,
      name: "web",
      user: "web",
      cidfile: `${roots.directory}/cid`,
      volumes: ["./none:/d", "./made:/e:create"],
    }),
  );
  assert.deepEqual(tree(roots.directory), before);
  assert.deepEqual(spec.process.args, ["true"]);
  assert.equal(spec.process.user.uid, 33);
  assert.ok(spec.process.env.includes("HOME=/srv"));
  assert.ok(plan.child.length > 0);
  const text = JSON.stringify(plan);
  assert.ok(text.includes(`lowerdir=${path}:${roots.paths.mountPoints}`));
  assert.ok(!text.includes("volatile"));
});

engineTest("dryRun() makes none of the directories either", async (roots) => {
  const roots2 = {
    root: `${roots.directory}/r`,
    runRoot: `${roots.directory}/s`,
  };
  const engine = { ...roots.engine, paths: hostPaths(roots2) };
  await dryRun(engine, roots.options({ image: image(roots) }));
  assert.deepEqual(
    tree(roots.directory).filter((path) => /\/[rs](\/|$)/.test(path)),
    [],
  );
});

engineTest(
  "dryRun() discards changes with --rm, and says where a layer will be",
  async (roots) => {
    const { plan } = await dryRun(
      roots.engine,
      roots.options({ image: IMAGE, autoRemove: true }),
    );
    const text = JSON.stringify(plan);
    assert.ok(text.includes("volatile"));
    assert.ok(text.includes("once unpacked"));
  },
);

engineTest("dryRun() refuses what run refuses", async (roots) => {
  const path = image(roots);
  const refused = [
    { options: { image: path, user: "web" }, name: "UsageError" },
    { options: { image: path, command: [] }, name: "UsageError" },
    { options: { image: "./none" }, name: "NotFoundError" },
    { options: { image: "none" }, name: "NotFoundError" },
  ];
  for (const { options, name } of refused) {
    await assert.rejects(
      dryRun(roots.engine, roots.options(options)),
      { name },
    );
  }
});

engineTest(
  "findImage() finds directories and archives, by path and by name",
  async (roots) => {
    const { engine, directory } = roots;
    const path = image(roots);
    await Deno.copyFile(IMAGE, `${directory}/images/box.tar`);
    await Deno.symlink("images/box.tar", `${directory}/link.tar`);
    const kinds: Readonly<Record<string, [kind: string, path: string]>> = {
      [path]: ["directory", path],
      "box": ["archive", `${directory}/images/box.tar`],
      [`${directory}/link.tar`]: ["archive", `${directory}/images/box.tar`],
    };
    for (const [name, [kind, expected]] of Object.entries(kinds)) {
      assert.deepEqual(await findImage(engine, name), { kind, path: expected });
    }
  },
);

engineTest(
  "openImage() unpacks an archive once, a directory never",
  async (roots) => {
    const { engine, paths } = roots;
    const path = image(roots);
    const open = async (name: string): Promise<readonly string[]> =>
      (await openImage(engine, await findImage(engine, name))).layers;
    assert.deepEqual(await open(path), [path]);
    const [layer, ...others] = await open(IMAGE);
    assert.ok(layer?.startsWith(`${paths.layers}/`));
    assert.deepEqual(others, []);
    const { ino, mtime } = await Deno.stat(layer ?? "");
    assert.deepEqual(await open(IMAGE), [layer]);
    const again = await Deno.stat(layer ?? "");
    assert.deepEqual([again.ino, again.mtime], [ino, mtime]);
  },
);

engineTest("an image of the store is found before files", async (roots) => {
  const { engine, directory, paths } = roots;
  const stored = await addTestImage(paths, [archive(file("x", "x"))]);
  const { digest } = stored.manifest;
  await Deno.mkdir(`${directory}/images`);
  await Deno.copyFile(IMAGE, `${directory}/images/box.tar`);
  await setReference(paths, "docker.io/library/box:latest", digest);
  const id = stored.config.digest;
  for (const name of ["box", "box:latest", id, id.slice(7, 12), digest]) {
    const found = await findImage(engine, name);
    assert.deepEqual(found, { kind: "stored", image: stored }, name);
    const opened = await openImage(engine, found);
    assert.deepEqual(opened, {
      layers: [`${paths.layers}/${stored.layers[0]?.chainId.slice(7)}`],
      settings: { Cmd: ["sh"] },
      platform: { os: "linux", architecture: "amd64" },
      imageId: id,
      imageManifest: digest,
    });
  }
  await assert.rejects(findImage(engine, "box:other"), NotFoundError);
  const path = `${directory}/images/box.tar`;
  const found = await findImage(engine, path);
  assert.deepEqual(found, { kind: "archive", path });
});

/** Runs a container in a process of its own. */
async function run(
  { root, runRoot, directory }: EngineRoots,
  launcher: string,
  options: RunOptions,
): Promise<RunResult> {
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      RUN.pathname,
      JSON.stringify({ root, runRoot, launcher }),
      JSON.stringify(options),
    ],
    cwd: directory,
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(DEADLINE_MS),
  }).output();
  const text = new TextDecoder().decode(stderr).trimEnd();
  return JSON.parse(text.slice(text.lastIndexOf("\n") + 1));
}

for (const launcher of LAUNCHERS) {
  engineTest(
    `runContainer() returns the program's status (${launcher})`,
    async (roots) => {
      const options = roots.options({
        image: IMAGE,
        hostname: "box",
        autoRemove: true,
        command: ["sh", "-c", 'exit "$N"'],
        env: [{ name: "N", value: "42" }],
      });
      assert.deepEqual(await run(roots, launcher, options), {
        end: 42,
        launched: ["box"],
        locks: ["busy"],
        mounts: "same",
      });
      assert.deepEqual(listContainers(roots.paths), []);
    },
  );

  engineTest(
    `runContainer() records the end of a container that stays (${launcher})`,
    async (roots) => {
      const cidfile = `${roots.directory}/cid`;
      const from = Date.now();
      const options = roots.options({
        image: IMAGE,
        name: "web",
        cidfile,
        command: ["sh", "-c", "echo kept >/file; kill -9 $$"],
        init: true,
      });
      const { end, mounts } = await run(roots, launcher, options);
      assert.deepEqual({ end, mounts }, { end: 137, mounts: "same" });
      const [found, ...others] = listContainers(roots.paths);
      assert.deepEqual(others, []);
      assert.ok(found);
      assert.equal(found.config.name, "web");
      assert.equal(await Deno.readTextFile(cidfile), found.config.id);
      assert.ok(found.status.state === "exited");
      assert.equal(found.status.exitCode, 137);
      assert.ok(found.status.finishedMs >= from);
      const upper = `${roots.paths.containers}/${found.config.id}/upper`;
      assert.equal(await Deno.readTextFile(`${upper}/file`), "kept\n");
      assert.deepEqual(await namesIn(roots.paths.states), []);
      await removeContainer(roots.engine, "web", { running: "refuse" });
    },
  );

  engineTest(
    `runContainer() removes what cannot start, locked until it is gone (${launcher})`,
    async (roots) => {
      const cidfile = `${roots.directory}/cid`;
      const failing = [
        { command: ["/no-such-program"], end: "StartError" },
        { command: ["/etc/passwd"], end: "StartError" },
        { user: "nobody-here", end: "UsageError" },
      ];
      for (const { end, ...changes } of failing) {
        const options = roots.options({ image: IMAGE, cidfile, ...changes });
        assert.deepEqual(await run(roots, launcher, options), {
          end,
          launched: [],
          locks: ["busy"],
          mounts: "same",
        });
        assert.deepEqual(listContainers(roots.paths), []);
        await assert.rejects(() => Deno.lstat(cidfile), { name: "NotFound" });
      }
    },
  );
}

engineTest(
  "runContainer() creates nothing if options, image or volume are wrong",
  async (roots) => {
    const wrong = [
      { image: IMAGE, volumes: ["./none:/d"], end: "UsageError" },
      { image: "./none.tar", end: "NotFoundError" },
      { image: IMAGE, workdir: "relative", end: "UsageError" },
    ];
    for (const { end, ...changes } of wrong) {
      const result = await run(roots, "auto", roots.options(changes));
      assert.equal(result.end, end);
      assert.deepEqual(result.locks, [], "there was no container");
      assert.deepEqual(await namesIn(roots.paths.containers), []);
    }
  },
);
