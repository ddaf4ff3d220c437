/**
 * Creates a container of an image: everything up to one that is locked and has
 * not been started.
 *
 * @module
 */
import { createContainerId } from "../../base/identifiers.ts";
import { createVolumeName } from "../../storage/volume_name.ts";
import { configureContainer } from "../configure.ts";
import type { Engine } from "../engine.ts";
import { hostFacts } from "../host_facts.ts";
import { applyImageDefaults } from "../image_defaults.ts";
import { foreignWarning } from "../images/foreign_image.ts";
import type { ObtainedImage } from "../images/obtain_image.ts";
import {
  isReadEachTime,
  type OpenedImage,
  openImage,
} from "../images/open_image.ts";
import { networkDefaultOf } from "../networks/network_source.ts";
import { resolveNetworks } from "../networks/resolve_networks.ts";
import type { RunOptions } from "../run_options.ts";
import { withImageVolumes } from "../volumes/configure_volumes.ts";
import { removeUnusedVolumes } from "../volumes/remove_unused.ts";
import { checkVolumes } from "../volume_source.ts";
import { claimCidfile } from "./cidfile.ts";
import {
  type ContainerDraft,
  createContainer,
  type CreatedContainer,
} from "./create.ts";
import { withVolumesFrom } from "./volumes_from.ts";

/** A container that is to be made of an image. */
export interface ImageContainer {
  readonly asked: RunOptions;
  readonly image: ObtainedImage;
}

/**
 * Creates a container as `run` and `create` do, once its image is there.
 *
 * @param request Its image is let go of.
 * @param undo Gets what has to be undone besides the container itself.
 * @throws {UsageError} If an option's value is wrong, or the image's.
 */
export async function createFromImage(
  engine: Engine,
  { asked, image }: ImageContainer,
  undo: DisposableStack,
): Promise<CreatedContainer> {
  const opened = await openRequested(engine, image);
  return await createFromOpened(engine, { asked, opened }, undo);
}

/** The image of a container that is to be made. */
export type RequestedImage = OpenedImage & Pick<ObtainedImage, "held">;

/**
 * Opens the image of a new container. Where that may take long, signals end
 * this process.
 *
 * @param image Let go of if that fails.
 */
export async function openRequested(
  engine: Engine,
  { found, held }: ObtainedImage,
): Promise<RequestedImage> {
  using undo = new DisposableStack();
  undo.use(held);
  using _tidy = isReadEachTime(found)
    ? (await import("../../storage/tidy_end.ts")).endTidily()
    : undefined;
  const opened = await openImage(engine, found);
  undo.move();
  return { ...opened, held };
}

/**
 * Creates a container as {@linkcode createFromImage} does.
 *
 * @param opened Its image, which is let go of.
 * @throws {UsageError} If an option's value is wrong, or the image's.
 */
export async function createFromOpened(
  engine: Engine,
  { asked, opened }: {
    readonly asked: RunOptions;
    readonly opened: RequestedImage;
  },
  undo: DisposableStack,
): Promise<CreatedContainer> {
  const { paths } = engine;
  const { settings, platform, held, ...image } = opened;
  using _held = held;
  if (platform !== undefined && asked.platform === undefined) {
    const warning = foreignWarning(platform);
    if (warning !== undefined) engine.warn(warning);
  }
  const options = applyImageDefaults(asked, settings);
  const input = {
    id: createContainerId(),
    createdMs: Date.now(),
    host: hostFacts(),
    cwd: engine.cwd,
    volumes: paths.volumes,
    newName: createVolumeName,
    ...networkDefaultOf(engine),
  };
  const configured = configureContainer(options, input);
  const own = withVolumesFrom(paths, configured, options.volumesFrom);
  checkVolumes(own.volumes);
  // Last of all, since those of others are in place of the image's.
  const all = withImageVolumes(own, settings.Volumes ?? [], input);
  const draft = await resolveNetworks(engine, all);
  if (options.cidfile !== undefined) {
    undo.use(claimCidfile(options.cidfile, draft.id));
  }
  if (options.replace && options.name !== undefined) {
    const { removeNamesake } = await import("./replace.ts");
    const left = await removeNamesake(engine, options.name);
    const container = await createIn(engine, { ...draft, ...image });
    removeUnusedVolumes(paths, left);
    return container;
  }
  return await createIn(engine, { ...draft, ...image });
}

/** What only volumes of the store need is loaded for one. */
async function createIn(
  engine: Engine,
  draft: ContainerDraft,
): Promise<CreatedContainer> {
  const isPlain = draft.imageMounts === undefined &&
    draft.volumes.every(({ volume, owner }) =>
      volume === undefined && owner === undefined
    );
  if (isPlain) return createContainer(engine.paths, draft, engine.invoker);
  const { createWithVolumes } = await import(
    "../volumes/create_with_volumes.ts"
  );
  return await createWithVolumes(engine, draft);
}
