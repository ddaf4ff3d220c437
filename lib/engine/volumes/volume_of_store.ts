/**
 * A volume of the store as a container has it.
 *
 * @module
 */
import { volumeDataPath } from "../../storage/volume_path.ts";
import type { BindVolume, VolumePlaces, VolumeUse } from "../volume.ts";

/**
 * What shows a volume inside; nothing is made.
 *
 * @param shown Where, and how.
 * @param use Without a name it is given one, and goes with its last container.
 */
export function volumeOfStore(
  shown: Omit<BindVolume, "source" | "create" | "volume">,
  { volumes, newName }: Pick<VolumePlaces, "volumes" | "newName">,
  use: Partial<Omit<VolumeUse, "isAnonymous">> = {},
): BindVolume & { readonly volume: VolumeUse } {
  const name = use.name ?? newName();
  return {
    ...shown,
    source: volumeDataPath({ volumes }, name),
    create: "never",
    volume: {
      copyUp: "if-empty",
      ...use,
      name,
      isAnonymous: use.name === undefined,
    },
  };
}
