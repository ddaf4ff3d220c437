/**
 * Network namespaces of a test's own: the thread goes in, and comes back.
 *
 * @module
 */
import { openOwnNamespace, setns, unshare } from "../../ffi/calls/namespace.ts";
import { CLONE } from "../../ffi/constants/sched.ts";
import type { Fd } from "../../ffi/fd.ts";

/** An empty network namespace; it ends with the last who knows of it. */
export function makeNetworkNamespace(): Fd {
  using home = openOwnNamespace("net");
  try {
    unshare(CLONE.CLONE_NEWNET);
    return openOwnNamespace("net");
  } finally {
    setns(home, CLONE.CLONE_NEWNET);
  }
}

/**
 * Does something in a network namespace. Child processes and sockets belong to
 * it, but only what is started before this returns.
 */
export function inNetworkNamespace<T>(namespace: Fd, action: () => T): T {
  using home = openOwnNamespace("net");
  setns(namespace, CLONE.CLONE_NEWNET);
  try {
    return action();
  } finally {
    setns(home, CLONE.CLONE_NEWNET);
  }
}

/**
 * Runs a program in a network namespace to its end.
 *
 * @returns What it wrote.
 * @throws {Error} If it fails.
 */
export function runIn(
  namespace: Fd,
  command: string,
  ...args: readonly string[]
): string {
  const { code, stdout, stderr } = inNetworkNamespace(
    namespace,
    () => new Deno.Command(command, { args: [...args] }).outputSync(),
  );
  const decoder = new TextDecoder();
  if (code !== 0) {
    const line = [command, ...args].join(" ");
    throw new Error(`${line}: ${code}: ${decoder.decode(stderr)}`);
  }
  return decoder.decode(stdout);
}

/** A server in a network namespace; it has sent nothing to anybody yet. */
export function listenIn(
  namespace: Fd,
  where: { hostname: string; port: number },
): Deno.TcpListener {
  return inNetworkNamespace(namespace, () => Deno.listen(where));
}

/**
 * Whether a TCP connection from a network namespace comes about.
 *
 * @param seconds How long to wait for it.
 */
export function connectsFrom(
  namespace: Fd,
  hostname: string,
  port: number,
  seconds = "2",
): boolean {
  const script = `exec 3<>/dev/tcp/${hostname}/${port}`;
  const { code } = inNetworkNamespace(
    namespace,
    () =>
      new Deno.Command("timeout", {
        args: [seconds, "bash", "-c", script],
        stderr: "null",
      }).outputSync(),
  );
  return code === 0;
}
