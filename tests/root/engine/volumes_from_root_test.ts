/**
 * @module
 */
import assert from "node:assert/strict";
import {
  parseVolumesFrom,
  withVolumesFrom,
} from "../../../lib/engine/containers/volumes_from.ts";
import type { BindVolume } from "../../../lib/engine/volume.ts";
import { containerConfig } from "../../support/run_options.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";

function volume(
  destination: string,
  changes: Partial<BindVolume> = {},
): BindVolume {
  return {
    source: `/host${destination}`,
    destination,
    access: "rw",
    create: "never",
    ...changes,
  };
}

/** Destination, source and access of the volumes a container gets. */
function inherited(
  { paths }: EngineRoots,
  texts: readonly string[],
  own: Parameters<typeof containerConfig>[0] = {},
): string[] {
  return withVolumesFrom(paths, containerConfig(own), texts).volumes
    .map(({ destination, source, access }) =>
      `${source}:${destination}:${access}`
    );
}

engineTest("withVolumesFrom() adds the volumes of others", (roots) => {
  using web = roots.create({
    name: "web",
    volumes: [volume("/a"), volume("/b", { access: "ro" })],
    tmpfs: [{ destination: "/t", options: [] }],
  });
  using db = roots.create({
    name: "db",
    volumes: [volume("/b", { source: "/db" }), volume("/c")],
  });
  assert.deepEqual(inherited(roots, []), []);
  assert.deepEqual(inherited(roots, ["web"]), [
    "/host/a:/a:rw",
    "/host/b:/b:ro",
  ]);
  assert.deepEqual(
    inherited(roots, ["web", `${db.config.id.slice(0, 30)}:ro`]),
    ["/host/a:/a:rw", "/db:/b:ro", "/host/c:/c:ro"],
  );
  assert.deepEqual(inherited(roots, ["web:rw"]), [
    "/host/a:/a:rw",
    "/host/b:/b:ro",
  ], "what is read-only stays so");
  web.remove();
  db.remove();
});

engineTest("withVolumesFrom() prefers what the container asks for", (roots) => {
  using web = roots.create({
    name: "web",
    volumes: [volume("/a/b"), volume("/a"), volume("/t"), volume("/u")],
  });
  const own = {
    volumes: [volume("/a/b/c"), volume("/u", { source: "/own" })],
    tmpfs: [{ destination: "/t", options: [] }],
  };
  assert.deepEqual(inherited(roots, ["web"], own), [
    "/host/a:/a:rw",
    "/own:/u:rw",
    "/host/a/b:/a/b:rw",
    "/host/a/b/c:/a/b/c:rw",
  ]);
  web.remove();
});

engineTest("withVolumesFrom() creates nothing on the host", (roots) => {
  using web = roots.create({
    name: "web",
    volumes: [volume("/a", { create: "directory" })],
  });
  const { volumes } = withVolumesFrom(roots.paths, containerConfig(), ["web"]);
  assert.deepEqual(volumes, [volume("/a")]);
  web.remove();
});

engineTest("withVolumesFrom() refuses a container there is not", (roots) => {
  assert.throws(() => inherited(roots, ["nobody:ro"]), {
    name: "NotFoundError",
    message: "No such container: nobody",
  });
});

Deno.test("parseVolumesFrom() refuses what names nothing, and unknown modes", () => {
  assert.throws(() => parseVolumesFrom(":ro"), {
    message: 'invalid volumes-from specification ":ro": there is no container',
  });
  for (const mode of ["", "x", "ro:rw", "ro,x"]) {
    assert.throws(() => parseVolumesFrom(`web:${mode}`), {
      name: "UsageError",
      message: `invalid mode for volumes-from: ${mode}`,
    });
  }
  assert.deepEqual(parseVolumesFrom("web:z,ro"), {
    reference: "web",
    access: "ro",
  });
});

engineTest(
  "withVolumesFrom() copies nothing into volumes of others",
  (roots) => {
    const use = { name: "v", isAnonymous: true, copyUp: "if-empty" } as const;
    using web = roots.create({
      name: "web",
      volumes: [volume("/a", { volume: use })],
    });
    const { volumes } = withVolumesFrom(roots.paths, containerConfig(), [
      "web",
    ]);
    assert.deepEqual(volumes[0]?.volume, {
      ...use,
      copyUp: "never",
      isInherited: true,
    });
    web.remove();
  },
);
