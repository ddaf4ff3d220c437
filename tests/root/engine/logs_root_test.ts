/**
 * Whose log is read, and whose end ends it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { openContainerLog } from "../../../lib/engine/containers/log.ts";
import {
  type LogSelection,
  readContainerLog,
} from "../../../lib/engine/containers/logs.ts";
import {
  logDirectory,
  stateDirectory,
  writeRunning,
} from "../../../lib/engine/containers/records.ts";
import type { CreatedContainer } from "../../../lib/engine/containers/create.ts";
import { identifyProcess } from "../../../lib/runtime/process_identity.ts";
import { type EngineRoots, engineTest } from "../../support/engine.ts";
import { runningRecord } from "../../support/running_record.ts";

const NOTHING: LogSelection = { after: "nothing", now: () => 0 };
const MORE: LogSelection = { ...NOTHING, after: "more" };

/** A container that has written one line, and its end. */
function writtenTo(roots: EngineRoots): CreatedContainer {
  const container = roots.create();
  using log = openContainerLog(roots.paths, container.config);
  log?.write("stdout", new TextEncoder().encode("line\n"), 0);
  return container;
}

async function texts(
  { paths }: EngineRoots,
  { config }: CreatedContainer,
  selection: LogSelection,
): Promise<string> {
  let found = "";
  for await (const some of readContainerLog(paths, config, selection)) {
    for (const { log } of some) found += log;
  }
  return found;
}

engineTest("readContainerLog() reads what was written", async (roots) => {
  using container = writtenTo(roots);
  assert.equal(await texts(roots, container, NOTHING), "line\n");
  container.remove();
});

engineTest("readContainerLog() waits for nobody's output", async (roots) => {
  using container = writtenTo(roots);
  assert.equal(await texts(roots, container, MORE), "line\n");
  container.remove();
});

engineTest("readContainerLog() refuses if none is written", async (roots) => {
  using container = roots.create({
    log: { driver: "none", maxSizeBytes: -1, maxFiles: 1 },
  });
  await assert.rejects(
    texts(roots, container, NOTHING),
    /^TsdockerError: configured logging driver does not support reading$/,
  );
  container.remove();
});

engineTest(
  "readContainerLog() follows until the keeper ends",
  async (roots) => {
    using container = writtenTo(roots);
    const { id } = container.config;
    const keeper = new Deno.Command("cat", { stdin: "piped", stdout: "null" })
      .spawn();
    const identity = identifyProcess(keeper.pid);
    assert.ok(identity);
    await Deno.mkdir(stateDirectory(roots.paths, id), { recursive: true });
    writeRunning(roots.paths, id, runningRecord(identity));
    const entries = readContainerLog(roots.paths, container.config, MORE);
    assert.equal((await entries.next()).value?.[0]?.log, "line\n");
    using log = openContainerLog(roots.paths, container.config);
    log?.write("stdout", new TextEncoder().encode("more\n"), 0);
    assert.equal((await entries.next()).value?.[0]?.log, "more\n");
    await keeper.stdin.close();
    await keeper.status;
    assert.ok((await entries.next()).done);
    container.remove();
  },
);

engineTest(
  "openContainerLog() goes on without a log it cannot open",
  async (roots) => {
    using container = roots.create();
    const directory = logDirectory(roots.paths, container.config.id);
    const bytes = new TextEncoder().encode("line\n");
    {
      using log = openContainerLog(roots.paths, container.config);
      // A file that is in the way refuses it, as a full disk does.
      await Deno.writeTextFile(directory, "");
      log?.write("stdout", bytes, 0);
      await Deno.remove(directory);
      log?.write("stdout", bytes, 0);
    }
    assert.equal(await texts(roots, container, NOTHING), "line\n");
    container.remove();
  },
);
