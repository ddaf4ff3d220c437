/**
 * `tsdocker volume export`: the files of a volume as a tar archive.
 *
 * @module
 */
import { UsageError } from "../../../base/errors.ts";
import { settle } from "../../../engine/containers/reconcile.ts";
import { findVolume } from "../../../engine/volumes/find_volume.ts";
import { exportVolume } from "../../../engine/volumes/transfer.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";
import {
  writeArchiveFile,
  writeArchiveToStdout,
} from "../../output/archive.ts";

/** The command `volume export`. */
export const volumeExportCommand = defineCommand({
  summary: "Write a volume's files to a tar archive",
  description: "Without --output it goes to stdout. Containers may be using " +
    "the volume.",
  positionals: [{ name: "VOLUME" }],
  flags: {
    output: {
      type: "string",
      long: "output",
      short: "o",
      placeholder: "file",
      description: "Write to a file, which appears once it is whole",
    },
  },
  examples: [{
    line: "volume export -o db.tar db",
    purpose: "have it elsewhere: tsdocker volume import db db.tar",
  }],
}, async ({ options: { output }, positionals: [name = ""] }, context) => {
  if (output === undefined && context.stdoutIsTerminal()) {
    throw new UsageError(
      "cowardly refusing to save to a terminal. Use the -o flag or redirect",
    );
  }
  const engine = engineOf(context);
  await settle(engine);
  // Before a file is made for it.
  findVolume(engine.paths, name);
  const write = async (fd: number): Promise<void> => {
    await Promise.resolve(exportVolume(engine, name, fd));
  };
  if (output === undefined) await writeArchiveToStdout(write);
  else await writeArchiveFile(output, engine.cwd, write);
  return 0;
});
