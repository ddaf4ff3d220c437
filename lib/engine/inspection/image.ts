/**
 * Everything there is to tell of an image, in the shape docker has for it.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect an image"
 */
import { type Digest, digestHex } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type {
  ImageDocument,
  ImageHealthcheck,
  ImageSettings,
} from "../../oci/image_spec.ts";
import { readImageDocument } from "../../storage/image_store.ts";
import { imageSize } from "../images/image_size.ts";
import { type NamedImage, repositoryNames } from "../images/named_images.ts";
import { orNil } from "./nil_list.ts";
import { timeText } from "./state.ts";

/** How an image is run, under docker's names. */
export interface InspectedSettings {
  readonly User: string;
  readonly ExposedPorts: ReadonlyMap<string, object> | undefined;
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly Healthcheck: ImageHealthcheck | undefined;
  readonly Volumes: ReadonlyMap<string, object> | null;
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[];
  readonly OnBuild: readonly string[];
  readonly Labels: ReadonlyMap<string, string> | null;
  readonly StopSignal: string | undefined;
  readonly Shell: readonly string[] | undefined;
}

/** An image under docker's names. */
export interface InspectedImage {
  readonly Id: Digest;
  readonly RepoTags: readonly string[];
  readonly RepoDigests: readonly string[];
  readonly Parent: "";
  readonly Comment: string;
  /** As the image has it; absent if it does not say. */
  readonly Created: string | undefined;
  readonly DockerVersion: "";
  readonly Author: string;
  readonly Config: InspectedSettings;
  readonly Architecture: string;
  readonly Variant: string | undefined;
  readonly Os: string;
  /** Bytes of its files. */
  readonly Size: number;
  readonly VirtualSize: number;
  readonly GraphDriver: {
    readonly Name: "overlay";
    readonly Data: {
      readonly LowerDir: string | undefined;
      readonly UpperDir: string | undefined;
    };
  };
  readonly RootFS: {
    readonly Type: "layers";
    readonly Layers: readonly Digest[];
  };
  readonly Metadata: { readonly LastTagTime: string };
}

/** Inspects an image; reads its config and how large its layers are. */
export function inspectImage(
  paths: HostPaths,
  named: NamedImage,
): InspectedImage {
  const { image } = named;
  const document = readImageDocument(paths, image);
  const { tags, digests } = repositoryNames(named);
  const size = imageSize(paths, image);
  const [top, ...below] = image.layers
    .map(({ chainId }) => `${paths.layers}/${digestHex(chainId)}`).reverse();
  return {
    Id: image.config.digest,
    RepoTags: tags,
    RepoDigests: digests,
    Parent: "",
    Comment: document.history.at(-1)?.comment ?? "",
    Created: document.created,
    DockerVersion: "",
    Author: document.author ?? "",
    Config: inspectSettings(document.config),
    Architecture: document.architecture,
    Variant: document.variant,
    Os: document.os,
    Size: size,
    VirtualSize: size,
    GraphDriver: {
      Name: "overlay",
      Data: {
        LowerDir: below.length === 0 ? undefined : below.join(":"),
        UpperDir: top,
      },
    },
    RootFS: { Type: "layers", Layers: layersOf(document) },
    Metadata: { LastTagTime: timeText(image.addedMs) },
  };
}

function layersOf({ rootfs }: ImageDocument): readonly Digest[] {
  return orNil(rootfs.diff_ids);
}

function inspectSettings(settings: ImageSettings): InspectedSettings {
  const { ExposedPorts, Volumes, Labels } = settings;
  return {
    User: settings.User ?? "",
    ExposedPorts: ExposedPorts && setMap(ExposedPorts),
    Env: orNil(settings.Env ?? []),
    Cmd: orNil(settings.Cmd ?? []),
    Healthcheck: settings.Healthcheck,
    Volumes: Volumes === undefined ? null : setMap(Volumes),
    WorkingDir: settings.WorkingDir ?? "",
    Entrypoint: orNil(settings.Entrypoint ?? []),
    OnBuild: orNil(settings.OnBuild ?? []),
    Labels: Labels === undefined ? null : new Map(Object.entries(Labels)),
    StopSignal: settings.StopSignal,
    Shell: settings.Shell,
  };
}

/** A set, as Go's JSON has it. */
function setMap(names: readonly string[]): ReadonlyMap<string, object> {
  return new Map(names.map((name) => [name, {}]));
}
