/**
 * `--sysctl`: kernel parameters of a container's own namespaces.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Sysctl"
 */
import { UsageError } from "../base/errors.ts";
import { invalidArgument } from "./invalid_argument.ts";
import type { IpcMode } from "./namespace_mode.ts";
import { ownsNetwork, type RequestedMode } from "./networks/network_mode.ts";

/** Parameters that each IPC namespace has of its own. */
const OF_IPC: ReadonlySet<string> = new Set([
  "kernel.msgmax",
  "kernel.msgmnb",
  "kernel.msgmni",
  "kernel.sem",
  "kernel.shmall",
  "kernel.shmmax",
  "kernel.shmmni",
  "kernel.shm_rmid_forced",
]);

/** Prefix of the parameters of message queues, which an IPC namespace has. */
const OF_QUEUES = "fs.mqueue.";

/** Prefix of the parameters that a network namespace has of its own. */
const OF_NETWORK = "net.";

/** What a program without privileges may do in docker's containers. */
const DEFAULTS: Readonly<Record<string, string>> = {
  "net.ipv4.ip_unprivileged_port_start": "0",
  "net.ipv4.ping_group_range": "0 2147483647",
};

/** Which namespaces a container shares with the host. */
export interface SharedNamespaces {
  readonly ipc: IpcMode;
  readonly network: RequestedMode;
}

/**
 * Reads all `--sysctl NAME=VALUE`; of several of one name the last one counts.
 *
 * @param texts Dots separate the components of names; or slashes, so that a
 * component can have dots in it.
 * @throws {UsageError} If a parameter is the host's, or would be here.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(
 *   parseSysctls(["net.core.somaxconn=512"], {
 *     ipc: "private",
 *     network: "none",
 *   }),
 *   { "net.core.somaxconn": "512" },
 * );
 * ```
 */
export function parseSysctls(
  texts: readonly string[],
  shared: SharedNamespaces,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const text of texts) {
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const dotted = dottedName(name);
    const isKnown = dotted !== undefined && isNamespaced(dotted);
    if (equals < 0 || !isKnown || /\p{Cc}/u.test(text.replaceAll("\t", ""))) {
      throw invalidArgument("--sysctl", text, {
        why: `sysctl '${text}' is not allowed`,
        advice: "NAME=VALUE of a parameter that namespaces have: net.*, " +
          "fs.mqueue.*, kernel.msg*, kernel.sem or kernel.shm*",
      });
    }
    assertPrivate(name, dotted, shared);
    found[name] = text.slice(equals + 1);
  }
  return found;
}

/**
 * A name with dots for separators; `undefined` if it is none. Only what names
 * no namespace may have dots of its own.
 */
function dottedName(name: string): string | undefined {
  const components = name.split(name.includes("/") ? "/" : ".");
  const isName = components.every((part, index) =>
    index < 2 ? /^[\w-]+$/.test(part) : /^(?!\.+$)[\w@:.-]+$/.test(part)
  );
  return isName ? components.join(".") : undefined;
}

function isNamespaced(name: string): boolean {
  return OF_IPC.has(name) || name.startsWith(OF_QUEUES) ||
    name.startsWith(OF_NETWORK);
}

/** The words of runc, which docker passes on. */
function assertPrivate(
  name: string,
  dotted: string,
  { ipc, network }: SharedNamespaces,
): void {
  if (dotted.startsWith(OF_NETWORK)) {
    if (ownsNetwork(network)) return;
    throw new UsageError(
      network === "host"
        ? `sysctl "${name}" not allowed in host network namespace`
        : `sysctl "${name}" not allowed in the network namespace of another container`,
    );
  }
  if (ipc !== "host") return;
  throw new UsageError(
    `sysctl "${name}" is not allowed in the hosts ipc namespace`,
  );
}

/** Parameters that are set unless the user sets them. */
export function defaultSysctls(
  network: RequestedMode,
  userNamespace: "own" | "host",
): Readonly<Record<string, string>> {
  // Groups that the namespace does not map cannot be in a range.
  return !ownsNetwork(network) || userNamespace === "own" ? {} : DEFAULTS;
}
