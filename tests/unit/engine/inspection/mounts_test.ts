/**
 * @module
 */
import assert from "node:assert/strict";
import {
  inspectAskedMounts,
  type InspectedMount,
  inspectMounts,
} from "../../../../lib/engine/inspection/mounts.ts";
import type { BindVolume } from "../../../../lib/engine/volume.ts";

const BIND: BindVolume = {
  source: "/src",
  destination: "/d",
  access: "rw",
  create: "never",
};
const USE = { name: "v", isAnonymous: false, copyUp: "if-empty" } as const;

function inspect(volume: BindVolume): InspectedMount | undefined {
  return inspectMounts({ volumes: [volume], tmpfs: [] })[0];
}

Deno.test("inspectMounts() tells of paths of the host", () => {
  assert.deepEqual(inspect({ ...BIND, access: "ro" }), {
    Type: "bind",
    Source: "/src",
    Destination: "/d",
    Mode: "ro",
    RW: false,
    Propagation: "rprivate",
  });
});

Deno.test("inspectMounts() tells of volumes by name", () => {
  const named = {
    Type: "volume",
    Name: "v",
    Source: "/src",
    Destination: "/d",
    Driver: "local",
    Mode: "z",
    RW: true,
    Propagation: "",
  };
  assert.deepEqual(inspect({ ...BIND, volume: USE }), named);
  assert.deepEqual(
    inspect({ ...BIND, volume: { ...USE, isAnonymous: true } }),
    { ...named, Mode: "" },
  );
  assert.equal(
    inspect({ ...BIND, volume: USE, subpath: "a/b" })?.Source,
    "/src/a/b",
  );
});

Deno.test("inspectMounts() tells of a tmpfs only if it was a mount", () => {
  const mounts = inspectMounts({
    volumes: [],
    tmpfs: [
      { destination: "/a", options: [] },
      { destination: "/b", options: ["ro"], isMount: true },
    ],
    imageMounts: [{ image: "i", destination: "/i", layers: ["/l"] }],
  });
  assert.deepEqual(
    mounts.map(({ Type, Source, Destination, RW }) => [
      Type,
      Source,
      Destination,
      RW,
    ]),
    [["tmpfs", "", "/b", false], ["image", "i", "/i", false]],
  );
});

Deno.test("inspectAskedMounts() tells what --mount has asked for", () => {
  const bind = { ...BIND, isMount: true } as const;
  assert.deepEqual(
    inspectAskedMounts({
      volumes: [
        BIND,
        { ...bind, access: "ro" },
        { ...bind, destination: "/v", volume: USE },
        { ...bind, destination: "/n", volume: { ...USE, isAnonymous: true } },
      ],
      tmpfs: [
        { destination: "/a", options: [] },
        { destination: "/b", options: ["ro"], isMount: true },
      ],
      imageMounts: [{ image: "i", destination: "/i", layers: [] }],
    }),
    [
      { Type: "bind", Source: "/src", Target: "/d", ReadOnly: true },
      { Type: "volume", Source: "v", Target: "/v" },
      { Type: "volume", Target: "/n" },
      { Type: "tmpfs", Target: "/b", ReadOnly: true },
      { Type: "image", Source: "i", Target: "/i", ReadOnly: true },
    ],
  );
  assert.equal(inspectAskedMounts({ volumes: [BIND], tmpfs: [] }), undefined);
});
