/**
 * `tsdocker export`: the files of a container as a tar archive.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { exportContainer } from "../../engine/containers/export.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { engineOf } from "../engine.ts";
import { writeArchiveFile, writeArchiveToStdout } from "../output/archive.ts";

/** The command `export`. */
export const exportCommand = defineCommand({
  summary: "Write a container's files to a tar archive",
  description: "Without --output it goes to stdout. What is in volumes and " +
    "other mounts is left out. The container may be running.",
  positionals: [{ name: "CONTAINER" }],
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
    line: "export -o web.tar web",
    purpose: "run it again as an image: tsdocker run ./web.tar",
  }],
}, async ({ options, positionals: [reference = ""] }, context) => {
  const engine = engineOf(context);
  const write = async (fd: number): Promise<void> => {
    await exportContainer(engine, reference, fd);
  };
  if (options.output !== undefined) {
    await settle(engine);
    await writeArchiveFile(options.output, engine.cwd, write);
    return 0;
  }
  if (context.stdoutIsTerminal()) {
    throw new UsageError(
      "cowardly refusing to save to a terminal. Use the -o flag or redirect",
    );
  }
  await settle(engine);
  await writeArchiveToStdout(write);
  return 0;
});
