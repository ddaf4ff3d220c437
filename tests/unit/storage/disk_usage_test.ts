/**
 * Disk usage is what du(1) says.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DiskMeter } from "../../../lib/storage/disk_usage.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

function du(path: string): number {
  const { stdout } = new Deno.Command("du", { args: ["-s", "-B1", path] })
    .outputSync();
  return Number.parseInt(new TextDecoder().decode(stdout));
}

Deno.test("DiskMeter counts blocks, each file once", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  Deno.mkdirSync(`${path}/a/b/c`, { recursive: true });
  Deno.writeFileSync(`${path}/a/big`, new Uint8Array(100_000).fill(7));
  Deno.writeTextFileSync(`${path}/a/b/c/small`, "x");
  Deno.linkSync(`${path}/a/big`, `${path}/a/b/same`);
  Deno.symlinkSync("/usr", `${path}/a/elsewhere`);
  Deno.writeTextFileSync(`${path}/hole`, "");
  Deno.truncateSync(`${path}/hole`, 10_000_000);
  const meter = new DiskMeter();
  assert.equal(meter.measure(path), du(path));
  // What it has in common with what was measured before counts no more.
  assert.ok(meter.measure(`${path}/a`) < du(`${path}/a`));
});

Deno.test("DiskMeter takes files, and names that are no text", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  Deno.writeFileSync(`${path}/file`, new Uint8Array(5000).fill(7));
  assert.equal(new DiskMeter().measure(`${path}/file`), du(`${path}/file`));
  const script = `cd '${path}' && mkdir "$(printf 'a\\377')" && ` +
    `head -c 9000 /dev/zero >"$(printf 'a\\377/b')"`;
  new Deno.Command("sh", { args: ["-c", script] }).outputSync();
  assert.ok(du(path) > 9000);
  assert.equal(new DiskMeter().measure(path), du(path));
});

Deno.test("DiskMeter finds nothing where nothing is", () => {
  assert.equal(new DiskMeter().measure("/proc/nowhere"), 0);
});

Deno.test("DiskMeter counts what is in files, if asked to", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  Deno.mkdirSync(`${path}/a/b`, { recursive: true });
  assert.equal(new DiskMeter("contents").measure(path), 0);
  Deno.writeTextFileSync(`${path}/a/b/f`, "12345");
  Deno.linkSync(`${path}/a/b/f`, `${path}/a/same`);
  Deno.symlinkSync("/usr", `${path}/a/link`);
  assert.equal(new DiskMeter("contents").measure(path), 9);
});
