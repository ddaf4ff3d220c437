/**
 * Events of images, as docker has them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseDigest } from "../../../../lib/base/digest.ts";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import { eventLogPath } from "../../../../lib/engine/events.ts";
import {
  recordImageEvent,
  recordImagePrune,
} from "../../../../lib/engine/images/image_event.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("recordImageEvent() tells of the id, or of the name", () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  const id = parseDigest(`sha256:${"a".repeat(64)}`);
  recordImageEvent(paths, { action: "tag", id, name: "docker.io/library/bb" });
  recordImageEvent(paths, { action: "delete", id });
  recordImageEvent(paths, { action: "pull", id, name: "bb:1" });
  recordImagePrune(paths, 12);
  const events = Deno.readTextFileSync(eventLogPath(paths)).trim().split("\n")
    .map((line) => JSON.parse(line))
    .map(({ type, action, id, attributes }) => [type, action, id, attributes]);
  assert.deepEqual(events, [
    ["image", "tag", id, { name: "bb:latest" }],
    ["image", "delete", id, { name: id }],
    ["image", "pull", "bb:1", { name: "bb:1" }],
    ["image", "prune", "", { reclaimed: "12" }],
  ]);
});
