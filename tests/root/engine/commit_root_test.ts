/**
 * Images of containers that never run: what is in them and what they are called
 * is decided without a process. Those of running ones are tested with the built
 * program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { hostPaths } from "../../../lib/base/host_paths.ts";
import {
  ConflictError,
  NotFoundError,
  UsageError,
} from "../../../lib/base/errors.ts";
import { openContainerRoot } from "../../../lib/engine/containers/container_root.ts";
import type { CreatedContainer } from "../../../lib/engine/containers/create.ts";
import { ownLayers } from "../../../lib/engine/containers/own_layers.ts";
import {
  commitContainer,
  type CommitOptions,
} from "../../../lib/engine/images/commit.ts";
import {
  type OpenedImage,
  openImage,
} from "../../../lib/engine/images/open_image.ts";
import { resolveImage } from "../../../lib/engine/images/resolve_image.ts";
import type { ImageDocument } from "../../../lib/oci/image_spec.ts";
import { parseReference } from "../../../lib/oci/reference.ts";
import { asFileMaker } from "../../../lib/runtime/rootfs/file_maker.ts";
import { blobPath } from "../../../lib/storage/content_store.ts";
import {
  readImageDocument,
  removeImageRecord,
  type StoredImage,
} from "../../../lib/storage/image_store.ts";
import { readSnapshotFile } from "../../support/snapshot_file.ts";
import {
  type EngineRoots,
  engineTest,
  type LayeredDraft,
} from "../../support/engine.ts";
import { addTestImage } from "../../support/image_builder.ts";
import { archive, directory, file } from "../../support/tar_builder.ts";

const EPOCH_MS = 1_600_000_000_000;
const PLAIN: CommitOptions = {
  changes: [],
  reading: "paused",
  epochMs: EPOCH_MS,
};
const TAR = archive(
  directory("etc/"),
  file("etc/passwd", "root:x:0:0::/:/bin/sh\n"),
  file("old", "old"),
);

/** What became of a commit. */
interface Committed {
  readonly image: StoredImage;
  readonly document: ImageDocument;
  readonly opened: OpenedImage;
}

async function commit(
  { engine }: EngineRoots,
  { config: { id } }: Pick<CreatedContainer, "config">,
  options: Partial<CommitOptions> = {},
): Promise<Committed> {
  const digest = await commitContainer(engine, id, { ...PLAIN, ...options });
  const image = await resolveImage(engine.paths, digest);
  assert.equal(image.config.digest, digest);
  return {
    image,
    document: readImageDocument(engine.paths, image),
    opened: await openImage(engine, { kind: "stored", image }),
  };
}

/** A container of an image; not locked, as one that does not run. */
function create(
  roots: EngineRoots,
  image: Partial<OpenedImage>,
  changes: Partial<LayeredDraft> = {},
): CreatedContainer {
  const { settings: _, ...of } = image;
  const container = roots.create({ ...of, ...changes });
  container.lock[Symbol.dispose]();
  return container;
}

/** Changes a container's files as it would do itself. */
async function change(
  { engine }: EngineRoots,
  { config: { id } }: Pick<CreatedContainer, "config">,
  act: (root: string) => void,
): Promise<void> {
  using opened = await openContainerRoot(engine, id);
  asFileMaker(opened.maker, () => act(opened.root.path));
}

/** A container of a tar file. */
async function ofArchive(
  roots: EngineRoots,
  bytes: Uint8Array = TAR,
): Promise<{ readonly path: string; readonly container: CreatedContainer }> {
  const path = `${roots.directory}/image.tar`;
  await Deno.writeFile(path, bytes);
  // The file must not have changed just now to be known again.
  await Deno.utime(path, 1000, 1000);
  const { layers } = await openImage(roots.engine, { kind: "archive", path });
  return {
    path,
    container: create(roots, { layers }, { image: path }),
  };
}

function read({ layers }: OpenedImage, path: string): string | undefined {
  const snapshot = { upper: "/nonexistent", lower: layers };
  return readSnapshotFile(snapshot, path);
}

