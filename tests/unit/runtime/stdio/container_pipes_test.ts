/** @module */
import assert from "node:assert/strict";
import {
  bytesToRead,
  isHungUp,
  writeAllSync,
} from "../../../../ffi/calls/pipe.ts";
import { openContainerPipes } from "../../../../lib/runtime/stdio/container_pipes.ts";
import { openDescriptors } from "../../../support/processes.ts";

const owner = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0 };

Deno.test("openContainerPipes() gives the container its ends by name", () => {
  using pipes = openContainerPipes({ interactive: true, owner });
  const { descriptors } = pipes;
  assert.deepEqual([...descriptors.keys()], ["stdin", "stdout", "stderr"]);
  const [stdin, stdout, stderr] = [...descriptors.values()];
  assert.ok(stdin && stdout && stderr && pipes.input);
  writeAllSync(stdout, new Uint8Array(1));
  writeAllSync(stderr, new Uint8Array(2));
  writeAllSync(pipes.input, new Uint8Array(3));
  const waiting = [pipes.output, pipes.errors, stdin].map(bytesToRead);
  assert.deepEqual(waiting, [1, 2, 3]);
});

Deno.test("openContainerPipes() has nothing to read where no input is taken", () => {
  using pipes = openContainerPipes({ interactive: false, owner });
  assert.equal(pipes.input, undefined);
  const stdin = pipes.descriptors.get("stdin");
  assert.ok(stdin);
  assert.equal(Deno.readLinkSync(stdin.path), "/dev/null");
});

Deno.test("letGo() leaves the container's ends to the container", () => {
  using pipes = openContainerPipes({ interactive: true, owner });
  assert.ok(!isHungUp(pipes.output));
  pipes.letGo();
  assert.ok(isHungUp(pipes.output) && isHungUp(pipes.errors));
  assert.ok(pipes.input?.isOpen);
});

Deno.test("openContainerPipes() leaves nothing open, even if it fails", () => {
  const before = openDescriptors();
  openContainerPipes({ interactive: true, owner })[Symbol.dispose]();
  assert.equal(openDescriptors(), before);
  const outward = (): never => {
    throw new RangeError("no");
  };
  assert.throws(
    () => openContainerPipes({ interactive: true, owner, outward }),
    RangeError,
  );
  assert.equal(openDescriptors(), before);
});
