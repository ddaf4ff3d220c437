/**
 * TCP connections to a container, along each way that there is.
 *
 * @module
 */
import { staticProgram } from "../../support/static_program.ts";
import { type Command, perform, read, Scratch } from "./contender.ts";
import type { Engine } from "./engines.ts";
import type { PlacedEngine, PrivateHost } from "./private_host.ts";

const STREAM = staticProgram({
  source: "bench/tcp_stream.c",
  variable: "TSDOCKER_TCP_STREAM",
});

/** The port in the container, which is published as itself. */
const PORT = "5201";
const RECEIVER = "receiver";
const SENDER = "sender";
const LISTENING_TIMEOUT_MS = 10_000;

/** The ways, in the order they are shown in. */
export const WAYS = [
  "container to container",
  "host to 127.0.0.1",
  "host to its address",
  "other machine",
] as const;
export type Way = typeof WAYS[number];

/** A program that sends and receives, as a file for all engines. */
export class StreamProgram implements AsyncDisposable {
  private constructor(readonly path: string, readonly scratch: Scratch) {}

  /** @throws {Error} If there is no compiler. */
  static async make(): Promise<StreamProgram> {
    const missing = STREAM.missing();
    if (missing !== undefined) throw new Error(`${missing} is not installed`);
    const scratch = await Scratch.make();
    const path = `${scratch.path}/tcp_stream`;
    await Deno.writeFile(path, await STREAM.build(), { mode: 0o755 });
    return new StreamProgram(path, scratch);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.scratch[Symbol.asyncDispose]();
  }
}

/** Two containers of an engine, one of which receives at a published port. */
export class Streams implements AsyncDisposable {
  private constructor(
    readonly engine: Engine,
    readonly host: PrivateHost,
    readonly program: StreamProgram,
    /** The receiver's, on its bridge. */
    readonly address: string,
  ) {}

  /** Starts them, and waits until one receives. */
  static async start(
    { engine, host }: PlacedEngine,
    program: StreamProgram,
  ): Promise<Streams> {
    const volume = ["-v", `${program.path}:/tcp_stream:ro`];
    const receiver = ["-d", "--name", RECEIVER, "-p", `${PORT}:${PORT}`];
    await perform(
      engine.run([...receiver, ...volume], ["/tcp_stream", "receive", PORT]),
    );
    await perform(
      engine.run(["-d", "--name", SENDER, ...volume], ["sleep", "1000000"]),
    );
    const address = await addressIn(engine, RECEIVER);
    const streams = new Streams(engine, host, program, address);
    await streams.#listening();
    return streams;
  }

  /** Sends for a time; how much arrived, in MiB a second. */
  async rate(way: Way, milliseconds: number): Promise<number> {
    const text = await read(this.#send(way, String(milliseconds)));
    return Number(text);
  }

  #send(way: Way, ms: string): Command {
    const { address, namespace, outside } = this.host;
    const from = (network: Command["network"], target: string): Command => ({
      program: this.program.path,
      args: ["send", target, PORT, ms],
      ...(network === undefined ? {} : { network }),
    });
    switch (way) {
      case "container to container":
        return this.engine.command(
          ...["exec", SENDER, "/tcp_stream", "send", this.address, PORT, ms],
        );
      case "host to 127.0.0.1":
        return from(namespace, "127.0.0.1");
      case "host to its address":
        return from(namespace, address);
      case "other machine":
        return from(outside, address);
    }
  }

  async #listening(): Promise<void> {
    const end = performance.now() + LISTENING_TIMEOUT_MS;
    for (;;) {
      try {
        await this.rate("container to container", 1);
        return;
      } catch (error) {
        if (performance.now() > end) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await perform(this.engine.remove(SENDER));
    await perform(this.engine.remove(RECEIVER));
  }
}

/** A container's address of IPv4, as it sees it itself. */
async function addressIn(engine: Engine, name: string): Promise<string> {
  const text = await read(
    engine.command(
      ...["exec", name, "ip", "-4", "-o", "address", "show", "dev", "eth0"],
    ),
  );
  const address = /inet ([\d.]+)\//.exec(text)?.[1];
  if (address !== undefined) return address;
  throw new Error(`${engine.name} has given "${name}" no address: ${text}`);
}
