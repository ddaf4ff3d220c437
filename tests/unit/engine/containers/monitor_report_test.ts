/** @module */
import assert from "node:assert/strict";
import { readAllSync, writeAllSync } from "../../../../ffi/calls/pipe.ts";
import { socketPair } from "../../../../ffi/calls/socket.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import { StartError } from "../../../../lib/base/errors.ts";
import {
  awaitStart,
  MonitorReport,
} from "../../../../lib/engine/containers/monitor_report.ts";

interface Ends extends Disposable {
  readonly ours: Fd;
  readonly theirs: Fd;
}

function ends(): Ends {
  const [ours, theirs] = socketPair();
  return {
    ours,
    theirs,
    [Symbol.dispose](): void {
      ours[Symbol.dispose]();
      theirs[Symbol.dispose]();
    },
  };
}

const SILENT = { onWarning: (): void => assert.fail("no warning") };

Deno.test("awaitStart() hears warnings and the pid, in order", async () => {
  using both = ends();
  const report = new MonitorReport(both.theirs);
  const heard: string[] = [];
  const started = awaitStart(both.ours, {
    onWarning: (text) => void heard.push(text),
    onListening: () => Promise.resolve(void heard.push("listening")),
  });
  report.warning("one\nline");
  report.warning("é");
  report.listening();
  report.started(1234);
  assert.equal(await started, 1234);
  assert.deepEqual(heard, ["one\nline", "é", "listening"]);
  assert.ok(!both.theirs.isOpen, "it has had its last word");
});

Deno.test("awaitStart() lets who attaches take its time", async () => {
  using both = ends();
  const report = new MonitorReport(both.theirs);
  const heard: string[] = [];
  report.listening();
  report.warning("later");
  report.started(1);
  await awaitStart(both.ours, {
    onWarning: (text) => void heard.push(text),
    async onListening(): Promise<void> {
      await new Promise((resolve) => setTimeout(resolve, 0));
      heard.push("attached");
    },
  });
  assert.deepEqual(heard, ["attached", "later"]);
  using others = ends();
  const other = new MonitorReport(others.theirs);
  other.listening();
  other.started(2);
  assert.equal(await awaitStart(others.ours, SILENT), 2, "nobody attaches");
});

Deno.test("awaitStart() throws what the monitor has thrown", async () => {
  using both = ends();
  const report = new MonitorReport(both.theirs);
  report.failed(new StartError("not-found", "No such program"));
  await assert.rejects(awaitStart(both.ours, SILENT), (error) => {
    assert.ok(error instanceof StartError);
    assert.equal(error.reason, "not-found");
    assert.equal(error.message, "No such program");
    return true;
  });
});

Deno.test("awaitStart() finds out that the monitor has died, even in a word", async () => {
  for (const said of ["", '{"kind":"started","p']) {
    using both = ends();
    writeAllSync(both.theirs, new TextEncoder().encode(said));
    both.theirs[Symbol.dispose]();
    await assert.rejects(awaitStart(both.ours, SILENT), {
      name: "HostError",
      message: "The container's monitor has died",
      advice: "tsdocker ps -a shows what has become of the container",
    });
  }
});

Deno.test("awaitStart() puts lines together, however they arrive", async () => {
  using both = ends();
  const heard: string[] = [];
  const started = awaitStart(both.ours, {
    onWarning: (text) => void heard.push(text),
  });
  const text = '{"kind":"warning","text":"é"}\n{"kind":"started","pid":7}\n';
  for (const byte of new TextEncoder().encode(text)) {
    writeAllSync(both.theirs, Uint8Array.of(byte));
  }
  assert.equal(await started, 7);
  assert.deepEqual(heard, ["é"]);
});

Deno.test("MonitorReport says nothing after its last word, or to nobody", () => {
  using both = ends();
  const report = new MonitorReport(both.theirs);
  report.started(5);
  report.failed(new Error("later"));
  report.warning("later still");
  const text = new TextDecoder().decode(readAllSync(both.ours));
  assert.equal(text, '{"kind":"started","pid":5}\n');
  using others = ends();
  others.ours[Symbol.dispose]();
  const unheard = new MonitorReport(others.theirs);
  unheard.warning("who started us was killed");
  unheard.started(6);
});