engineTest(
  "commitContainer() puts changes on top of a tar file",
  async (roots) => {
    const { container } = await ofArchive(roots);
    await change(roots, container, (root) => {
      Deno.writeTextFileSync(`${root}/new`, "new");
      Deno.removeSync(`${root}/old`);
    });
    const { image, document, opened } = await commit(roots, container, {
      author: "me",
      message: "what for",
      changes: ["ENV A=1"],
      reference: parseReference("name:tag"),
    });
    assert.equal(read(opened, "/new"), "new");
    assert.equal(read(opened, "/old"), undefined);
    assert.match(read(opened, "/etc/passwd") ?? "", /^root/);
    assert.equal(image.layers.length, 2);
    assert.equal(opened.layers[1], container.config.layers[0]);
    assert.equal(document.author, "me");
    assert.equal(document.created, "2020-09-13T12:26:40.000Z");
    assert.deepEqual(document.config, { Env: ["A=1"], Cmd: ["true"] });
    assert.deepEqual(document.history.slice(1), [{
      created: document.created,
      created_by: "true",
      author: "me",
      comment: "what for",
    }]);
    const named = await resolveImage(roots.paths, "name:tag");
    assert.deepEqual(named.config, image.config);
    container.remove();
  },
);

engineTest(
  "commitContainer() gives the same id for the same changes",
  async (roots) => {
    const ids: string[] = [];
    for (const name of ["one", "other"]) {
      const root = `${roots.directory}/${name}`;
      const paths = hostPaths({ root, runRoot: `${root}-run` });
      await Deno.mkdir(paths.containers, { recursive: true });
      await Deno.mkdir(paths.names);
      await Deno.mkdir(paths.mountPoints);
      await Deno.mkdir(paths.states, { recursive: true });
      const there = Object.assign(Object.create(roots) as EngineRoots, {
        paths,
        engine: { ...roots.engine, paths },
      });
      const { container } = await ofArchive(there);
      await change(there, container, (files) => {
        Deno.mkdirSync(`${files}/b`);
        Deno.writeTextFileSync(`${files}/a`, "new");
        Deno.linkSync(`${files}/a`, `${files}/b/c`);
        Deno.removeSync(`${files}/etc/passwd`);
      });
      const { image } = await commit(there, container);
      ids.push(image.config.digest, image.manifest.digest);
      container.remove();
    }
    assert.deepEqual(ids.slice(0, 2), ids.slice(2));
  },
);

engineTest("commitContainer() takes a tar file in as it is", async (roots) => {
  const { path, container } = await ofArchive(roots);
  const { image } = await commit(roots, container);
  const [layer] = image.layers;
  assert.equal(layer?.blob.size, TAR.length);
  // It has been taken in and is not needed any more.
  await Deno.remove(path);
  const again = await commit(roots, container);
  assert.deepEqual(again.image.layers[0], layer);
  container.remove();
});

engineTest(
  "commitContainer() makes a layer of what was unpacked, if the file is gone",
  async (roots) => {
    const { path, container } = await ofArchive(roots);
    await Deno.remove(path);
    const { image, opened } = await commit(roots, container);
    assert.equal(image.layers.length, 1);
    assert.equal(read(opened, "/old"), "old");
    assert.notEqual(opened.layers[0], container.config.layers[0]);
    container.remove();
  },
);

engineTest("commitContainer() takes directories in", async (roots) => {
  const image = `${roots.directory}/tree`;
  await Deno.mkdir(`${image}/d`, { recursive: true });
  await Deno.writeTextFile(`${image}/d/f`, "of the directory");
  const container = create(roots, { layers: [image] }, { image });
  await change(roots, container, (root) => {
    Deno.removeSync(`${root}/d/f`);
    Deno.writeTextFileSync(`${root}/d/g`, "new");
  });
  const { opened } = await commit(roots, container);
  assert.equal(opened.layers.length, 2);
  assert.equal(read(opened, "/d/f"), undefined);
  assert.equal(read(opened, "/d/g"), "new");
  const [, lowest = ""] = opened.layers;
  assert.equal(await Deno.readTextFile(`${lowest}/d/f`), "of the directory");
  container.remove();
});

