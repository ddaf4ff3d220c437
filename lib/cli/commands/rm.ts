/**
 * `tsdocker rm`: removes containers and their layers.
 *
 * @module
 */
import { HostError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { checkPositionals } from "../positionals.ts";
import { forEachTarget } from "../targets.ts";

/** The command `rm`. */
export const rmCommand = defineCommand({
  summary: "Remove containers",
  description: "A container is given by name, by id, or by the beginning of " +
    "its id if no other begins so. All are tried, even if one fails.",
  positionals: [{ name: "CONTAINER", optional: true, repeats: true }],
  flags: {
    all: {
      type: "boolean",
      long: "all",
      short: "a",
      description: "Remove all containers",
    },
    force: {
      type: "boolean",
      long: "force",
      short: "f",
      description: "Kill running containers first; forgive missing ones",
    },
  },
}, ({ options, positionals }, context) => {
  if (!options.all && !options.force) {
    checkPositionals(
      "rm",
      [{ name: "CONTAINER", repeats: true }],
      positionals.length,
    );
  }
  return forEachTarget(positionals, context, {
    force: options.force,
    act: (target) => {
      throw new HostError(`Cannot remove "${target}": no engine is built in`);
    },
  });
});
