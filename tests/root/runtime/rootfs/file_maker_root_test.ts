/** @module */
import assert from "node:assert/strict";
import { asFileMaker } from "../../../../lib/runtime/rootfs/file_maker.ts";
import { rootTest } from "../../../support/root.ts";

/** What of the thread may change. */
function threadState(): string[] {
  return Deno.readTextFileSync("/proc/thread-self/status").split("\n")
    .filter((line) => /^(?:Uid|Gid|Cap\w+):/.test(line));
}

const MAKER = { uid: 300_001, gid: 300_002 };

rootTest(
  "asFileMaker() makes files of somebody else's, with our rights",
  () => {
    const directory = Deno.makeTempDirSync();
    try {
      Deno.chmodSync(directory, 0o700);
      const capabilities = threadState().filter((line) =>
        line.startsWith("Cap")
      );
      asFileMaker(MAKER, () => {
        Deno.writeTextFileSync(`${directory}/f`, "");
        Deno.chownSync(`${directory}/f`, 7, 8);
        Deno.mkdirSync(`${directory}/d`);
        const now = threadState().filter((line) => line.startsWith("Cap"));
        assert.deepEqual(now, capabilities);
      });
      const { uid, gid } = Deno.statSync(`${directory}/d`);
      assert.deepEqual({ uid, gid }, MAKER);
      assert.equal(Deno.statSync(`${directory}/f`).uid, 7);
    } finally {
      Deno.removeSync(directory, { recursive: true });
    }
  },
);

rootTest("asFileMaker() puts everything back, even after a failure", () => {
  const before = threadState();
  assert.equal(asFileMaker(MAKER, () => "result"), "result");
  assert.deepEqual(threadState(), before);
  const failure = new Error("no");
  assert.throws(
    () =>
      asFileMaker(MAKER, () => {
        throw failure;
      }),
    failure,
  );
  assert.deepEqual(threadState(), before);
});
