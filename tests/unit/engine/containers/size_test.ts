/**
 * Sizes of containers.
 *
 * @module
 */
import assert from "node:assert/strict";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import { sizeMeter } from "../../../../lib/engine/containers/size.ts";
import { containerConfig } from "../../../support/run_options.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("sizeMeter() tells what was written, and that with the image", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  const paths = hostPaths({ root: path, runRoot: `${path}/run` });
  const layer = `${path}/layer`;
  const { id } = containerConfig();
  const upper = `${paths.containers}/${id}/upper`;
  Deno.mkdirSync(`${layer}/etc`, { recursive: true });
  Deno.mkdirSync(upper, { recursive: true });
  Deno.writeTextFileSync(`${layer}/etc/motd`, "x".repeat(1000));
  const measure = sizeMeter(paths);
  const config = { id, layers: [layer] };
  assert.deepEqual(measure(config), { writtenBytes: 0, totalBytes: 1000 });
  Deno.writeTextFileSync(`${upper}/new`, "x".repeat(24));
  assert.deepEqual(measure(config), { writtenBytes: 24, totalBytes: 1024 });
  Deno.removeSync(upper, { recursive: true });
  assert.deepEqual(measure(config), { writtenBytes: 0, totalBytes: 1000 });
});
