/**
 * The flags that say how the caller is connected to a container it starts, and
 * what it learns of it.
 *
 * @module
 */
import type { FlagTable } from "../../flag.ts";

/** Those of `run`; `create` has none of them, others have some. */
export const ATTACH_FLAGS = {
  detach: {
    type: "boolean",
    long: "detach",
    short: "d",
    description: "Leave it running and print its id",
  },
  wait: {
    type: "string",
    long: "wait",
    placeholder: "duration",
    implied: "",
    description: "With --detach, wait until it is healthy or has ended",
  },
  pidfile: {
    type: "string",
    long: "pidfile",
    placeholder: "file",
    description: "Write the program's pid on the host to a file",
  },
  attach: {
    type: "list",
    long: "attach",
    short: "a",
    description: "Connect only these: stdin, stdout, stderr",
  },
  detachKeys: {
    type: "string",
    long: "detach-keys",
    placeholder: "keys",
    description: "What leaves it running (default ctrl-p,ctrl-q)",
  },
  sigProxy: {
    type: "string",
    long: "sig-proxy",
    placeholder: "true|false",
    choices: ["true", "false"],
    implied: "true",
    default: "true",
    description: "Pass signals on to it",
  },
} as const satisfies FlagTable;
