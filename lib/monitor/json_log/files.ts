/**
 * The files of a log: `container.log`, which is written, and `container.log.1`
 * and so on, each older than the one before.
 *
 * @module
 */
import { namesIn } from "../../base/names_in.ts";

const NAME = "container.log";
const NUMBERED = /^container\.log(?:\.([1-9]\d*))?$/;

/** How often the files are opened again if they are being rotated. */
const ATTEMPTS = 10;

/** A file of a log, opened to be read. */
export interface LogFile extends Disposable {
  readonly file: Deno.FsFile;
  /** Tells it from other files, whatever their names are by now. */
  readonly key: string;
}

/**
 * Opens the file that is written, and makes it if need be.
 *
 * @param directory It must exist.
 * @throws {Error} Of the operating system.
 */
export function openCurrent(directory: string): Deno.FsFile {
  return Deno.openSync(`${directory}/${NAME}`, {
    read: true,
    append: true,
    create: true,
    mode: 0o600,
  });
}

/**
 * Makes every file one older and opens a new one. The oldest one is removed
 * before the disk is asked for more.
 *
 * @param maxFiles How many may be there then, at least 1.
 * @throws {Error} Of the operating system; what is there then can be read, and
 * rotated again.
 */
export function rotate(directory: string, maxFiles: number): Deno.FsFile {
  const path = (index: number): string =>
    index === 0 ? `${directory}/${NAME}` : `${directory}/${NAME}.${index}`;
  ifThere(() => Deno.removeSync(path(maxFiles - 1)));
  for (let index = maxFiles - 2; index >= 0; index--) {
    ifThere(() => Deno.renameSync(path(index), path(index + 1)));
  }
  return openCurrent(directory);
}

/** A rotation that has failed may have left a gap. */
function ifThere(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Opens all files, the oldest first; the caller closes them.
 *
 * They may be rotated meanwhile. Nothing has happened if the newest is still
 * the same afterwards.
 */
export function openLogFiles(directory: string): LogFile[] {
  for (let attempt = 1;; attempt++) {
    const newest = currentKey(directory);
    const files = names(directory).flatMap((name) =>
      openFile(`${directory}/${name}`)
    );
    const isSteady = currentKey(directory) === newest;
    if (isSteady || attempt === ATTEMPTS) return files.toReversed();
    for (const file of files) file[Symbol.dispose]();
  }
}

/** The key of the file that is written; `undefined` if there is none. */
export function currentKey(directory: string): string | undefined {
  try {
    return keyOf(Deno.statSync(`${directory}/${NAME}`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The newest first. */
function names(directory: string): string[] {
  return namesIn(directory)
    .flatMap((name) => {
      const match = NUMBERED.exec(name);
      return match === null ? [] : [{ name, age: Number(match[1] ?? 0) }];
    })
    .toSorted((a, b) => a.age - b.age)
    .map(({ name }) => name);
}

function openFile(path: string): LogFile[] {
  try {
    const file = Deno.openSync(path);
    return [{
      file,
      key: keyOf(file.statSync()),
      [Symbol.dispose]: () => file.close(),
    }];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function keyOf({ dev, ino }: Deno.FileInfo): string {
  return `${dev}:${ino}`;
}
