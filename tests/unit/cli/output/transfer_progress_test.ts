import assert from "node:assert/strict";
import { digestOf } from "../../../../lib/base/digest.ts";
import {
  layerLine,
  showTransfer,
} from "../../../../lib/cli/output/transfer_progress.ts";
import type {
  LayerEvent,
  LayerState,
} from "../../../../lib/engine/images/pull_events.ts";
import { fakeHost } from "../../../support/fake_host.ts";

const DIGEST = await digestOf(new Uint8Array(1));
const OTHER = await digestOf(new Uint8Array(2));
const NAME = DIGEST.slice(7, 19);

function event(state: LayerState, bytes = 0, digest = DIGEST): LayerEvent {
  return { digest, state, bytes, size: 2_000_000 };
}

Deno.test("layerLine() says in docker's words how far a layer is", () => {
  const lines: [LayerEvent, string][] = [
    [event("waiting"), "Waiting"],
    [event("downloading"), `Downloading [>${" ".repeat(29)}] 0B/2MB`],
    [
      event("downloading", 1_000_000),
      `Downloading [${"=".repeat(15)}>${" ".repeat(14)}] 1MB/2MB`,
    ],
    [event("uploading", 2_000_000), `Pushing [${"=".repeat(30)}] 2MB/2MB`],
    [event("downloaded", 2_000_000), "Extracting"],
    [event("complete"), "Pull complete"],
    [event("exists"), "Already exists"],
    [{ ...event("mounted"), from: "a/b" }, "Mounted from a/b"],
  ];
  for (const [layer, text] of lines) {
    assert.equal(layerLine(layer), `${NAME}: ${text}`);
  }
});

Deno.test("layerLine() knows layers of nothing, and of more than was said", () => {
  const empty = { ...event("downloading"), size: 0 };
  assert.match(layerLine(empty), /\[={30}\] 0B\/0B$/);
  assert.match(layerLine(event("uploading", 3_000_000)), /\[={30}\] 3MB\/2MB$/);
});

Deno.test("without a terminal, a layer has a line when it is done", () => {
  const host = fakeHost();
  const { onLayers, onLayer } = showTransfer(host);
  onLayers?.([DIGEST]);
  const states = ["waiting", "downloading", "retrying", "downloaded"] as const;
  for (const state of states) onLayer?.(event(state));
  onLayer?.(event("complete"));
  assert.equal(host.err(), `${NAME}: Retrying\n${NAME}: Pull complete\n`);
  assert.equal(host.out(), "");
});

Deno.test("on a terminal, all lines are drawn again in their places", () => {
  const host = fakeHost({ stderrSize: () => ({ columns: 80, rows: 24 }) });
  const { onLayers, onLayer } = showTransfer(host);
  // A layer that an image has twice has one line.
  onLayers?.([DIGEST, OTHER, DIGEST]);
  onLayer?.(event("complete"));
  onLayer?.(event("exists", 0, OTHER));
  const other = OTHER.slice(7, 19);
  assert.deepEqual(host.err().split("\n"), [
    `\x1b[2K${NAME}: Pull complete`,
    `\x1b[2K${other}: Waiting`,
    `\x1b[2A\r\x1b[2K${NAME}: Pull complete`,
    `\x1b[2K${other}: Already exists`,
    "",
  ]);
});

Deno.test("a terminal is not drawn on for every piece that comes", () => {
  const host = fakeHost({ stderrSize: () => ({ columns: 30, rows: 24 }) });
  const { onLayers, onLayer } = showTransfer(host);
  onLayers?.([DIGEST]);
  for (let at = 0; at < 1000; at++) onLayer?.(event("downloading", at));
  const lines = host.err().split("\n");
  assert.ok(lines.length < 100, `${lines.length} lines`);
  // A line that wraps would take two rows, and the cursor go back by one.
  for (const line of lines) {
    // deno-lint-ignore no-control-regex
    assert.ok(line.replaceAll(/\x1b\[\d+[AK]|\r/g, "").length < 30, line);
  }
});

Deno.test("a terminal with too few rows gets lines instead", () => {
  const host = fakeHost({ stderrSize: () => ({ columns: 80, rows: 3 }) });
  const { onLayers, onLayer } = showTransfer(host);
  onLayers?.([DIGEST, OTHER]);
  onLayer?.(event("downloading"));
  onLayer?.(event("complete"));
  assert.equal(host.err(), `${NAME}: Pull complete\n`);
});
