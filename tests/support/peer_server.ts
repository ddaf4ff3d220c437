/**
 * A server that tells whoever asks it what address they come from, and how to
 * ask it from a network namespace: what came back proves both directions.
 *
 * @module
 */
import { withinNetwork } from "../../lib/network/network_namespace.ts";
import { bindInet } from "../../ffi/calls/inet_socket.ts";
import { waitReadable } from "../../ffi/calls/poll.ts";
import type { Fd } from "../../ffi/fd.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { syscall } from "../../ffi/syscall.ts";
import {
  addressFromBytes,
  formatIpAddress,
} from "../../lib/network/ip_address.ts";
import { listenIn } from "./network_namespace.ts";

const MSG_DONTWAIT = 0x40;
/** The longest `struct sockaddr_in6`. */
const SOCKADDR_BYTES = 28;
const IPV4_SOCKADDR_BYTES = 16;
/** A client that is done is noticed so late at most. */
const LOOK_MS = 20;

/** In a guest everything takes longer. */
const IS_GUEST = Deno.env.get("TSDOCKER_TEST_GUEST") !== undefined;

/** Whom to ask. */
export interface Destination {
  readonly protocol?: "tcp" | "udp";
  readonly address: string;
  readonly port: number;
  /** Whether an answer is expected: it is waited for longer. */
  readonly expects?: "answer" | "silence";
}

/** Answers at a port of a network namespace, by IPv4 and IPv6, TCP and UDP. */
export class PeerServer implements AsyncDisposable {
  readonly #listener: Deno.TcpListener;
  readonly #datagrams: readonly Fd[];
  readonly #accepting: Promise<void>;

  constructor(namespace: Fd, readonly port: number) {
    this.#listener = listenIn(namespace, { hostname: "::", port });
    this.#datagrams = withinNetwork(
      namespace,
      () =>
        [4, 16].map((length) =>
          bindInet({ protocol: "udp", address: new Uint8Array(length), port })
        ),
    );
    this.#accepting = this.#accept();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      const { hostname } = connection.remoteAddr as Deno.NetAddr;
      const peer = hostname.replace("::ffff:", "");
      try {
        await connection.write(new TextEncoder().encode(`${peer}\n`));
      } catch {
        // It has not waited for the answer.
      }
      connection.close();
    }
  }

  /**
   * Asks from a network namespace.
   *
   * @returns The address that the server has seen, or `undefined` if no answer
   * came.
   */
  async ask(from: Fd, to: Destination): Promise<string | undefined> {
    const asking = ask(from, to);
    if (to.protocol !== "udp") return await asking;
    let isDone = false;
    asking.finally(() => isDone = true);
    while (!isDone) {
      const ready = await waitReadable(this.#datagrams, LOOK_MS);
      ready.forEach(answerDatagrams);
    }
    return await asking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    for (const socket of this.#datagrams) socket[Symbol.dispose]();
  }
}

/**
 * Connects, or sends a datagram, and reads a line.
 *
 * @returns The line; `undefined` if none came.
 */
async function ask(
  from: Fd,
  { protocol = "tcp", address, port, expects = "answer" }: Destination,
): Promise<string | undefined> {
  const seconds = (expects === "answer" ? 5 : 0.5) * (IS_GUEST ? 4 : 1);
  const script = `exec 3<>/dev/${protocol}/${address}/${port} || exit 1; ` +
    (protocol === "udp" ? "echo ask >&3; " : "") +
    // Bash itself would read a byte, and lose the rest of the datagram.
    "head -n 1 <&3";
  const child = new Deno.Command("nsenter", {
    args: [
      `--net=/proc/${Deno.pid}/fd/${from.number}`,
      ...["timeout", String(seconds), "bash", "-c", script],
    ],
    stderr: "null",
    stdout: "piped",
  });
  const { code, stdout } = await child.output();
  const line = new TextDecoder().decode(stdout).trimEnd();
  return code === 0 && line !== "" ? line : undefined;
}

/** Answers all datagrams that are there. */
function answerDatagrams(socket: Fd): void {
  const text = new Uint8Array(64);
  for (;;) {
    const from = new Uint8Array(SOCKADDR_BYTES);
    const length = new Uint32Array([SOCKADDR_BYTES]);
    const lengthBytes = new Uint8Array(length.buffer);
    try {
      syscall(
        "recvfrom",
        socket.number,
        text,
        text.length,
        MSG_DONTWAIT,
        from,
        lengthBytes,
      );
    } catch (error) {
      // `ECONNREFUSED` is told of an earlier answer: nobody waited for it.
      if (isSyscallError(error, "EAGAIN", "ECONNREFUSED")) return;
      throw error;
    }
    const [size = 0] = length;
    const bytes = size === IPV4_SOCKADDR_BYTES
      ? from.subarray(4, 8)
      : from.subarray(8, 24);
    const peer = formatIpAddress(addressFromBytes(bytes));
    const answer = new TextEncoder().encode(`${peer}\n`);
    syscall(
      "sendto",
      socket.number,
      answer,
      answer.length,
      MSG_DONTWAIT,
      from.subarray(0, size),
      size,
    );
  }
}
