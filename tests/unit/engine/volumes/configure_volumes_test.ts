/**
 * @module
 */
import assert from "node:assert/strict";
import {
  configureVolumes,
  withImageVolumes,
} from "../../../../lib/engine/volumes/configure_volumes.ts";

type Asked = Partial<Parameters<typeof configureVolumes>[0]>;

function places(): Parameters<typeof configureVolumes>[1] {
  let count = 0;
  return {
    cwd: "/home/me",
    volumes: "/store",
    newName: () => `anonymous-${++count}`,
  };
}

function configure(asked: Asked): ReturnType<typeof configureVolumes> {
  return configureVolumes(
    { volumes: [], mounts: [], tmpfs: [], ...asked },
    places(),
  );
}

/** Sources and destinations. */
function pairs({ volumes }: ReturnType<typeof configureVolumes>): string[] {
  return volumes.map(({ source, destination, volume }) =>
    `${volume?.name ?? source}:${destination}`
  );
}

Deno.test("configureVolumes() puts all flags together", () => {
  const configured = configure({
    volumes: ["/a:/a", "b:/b", "/c"],
    mounts: [
      "src=d,dst=/d",
      "type=tmpfs,dst=/e",
      "type=image,src=i,dst=/f",
    ],
    tmpfs: ["/g:ro"],
  });
  assert.deepEqual(pairs(configured), [
    "/a:/a",
    "b:/b",
    "d:/d",
    "anonymous-1:/c",
  ]);
  assert.deepEqual(configured.tmpfs, [
    { destination: "/g", options: ["ro"] },
    { destination: "/e", options: [], isMount: true },
  ]);
  assert.deepEqual(configured.imageMounts, [
    { image: "i", destination: "/f", layers: [] },
  ]);
});

Deno.test("configureVolumes() mounts what lies below later", () => {
  assert.deepEqual(pairs(configure({ volumes: ["/a", "x:/a/b/c", "y:/z"] })), [
    "y:/z",
    "anonymous-1:/a",
    "x:/a/b/c",
  ]);
});

Deno.test("configureVolumes() lets nameless volumes give way", () => {
  assert.deepEqual(pairs(configure({ volumes: ["/a", "x:/a", "/b", "/b/"] })), [
    "x:/a",
    "anonymous-2:/b",
  ]);
  assert.deepEqual(pairs(configure({ volumes: ["/a"], tmpfs: ["/a"] })), []);
});

Deno.test("configureVolumes() refuses two mounts in one place", () => {
  const asked: readonly Asked[] = [
    { volumes: ["/x:/d", "y:/d/"] },
    { volumes: ["y:/d"], mounts: ["src=z,dst=/d"] },
    { tmpfs: ["/d"], mounts: ["type=image,src=z,dst=/d"] },
  ];
  for (const one of asked) {
    assert.throws(() => configure(one), {
      name: "UsageError",
      message: "Duplicate mount point: /d",
    });
  }
});

Deno.test("withImageVolumes() adds what nobody has mounted over", () => {
  const draft = { ...configure({ volumes: ["x:/a"], tmpfs: ["/b"] }), id: 5 };
  const paths = ["/a", "/b/", "/c/d", "c", "/", "", "/c", "/c/../c"];
  const added = withImageVolumes(draft, paths, places());
  assert.equal(added.id, 5);
  assert.deepEqual(pairs(added), [
    "x:/a",
    "anonymous-4:/c",
    "anonymous-3:/c/d",
  ]);
  assert.ok(added.volumes[1]?.volume?.isAnonymous);
  assert.equal(withImageVolumes(draft, [], places()), draft);
});
