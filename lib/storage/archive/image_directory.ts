/**
 * The files of images in a directory: an OCI image layout, or an archive that
 * somebody has unpacked.
 *
 * @module
 * @see image-spec 1.1, image-layout.md
 */
import { openat } from "../../../ffi/calls/file.ts";
import { fstat } from "../../../ffi/calls/stat.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NONBLOCK,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { S_IFMT, S_IFREG } from "../../../ffi/constants/stat.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { openInRoot } from "../../base/open_in_root.ts";
import type { ImageFile, ImageFiles } from "./image_files.ts";

/**
 * Opens a directory. Links in it never lead out of it.
 *
 * @param path Absolute.
 */
export function openImageDirectory(path: string): ImageFiles {
  using owned = new DisposableStack();
  const root = owned.use(openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY));
  const known = new Map<string, ImageFile | undefined>();
  const resources = owned.move();

  function open(name: string): ImageFile | undefined {
    try {
      // O_NONBLOCK: a fifo would wait for a writer.
      const file = openInRoot(root.number, name, O_RDONLY | O_NONBLOCK);
      const { mode, sizeBytes } = fstat(resources.use(file).number);
      const isRegular = (mode & S_IFMT) === S_IFREG;
      return isRegular ? { file, offset: 0, size: sizeBytes } : undefined;
    } catch (error) {
      if (isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
      throw error;
    }
  }

  return {
    label: path,
    find(name): ImageFile | undefined {
      if (!known.has(name)) known.set(name, open(name));
      return known.get(name);
    },
    [Symbol.dispose]: () => resources[Symbol.dispose](),
  };
}
