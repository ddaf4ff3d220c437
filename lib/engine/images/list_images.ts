/**
 * Which images a user wants listed.
 *
 * @module
 * @see docker's documentation of `docker images`, "Filtering"
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { parseTimePointMs } from "../../base/time_point.ts";
import { readImageDocument } from "../../storage/image_store.ts";
import { parseFilterBoolean } from "../filter_boolean.ts";
import { matchesLabel } from "../label_match.ts";
import { namePattern } from "./name_pattern.ts";
import { listNamedImages, type NamedImage } from "./named_images.ts";
import { resolveImage } from "./resolve_image.ts";

/** What images can be filtered by. */
export const IMAGE_FILTERS = [
  "before",
  "dangling",
  "label",
  "reference",
  "since",
  "until",
] as const;

/** One of {@linkcode IMAGE_FILTERS}. */
export type ImageFilterKey = typeof IMAGE_FILTERS[number];

/** Values by key; those of a key are alternatives, but for labels. */
export type ImageFilters = ReadonlyMap<ImageFilterKey, readonly string[]>;

type Matcher = (named: NamedImage) => boolean;

/**
 * The images that fit all filters, the latest first; of their names, those
 * that fit the patterns, if there are any.
 *
 * @param nowMs What is long ago is counted from, milliseconds since the epoch.
 * @throws {UsageError} If a value is none that its key can have.
 * @throws {NotFoundError} If one is to be older or newer than one there is not.
 */
export async function selectImages(
  paths: HostPaths,
  filters: ImageFilters,
  nowMs: number,
): Promise<NamedImage[]> {
  const patterns = (filters.get("reference") ?? []).map(namePattern);
  const matchers: Matcher[] = [];
  for (const [key, values] of filters) {
    if (key === "reference") continue;
    const ofKey: Matcher[] = [];
    for (const value of values) {
      ofKey.push(await MAKERS[key](value, { paths, nowMs }));
    }
    // As in docker, an image needs to have all labels asked for.
    matchers.push((named) =>
      key === "label"
        ? ofKey.every((match) => match(named))
        : ofKey.some((match) => match(named))
    );
  }
  return listNamedImages(paths)
    .filter((named) => matchers.every((match) => match(named)))
    .flatMap((named) => {
      if (patterns.length === 0) return [named];
      const names = named.names.filter((name) =>
        patterns.some((matches) => matches(name))
      );
      return names.length === 0 ? [] : [{ ...named, names }];
    });
}

interface MatcherContext {
  readonly paths: HostPaths;
  readonly nowMs: number;
}

type MatcherMaker = (
  value: string,
  context: MatcherContext,
) => Promise<Matcher> | Matcher;

const MAKERS: Readonly<
  Record<Exclude<ImageFilterKey, "reference">, MatcherMaker>
> = {
  async before(value, { paths }): Promise<Matcher> {
    const { createdMs } = await resolveImage(paths, value);
    return ({ image }) => image.createdMs < createdMs;
  },
  async since(value, { paths }): Promise<Matcher> {
    const { createdMs } = await resolveImage(paths, value);
    return ({ image }) => image.createdMs > createdMs;
  },
  dangling(value): Matcher {
    const isWanted = parseFilterBoolean("dangling", value);
    return ({ names }) => (names.length === 0) === isWanted;
  },
  label: (value, { paths }) => ({ image }) =>
    matchesLabel(readImageDocument(paths, image).config.Labels ?? {}, value),
  until(value, { nowMs }): Matcher {
    const untilMs = parseTimePointMs(value, nowMs);
    return ({ image }) => image.createdMs < untilMs;
  },
};
