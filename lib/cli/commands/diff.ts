/**
 * `tsdocker diff`: what a container has changed of its image.
 *
 * @module
 */
import { snapshotOf } from "../../engine/containers/create.ts";
import { findConfig } from "../../engine/containers/look_up.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { listChanges } from "../../storage/layer_changes.ts";
import { defineCommand } from "../command.ts";
import { formatChanges } from "../output/changes.ts";

/** The command `diff`. */
export const diffCommand = defineCommand({
  summary: "List files that a container has added, changed and removed",
  description: "A is added, C is changed, D is removed. What is in volumes " +
    "and other mounts is not the container's and not listed.",
  positionals: [{ name: "CONTAINER" }],
  flags: {},
}, async ({ positionals: [reference = ""] }, { paths, stdout, log }) => {
  await settle({ paths, warn: log.warn });
  const changes = listChanges(snapshotOf(paths, findConfig(paths, reference)));
  stdout.write(formatChanges(changes));
  return 0;
});
