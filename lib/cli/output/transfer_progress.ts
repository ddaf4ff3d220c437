/**
 * What happens to layers while images are pulled and pushed: a line for each
 * on a terminal, drawn again and again, and elsewhere one when it is done.
 *
 * @module
 */
import { digestHex } from "../../base/digest.ts";
import { formatByteSize } from "../../base/byte_size.ts";
import type { Digest } from "../../base/digest.ts";
import type {
  LayerEvent,
  LayerState,
  TransferEvents,
} from "../../engine/images/pull_events.ts";
import type { CommandContext, ScreenSize } from "../context.ts";
import { printable } from "./printable.ts";

/** Digits of a digest that tell layers apart. */
const SHOWN_DIGITS = 12;
/** As often as eyes can follow. */
const REDRAW_MS = 100;
const BAR_CHARACTERS = 30;
/** Below it there is the cursor. */
const OTHER_ROWS = 2;

/** Docker's words. */
const WORDS: Readonly<Record<LayerState, string>> = {
  waiting: "Waiting",
  downloading: "Downloading",
  retrying: "Retrying",
  downloaded: "Extracting",
  complete: "Pull complete",
  exists: "Already exists",
  uploading: "Pushing",
  pushed: "Pushed",
  mounted: "Mounted",
};

/** What nothing follows. */
const FINAL: readonly LayerState[] = [
  "complete",
  "exists",
  "pushed",
  "mounted",
];

/** The text of a layer's line. Pure. */
export function layerLine(
  { digest, state, bytes, size, from }: LayerEvent,
): string {
  const name = digestHex(digest).slice(0, SHOWN_DIGITS);
  const what = `${name}: ${WORDS[state]}`;
  if (from !== undefined) return `${what} from ${printable(from)}`;
  if (state !== "downloading" && state !== "uploading") return what;
  const done = size === 0 ? 1 : Math.min(1, bytes / size);
  const filled = Math.round(done * BAR_CHARACTERS);
  const bar = `${"=".repeat(filled)}>`.slice(0, BAR_CHARACTERS);
  return `${what} [${bar.padEnd(BAR_CHARACTERS)}] ` +
    `${formatByteSize(bytes)}/${formatByteSize(size)}`;
}

/** Shows what happens on stderr. */
export function showTransfer(
  context: Pick<CommandContext, "stderr" | "stderrSize" | "log">,
): TransferEvents {
  const { stderr, log } = context;
  const size = context.stderrSize();
  const lines = plainLines((text) => stderr.write(`${text}\n`));
  const onWarning = (text: string): void => log.warn(text);
  if (size === undefined) return { onLayer: lines, onWarning };
  let show = lines;
  return {
    onWarning,
    onLayers(layers): void {
      // What has left the screen cannot be drawn again.
      const hasRoom = layers.length <= size.rows - OTHER_ROWS;
      if (hasRoom) show = screenLines(stderr, [...new Set(layers)], size);
    },
    onLayer: (event) => show(event),
  };
}

/** Nothing but warnings, for `--quiet`. */
export function hideTransfer(
  { log }: Pick<CommandContext, "log">,
): TransferEvents {
  return { onWarning: (text) => log.warn(text) };
}

function plainLines(
  write: (line: string) => void,
): (event: LayerEvent) => void {
  return (event) => {
    const isNews = FINAL.includes(event.state) || event.state === "retrying";
    if (isNews) write(layerLine(event));
  };
}

function screenLines(
  { write }: CommandContext["stderr"],
  layers: readonly Digest[],
  { columns }: ScreenSize,
): (event: LayerEvent) => void {
  const latest = new Map<Digest, LayerEvent>(
    layers.map((digest) => [digest, {
      digest,
      state: "waiting",
      bytes: 0,
      size: 0,
    }]),
  );
  let drawnMs = -Infinity;
  let isDrawn = false;
  return (event) => {
    const before = latest.get(event.digest);
    latest.set(event.digest, event);
    const nowMs = performance.now();
    const isSame = before?.state === event.state;
    if (isDrawn && isSame && nowMs - drawnMs < REDRAW_MS) return;
    const lines = [...latest.values()].map((line) =>
      `\x1b[2K${layerLine(line).slice(0, columns - 1)}\n`
    );
    const back = isDrawn ? `\x1b[${lines.length}A\r` : "";
    write(back + lines.join(""));
    drawnMs = nowMs;
    isDrawn = true;
  };
}
