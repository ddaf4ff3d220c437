/**
 * `tsdocker complete`, hidden: what fits at the cursor of a shell. Prints a
 * word a line, with what it is behind a tab.
 *
 * @module
 */
import type { HostPaths } from "../../../base/host_paths.ts";
import { listContainers } from "../../../engine/containers/list.ts";
import {
  listNamedImages,
  repositoryNames,
} from "../../../engine/images/named_images.ts";
import {
  isPredefined,
  PREDEFINED_NETWORKS,
} from "../../../engine/networks/predefined_network.ts";
import { listNetworkNames } from "../../../network/network_store.ts";
import { listVolumeNames } from "../../../storage/volume_store.ts";
import { defineCommand } from "../../command.ts";
import { COMMANDS, GROUPS } from "../../command_table.ts";
import { complete } from "../../completion/complete.ts";
import { type Candidate, plainWords } from "../../completion/offers.ts";
import { FILES_LINE } from "../../completion/scripts.ts";
import { engineOf } from "../../engine.ts";
import { GLOBAL_FLAGS } from "../../global_flags.ts";
import { shortDigest } from "../../output/image_cells.ts";
import { printable } from "../../output/printable.ts";

/** The command `complete`. */
export const completeCommand = defineCommand({
  summary: "Print what fits at the cursor of a shell",
  positionals: [{ name: "WORD", optional: true, repeats: true }],
  flags: {},
}, async ({ positionals }, context) => {
  const { paths, imagePath } = engineOf(context);
  const { candidates, files } = await complete(positionals, {
    commands: COMMANDS,
    groups: GROUPS,
    globalFlags: GLOBAL_FLAGS,
    containers: () =>
      ifAllowed(() =>
        listContainers(paths).map(({ config: { name, image } }) => ({
          word: name,
          about: image,
        }))
      ),
    images: () => [
      ...ifAllowed(() => storedImages(paths)),
      ...imagePath.flatMap((directory) => ifAllowed(() => imagesIn(directory))),
    ],
    volumes: () => ifAllowed(() => plainWords(listVolumeNames(paths))),
    networks: () => [
      ...plainWords(PREDEFINED_NETWORKS),
      ...ifAllowed(() => ownNetworks(paths)),
    ],
  });
  for (const { word, about } of candidates) {
    context.stdout.write(`${printable(word)}\t${printable(about)}\n`);
  }
  if (files) context.stdout.write(`${FILES_LINE}\n`);
  return 0;
});

/** What a user may not see, or is not there, is not offered. */
function ifAllowed(list: () => Candidate[]): Candidate[] {
  try {
    return list();
  } catch {
    // A shell that completes has nowhere to show an error.
    return [];
  }
}

function ownNetworks(paths: HostPaths): Candidate[] {
  const names = listNetworkNames(paths).filter((name) => !isPredefined(name));
  return plainWords(names);
}

function storedImages(paths: HostPaths): Candidate[] {
  return listNamedImages(paths).flatMap((named) =>
    repositoryNames(named).tags.map((word) => ({
      word,
      about: shortDigest(named.image.config.digest),
    }))
  );
}

const ARCHIVE = /\.tar(?:\.gz|\.zst)?$/;

function imagesIn(directory: string): Candidate[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name)
    .filter((name) => ARCHIVE.test(name))
    .map((name) => ({ word: name.replace(ARCHIVE, ""), about: directory }));
}
