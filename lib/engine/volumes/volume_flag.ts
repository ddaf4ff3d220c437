/**
 * `-v`, `--volume` of the command line.
 *
 * @module
 */
import type { UsageError } from "../../base/errors.ts";
import { checkVolumeName } from "../../storage/volume_name.ts";
import {
  type BindVolume,
  invalidVolume,
  parseDestination,
  resolvePath,
  type VolumePlaces,
} from "../volume.ts";
import { volumeOfStore } from "./volume_of_store.ts";

/** What the options of a text say. */
type Choices = Partial<Pick<BindVolume, "access" | "create" | "owner" | "ids">>;

/** Options of everything. */
const CHOICES: ReadonlyMap<string, Choices> = new Map([
  ["ro", { access: "ro" }],
  ["rw", { access: "rw" }],
  ["U", { owner: "user" }],
  ["idmap", { ids: "mapped" }],
]);

/** Options that say what is the case anyway, or what only other hosts need. */
const IGNORED: ReadonlySet<string> = new Set([
  "",
  "z",
  "Z",
  "private",
  "rprivate",
  "bind",
  "rbind",
  "cached",
  "delegated",
  "consistent",
]);

const KNOWN =
  "the options ro, rw, U, idmap, of a path create, of a name nocopy";

/**
 * Reads one `-v [SRC:]DST[:OPTIONS]`.
 *
 * @param text As written. A source that begins with neither a slash nor a dot
 * is the name of a volume; without one the volume is given a name. Options,
 * separated by commas: `ro`, `rw`, `U`, `idmap`, `create` for a path, `nocopy`
 * for a volume; `z`, `Z`, `private`, `rprivate`, `cached`, `delegated` and
 * `consistent` are accepted and change nothing here.
 * @throws {UsageError} If it is malformed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const places = { cwd: "/home/me", volumes: "/v", newName: () => "ab" };
 * assert.deepEqual(parseVolume("./data:/data/:ro", places), {
 *   source: "/home/me/data",
 *   destination: "/data",
 *   access: "ro",
 *   create: "never",
 * });
 * assert.equal(parseVolume("db:/data", places).source, "/v/db/_data");
 * ```
 */
export function parseVolume(text: string, places: VolumePlaces): BindVolume {
  const parts = text.split(":");
  const [first = "", second, options, ...rest] = parts;
  if (rest.length > 0) throw invalidVolume(text, "it has too many colons");
  if (first === "" || second === "") throw isIncomplete(text);
  const fail = (why: string): UsageError => invalidVolume(text, why);
  if (second === undefined) {
    const destination = parseDestination(first, fail);
    return volumeOfStore({ destination, access: "rw" }, places);
  }
  const destination = parseDestination(second, fail);
  if (/^[./~]/.test(first)) {
    const { create = "never", ...choices } = parseOptions(
      text,
      options,
      "path",
    );
    return {
      source: resolvePath(places.cwd, first),
      destination,
      create,
      access: "rw",
      ...choices,
    };
  }
  const name = checkVolumeName(first, { advice: `-v ./${text}` });
  const { copyUp, ...choices } = parseOptions(text, options, "name");
  return volumeOfStore(
    { destination, access: "rw", ...choices },
    places,
    { name, ...(copyUp === undefined ? {} : { copyUp }) },
  );
}

function parseOptions(
  text: string,
  options: string | undefined,
  source: "path" | "name",
): Choices & { readonly copyUp?: "never" } {
  let choices: Choices & { readonly copyUp?: "never" } = {};
  for (const option of options?.split(",") ?? []) {
    const choice = CHOICES.get(option);
    if (choice !== undefined) choices = { ...choices, ...choice };
    else if (option === "create" && source === "path") {
      choices = { ...choices, create: "directory" };
    } else if (option === "nocopy" && source === "name") {
      choices = { ...choices, copyUp: "never" };
    } else if (!IGNORED.has(option)) {
      throw invalidVolume(text, `"${option}" is no known option`, {
        advice: KNOWN,
      });
    }
  }
  return choices;
}

function isIncomplete(text: string): UsageError {
  return invalidVolume(text, "it is not [SRC:]DST[:OPTIONS]", {
    advice: "-v ./data:/data or -v data:/data:ro",
  });
}
