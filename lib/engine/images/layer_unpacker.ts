/**
 * Layers unpacked by this program again while they are downloaded, so that
 * several are unpacked at the same time and the downloads go on.
 *
 * @module
 */
import {
  createPipe,
  makeInheritable,
  writeAllSync,
} from "../../../ffi/calls/pipe.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { type ErrorRecord, fromErrorRecord } from "../../base/error_record.ts";
import { HostError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { selfInvocation } from "../../runtime/launch/self_invocation.ts";
import type { LayerOrder } from "./layer_order.ts";

const COMMAND = "unpack";

/** A process that unpacks one layer; ended with its scope. */
export class LayerUnpacker implements Disposable {
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #gate: Fd;
  readonly #outcome: Promise<Error | undefined>;
  #isDeaf = false;

  /** Starts one. */
  constructor(paths: HostPaths, order: LayerOrder) {
    const { readable, writable } = createPipe();
    using theirs = readable;
    this.#gate = writable;
    const self = selfInvocation(
      "--root",
      paths.root,
      "--run-root",
      paths.runRoot,
      COMMAND,
      String(theirs.number),
      JSON.stringify(order),
    );
    makeInheritable(theirs.number);
    this.#child = new Deno.Command(self.path, {
      args: self.args,
      cwd: "/",
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#outcome = outcomeOf(this.#child);
  }

  /** Gives it the next piece; the promise is when it can take more. */
  async write(piece: Uint8Array): Promise<void> {
    if (this.#isDeaf) return;
    try {
      await this.#writer.write(piece);
    } catch (error) {
      // It has failed, and says why at the end.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      this.#isDeaf = true;
    }
  }

  /** Tells it that nothing more comes. */
  async end(): Promise<void> {
    if (this.#isDeaf) return;
    this.#isDeaf = true;
    try {
      await this.#writer.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  }

  /**
   * Has it give the layer its name: what came is what it should be, and the
   * layers below are in the store.
   *
   * @throws What it says to have gone wrong.
   */
  async finish(): Promise<void> {
    try {
      writeAllSync(this.#gate, new Uint8Array(1));
    } catch (error) {
      // It has failed, and says why below.
      if (!isSyscallError(error, "EPIPE")) throw error;
    }
    const failure = await this.#outcome;
    if (failure !== undefined) throw failure;
  }

  /** Ends it, wherever it has come. */
  [Symbol.dispose](): void {
    this.#gate[Symbol.dispose]();
    this.#isDeaf = true;
    this.#writer.abort().catch(() => undefined);
  }

  /** Settles once it is gone. */
  async gone(): Promise<void> {
    await this.#outcome;
  }
}

async function outcomeOf(
  child: Deno.ChildProcess,
): Promise<Error | undefined> {
  const text = await new Response(child.stdout).text();
  const { code, signal } = await child.status;
  if (code === 0) return undefined;
  if (text !== "") return fromErrorRecord(JSON.parse(text) as ErrorRecord);
  const how = signal === null ? `ended with status ${code}` : `got ${signal}`;
  return new HostError(`Cannot unpack a layer: the process for it ${how}`);
}
