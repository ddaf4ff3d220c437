/**
 * `tsdocker update`: other limits, another restart policy, or other ports.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { updateContainer } from "../../engine/containers/update.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import type { FlagTable } from "../flag.ts";
import { forEachTarget } from "../targets.ts";
import { LIMIT_FLAGS } from "./run_flags/limits.ts";
import { NETWORK_FLAGS } from "./run_flags/network.ts";

const {
  memory,
  memoryReservation,
  memorySwap,
  cpus,
  cpuShares,
  cpuPeriod,
  cpuQuota,
  cpusetCpus,
  cpusetMems,
  pidsLimit,
  blkioWeight,
} = LIMIT_FLAGS;

const FLAGS = {
  memory,
  memoryReservation,
  memorySwap,
  cpus,
  cpuShares,
  cpuPeriod,
  cpuQuota,
  cpusetCpus,
  cpusetMems,
  pidsLimit: {
    ...pidsLimit,
    description: "Processes and threads, -1 for unlimited",
  },
  blkioWeight,
  restart: {
    type: "string",
    long: "restart",
    placeholder: "policy",
    description:
      "When to start it again: no, on-failure[:N], always or unless-stopped",
  },
  publish: {
    ...NETWORK_FLAGS.publish,
    description: "Publish these ports in place of all others: " +
      "[[ADDRESS:][HOST]:]CONTAINER[/tcp|udp|sctp], or none",
  },
} as const satisfies FlagTable;

/** The command `update`. */
export const updateCommand = defineCommand(
  {
    summary: "Change the limits, restart policy or ports of containers",
    description: "What is not given stays as it is. A container that runs is " +
      "limited at once, and its ports are published at once.",
    positionals: [{ name: "CONTAINER", repeats: true }],
    flags: FLAGS,
    examples: [{
      line: "update -m 512m --cpus 2 web",
      purpose: "give it more",
    }],
  },
  async (
    { options: { restart, publish, ...limits }, positionals },
    context,
  ) => {
    const isEmpty = restart === undefined && publish.length === 0 &&
      Object.keys(limits).length === 0;
    if (isEmpty) {
      throw new UsageError(
        "You must provide one or more flags when using this command.",
      );
    }
    const engine = engineOf(context);
    await settle(engine);
    return forEachTarget(positionals, context, {
      force: false,
      act: (target) =>
        updateContainer(engine, target, {
          limits,
          ...(restart === undefined ? {} : { restart }),
          ...(publish.length === 0 ? {} : { publish }),
        }),
    });
  },
);
