/**
 * `tsdocker export`: the files of a container as a tar archive.
 *
 * @module
 */
import { exportContainer } from "../../engine/containers/export.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import {
  assertNoTerminal,
  OUTPUT_FLAG,
  writeArchiveOutput,
} from "../output/archive.ts";

/** The command `export`. */
export const exportCommand = defineCommand({
  summary: "Write a container's files to a tar archive",
  description: "Without --output it goes to stdout. What is in volumes and " +
    "other mounts is left out. The container may be running.",
  positionals: [{ name: "CONTAINER" }],
  flags: { output: OUTPUT_FLAG },
  examples: [{
    line: "export -o web.tar web",
    purpose: "run it again as an image: tsdocker run ./web.tar",
  }],
}, async ({ options: { output }, positionals: [reference = ""] }, context) => {
  const engine = engineOf(context);
  const write = async (fd: number): Promise<void> => {
    await exportContainer(engine, reference, fd);
  };
  assertNoTerminal(output, context);
  await settle(engine);
  await writeArchiveOutput(output, engine.cwd, write);
  return 0;
});
