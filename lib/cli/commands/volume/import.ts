/**
 * `tsdocker volume import`: a tar archive's files into a volume.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { importVolume } from "../../../engine/volumes/transfer.ts";
import { parseArchiveOrigin } from "../../../storage/archive/origin.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";

/** The command `volume import`. */
export const volumeImportCommand = defineCommand({
  summary: "Put the files of a tar archive into a volume",
  description: "They come beside and in place of those that are there. A " +
    "volume that there is not yet is made, once it has all its files. The " +
    "archive may be packed; - is stdin.",
  positionals: [{ name: "VOLUME" }, { name: "FILE" }],
  flags: {},
}, async ({ positionals: [name = "", source = ""] }, context) => {
  const engine = engineOf(context);
  await settle(engine);
  const origin = parseArchiveOrigin(source, engine.cwd);
  await importVolume(engine, name, origin);
  return 0;
});
