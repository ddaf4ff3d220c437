/**
 * Network namespaces of a test's own: the thread goes in, and comes back.
 *
 * @module
 */
import { openOwnNamespace, setns, unshare } from "../../ffi/calls/namespace.ts";
import { CLONE } from "../../ffi/constants/sched.ts";
import type { Fd } from "../../ffi/fd.ts";
import { withinNetwork } from "../../lib/network/network_namespace.ts";

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
  const { code, stdout, stderr } = withinNetwork(
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
  return withinNetwork(namespace, () => Deno.listen(where));
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
  const { code } = withinNetwork(
    namespace,
    () =>
      new Deno.Command("timeout", {
        args: [seconds, "bash", "-c", script],
        stderr: "null",
      }).outputSync(),
  );
  return code === 0;
}
