/**
 * Disks that fill up, and such that cannot be written any more.
 *
 * @module
 */
import { MOUNT } from "../../ffi/constants/mount.ts";
import { syscall } from "../../ffi/syscall.ts";

const MNT_DETACH = 2;
const CHUNK_BYTES = 64 * 1024;

/** A file system of its own, as long as its scope. */
export class SmallDisk implements Disposable {
  readonly #path: string;

  /**
   * @param path Where it is mounted; made if need be.
   * @param sizeBytes What fits on it.
   */
  constructor(path: string, sizeBytes: number) {
    this.#path = path;
    Deno.mkdirSync(path, { recursive: true });
    const options = `mode=755,size=${sizeBytes}`;
    syscall("mount", "small-disk", path, "tmpfs", 0, options);
  }

  /**
   * Writes until nothing more fits.
   *
   * @param room What is to be free after all, in bytes.
   */
  fill(room = 0): void {
    using file = Deno.openSync(this.#filler, { write: true, create: true });
    const bytes = new Uint8Array(CHUNK_BYTES);
    try {
      for (;;) file.writeSync(bytes);
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
    }
    if (room > 0) file.truncateSync(Math.max(0, file.statSync().size - room));
  }

  /** Takes that away. */
  free(): void {
    Deno.removeSync(this.#filler);
  }

  get #filler(): string {
    return `${this.#path}/filler`;
  }

  [Symbol.dispose](): void {
    unmount(this.#path);
  }
}

/** Lets nobody write below a directory any more, as long as the scope. */
export function readOnly(path: string): Disposable {
  const { MS_BIND, MS_RDONLY, MS_REMOUNT } = MOUNT;
  syscall("mount", path, path, null, MS_BIND, null);
  const flags = MS_BIND | MS_RDONLY | MS_REMOUNT;
  syscall("mount", null, path, null, flags, null);
  return { [Symbol.dispose]: () => unmount(path) };
}

function unmount(path: string): void {
  syscall("umount2", path, MNT_DETACH);
}
