/**
 * What a person means by an image: a path, or a name to be found in the image
 * path. On the start path: a few `stat` calls.
 *
 * @module
 */
import { isSyscallError } from "../../ffi/errno.ts";
import { NotFoundError } from "../base/errors.ts";
import { isDirectoryAt, targetExists } from "../base/path_exists.ts";

/** Where a root file system comes from. */
export type ImageSource =
  | {
    /** A tar file, compressed or not. */
    readonly kind: "archive";
    readonly path: string;
  }
  | {
    /** A directory with the files themselves. */
    readonly kind: "directory";
    readonly path: string;
  };

/** Suffixes of archives; what is in one decides, not its name. */
const SUFFIXES = [".tar", ".tar.gz", ".tgz", ".tar.zst"] as const;
const DEFAULT_TAG = ":latest";

/**
 * Finds what an image name stands for: itself if it is a path (it has a `/`,
 * begins with a `.`, or is an archive in the current directory), else a
 * directory or archive of this name in the search path.
 *
 * @param name What the user typed; `:latest` may follow a name.
 * @param searchPath Directories in the order to look into.
 * @throws {NotFoundError} If there is none; it says where was looked.
 */
export function resolveImageSource(
  name: string,
  searchPath: readonly string[],
): ImageSource {
  if (name.includes("/") || name.startsWith(".")) {
    const source = sourceAt(name);
    if (source !== undefined) return source;
    throw new NotFoundError(`Cannot find image "${name}": no such file`, {
      advice: "check the path, or give a name to look for in the image path",
    });
  }
  return (name === "" ? undefined : findByName(name, searchPath)) ??
    notFound(name, searchPath);
}

function findByName(
  name: string,
  searchPath: readonly string[],
): ImageSource | undefined {
  if (hasSuffix(name)) {
    const source = sourceAt(name);
    if (source !== undefined) return source;
  }
  const stem = name.endsWith(DEFAULT_TAG)
    ? name.slice(0, -DEFAULT_TAG.length)
    : name;
  for (const directory of searchPath) {
    for (const suffix of ["", ...SUFFIXES]) {
      const source = sourceAt(`${directory}/${stem}${suffix}`);
      // A recipe's directory stands beside the archive it makes.
      if (source === undefined || isRecipe(source)) continue;
      return source;
    }
  }
  return undefined;
}

function hasSuffix(name: string): boolean {
  return SUFFIXES.some((suffix) => name.endsWith(suffix));
}

function sourceAt(path: string): ImageSource | undefined {
  if (isDirectoryAt(path)) return { kind: "directory", path };
  return isMissing(path) ? undefined : { kind: "archive", path };
}

/** Reading what is there tells what is wrong with it. */
function isMissing(path: string): boolean {
  try {
    return !targetExists(path);
  } catch (error) {
    if (isSyscallError(error)) return false;
    throw error;
  }
}

/** Found by name, a directory is an image only if it has programs. */
function isRecipe({ kind, path }: ImageSource): boolean {
  return kind === "directory" && sourceAt(`${path}/bin`) === undefined &&
    sourceAt(`${path}/usr`) === undefined;
}

function notFound(name: string, searchPath: readonly string[]): never {
  const places = searchPath.map((directory) => `"${directory}"`).join(", ");
  const where = places === "" ? "an empty path" : places;
  const missing = hasSuffix(name)
    ? `no such file here or in ${where}`
    : `no "${name}.tar" (or .tar.gz, .tgz, .tar.zst) in ${where}`;
  throw new NotFoundError(`Cannot find image "${name}": ${missing}`, {
    advice:
      "a path such as ./image.tar, a name that tsdocker images lists, or tsdocker pull",
  });
}
