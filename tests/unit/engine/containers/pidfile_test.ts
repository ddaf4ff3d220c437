/** @module */
import assert from "node:assert/strict";
import { openPidfile } from "../../../../lib/engine/containers/pidfile.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("openPidfile() keeps a new file with the pid in it", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/pid`;
  {
    using file = openPidfile(path);
    file.write(1234);
  }
  assert.equal(Deno.readTextFileSync(path), "1234\n");
});

Deno.test("openPidfile() writes a shorter pid in place of a longer one", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/pid`;
  Deno.writeTextFileSync(path, "1234567\n");
  {
    using file = openPidfile(path);
    assert.equal(Deno.readTextFileSync(path), "1234567\n", "not yet");
    file.write(12);
  }
  assert.equal(Deno.readTextFileSync(path), "12\n");
});

Deno.test("openPidfile() leaves nothing, or what was there, if nothing was started", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/pid`;
  openPidfile(path)[Symbol.dispose]();
  assert.deepEqual([...Deno.readDirSync(directory.path)], []);
  Deno.writeTextFileSync(path, "77\n");
  openPidfile(path)[Symbol.dispose]();
  assert.equal(Deno.readTextFileSync(path), "77\n");
});

Deno.test("openPidfile() writes through links, and to devices", () => {
  using directory = new TemporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/target`, "");
  const path = `${directory.path}/link`;
  Deno.symlinkSync("target", path);
  {
    using file = openPidfile(path);
    file.write(5);
  }
  assert.equal(Deno.readTextFileSync(`${directory.path}/target`), "5\n");
  {
    using device = openPidfile("/dev/null");
    device.write(5);
  }
  assert.ok(Deno.statSync("/dev/null").isCharDevice);
});

Deno.test("openPidfile() says at once that a file cannot be written", () => {
  using directory = new TemporaryDirectory();
  for (const path of [`${directory.path}/no/pid`, directory.path, ""]) {
    assert.throws(() => openPidfile(path), {
      name: "UsageError",
      message: `Cannot write the pid file "${path}"`,
    });
  }
});

Deno.test("openPidfile() tells of a disk that has become full", () => {
  using file = openPidfile("/dev/full");
  assert.throws(() => file.write(1), {
    message: 'Cannot write the pid file "/dev/full"',
  });
});
