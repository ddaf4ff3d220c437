/**
 * `tsdocker volume export`: the files of a volume as a tar archive.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { findVolume } from "../../../engine/volumes/find_volume.ts";
import { exportVolume } from "../../../engine/volumes/transfer.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";
import {
  assertNoTerminal,
  OUTPUT_FLAG,
  writeArchiveOutput,
} from "../../output/archive.ts";

/** The command `volume export`. */
export const volumeExportCommand = defineCommand({
  summary: "Write a volume's files to a tar archive",
  description: "Without --output it goes to stdout. Containers may be using " +
    "the volume.",
  positionals: [{ name: "VOLUME" }],
  flags: { output: OUTPUT_FLAG },
  examples: [{
    line: "volume export -o db.tar db",
    purpose: "have it elsewhere: tsdocker volume import db db.tar",
  }],
}, async ({ options: { output }, positionals: [name = ""] }, context) => {
  assertNoTerminal(output, context);
  const engine = engineOf(context);
  await settle(engine);
  // Before a file is made for it.
  findVolume(engine.paths, name);
  const write = async (fd: number): Promise<void> => {
    await Promise.resolve(exportVolume(engine, name, fd));
  };
  await writeArchiveOutput(output, engine.cwd, write);
  return 0;
});