engineTest(
  "commitContainer() commits commits, and keeps what is known of them",
  async (roots) => {
    const base = await addTestImage(roots.paths, [TAR]);
    let opened = await openImage(roots.engine, { kind: "stored", image: base });
    const steps: readonly ((root: string) => void)[] = [
      (root): void => Deno.removeSync(`${root}/old`),
      (root): void => Deno.writeTextFileSync(`${root}/old`, "again"),
      (root): void => {
        Deno.removeSync(`${root}/old`);
        Deno.mkdirSync(`${root}/old`);
        Deno.writeTextFileSync(`${root}/old/f`, "in a directory");
      },
      (root): void => {
        Deno.removeSync(`${root}/old/f`);
        Deno.removeSync(`${root}/old`);
      },
    ];
    const shown: (string | undefined)[] = [];
    for (const [index, act] of steps.entries()) {
      const container = create(roots, opened);
      await change(roots, container, act);
      const committed = await commit(roots, container, {
        message: `step ${index}`,
      });
      ({ opened } = committed);
      shown.push(read(opened, "/old") ?? read(opened, "/old/f"));
      assert.equal(committed.image.layers.length, index + 2);
      assert.deepEqual(
        committed.document.history.map(({ comment }) => comment),
        [undefined, "step 0", "step 1", "step 2", "step 3"].slice(0, index + 2),
      );
      container.remove();
    }
    assert.deepEqual(shown, [undefined, "again", "in a directory", undefined]);
  },
);

engineTest("commitContainer() makes no layer of nothing", async (roots) => {
  const base = await addTestImage(roots.paths, [TAR]);
  const opened = await openImage(roots.engine, { kind: "stored", image: base });
  const container = create(roots, opened);
  const { image, document } = await commit(roots, container, {
    changes: ["USER 5"],
  });
  assert.deepEqual(image.layers, base.layers);
  assert.ok(document.history.at(-1)?.empty_layer);
  assert.equal(document.config.User, "5");
  container.remove();
});

engineTest(
  "commitContainer() keeps owners as the container sees them",
  async (roots) => {
    const ranges = [{ containerID: 0, hostID: 300_000, size: 65_536 }];
    for (const way of ["mapped", "shifted"] as const) {
      const { path, container } = await ofArchive(roots);
      const { config: { layers } } = container;
      container.remove();
      const own = create(roots, { layers }, {
        image: path,
        userns: { kind: "mapped", uid: ranges, gid: ranges },
      });
      {
        using owned = await ownLayers(roots.paths, own, () => way === "mapped");
        assert.equal(owned.config.layerOwners, way);
      }
      await change(roots, own, (root) => {
        Deno.writeTextFileSync(`${root}/of-root`, "");
        Deno.writeTextFileSync(`${root}/of-5`, "");
        Deno.chownSync(`${root}/of-5`, 300_005, 300_006);
        Deno.removeSync(`${root}/old`);
      });
      const { opened } = await commit(roots, own);
      const [top = "", bottom = ""] = opened.layers;
      const owners = ["of-root", "of-5", "old"].map((name) => {
        const { uid, gid } = Deno.lstatSync(`${top}/${name}`);
        return `${uid}:${gid}`;
      });
      assert.deepEqual(owners, ["0:0", "5:6", "0:0"], way);
      assert.equal(bottom, layers[0]);
      own.remove();
    }
  },
);

engineTest("commitContainer() tells what it cannot do", async (roots) => {
  const base = await addTestImage(roots.paths, [TAR]);
  const opened = await openImage(roots.engine, { kind: "stored", image: base });
  const container = create(roots, opened);
  await assert.rejects(
    commit(roots, container, { changes: ["RUN x"] }),
    UsageError,
  );
  await change(roots, container, (root) => {
    Deno.writeTextFileSync(`${root}/.wh.x`, "");
  });
  await assert.rejects(
    commit(roots, container),
    (error) =>
      error instanceof ConflictError && /"\.wh\.x"/.test(error.message),
  );
  await Deno.remove(blobPath(roots.paths, base.manifest.digest));
  await assert.rejects(
    commit(roots, container),
    (error) =>
      error instanceof NotFoundError && /has been removed/.test(error.message),
  );
  await assert.rejects(
    commitContainer(roots.engine, "nobody", PLAIN),
    NotFoundError,
  );
  container.remove();
});

engineTest(
  "commitContainer() needs no record of an image that is removed",
  async (roots) => {
    const base = await addTestImage(roots.paths, [TAR]);
    const opened = await openImage(roots.engine, {
      kind: "stored",
      image: base,
    });
    const container = create(roots, opened);
    removeImageRecord(roots.paths, base.manifest.digest);
    await change(roots, container, (root) => Deno.removeSync(`${root}/old`));
    const { image } = await commit(roots, container);
    assert.deepEqual(image.layers[0], base.layers[0]);
    container.remove();
  },
);
