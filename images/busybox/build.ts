/**
 * Makes the busybox image: a root file system as a tar file, the same bytes
 * from the same busybox. Needs no root.
 *
 *     tools/deno.sh run -A images/busybox/build.ts OUTPUT
 *
 * @module
 */
import { packTar, type TarEntry, type TarHeader } from "modern-tar";
import { DIRECTORIES, FILES, SYMLINKS } from "./files.ts";
import { appletPaths, busyboxProgram } from "./program.ts";

/** Where the program is; the applets are hard links to it. */
const PROGRAM = "bin/busybox";

/** The directories applets are linked into. */
const APPLET = /^(?:bin|sbin|usr\/bin|usr\/sbin)\/[^/]+$/;

/**
 * Lists the image's entries in the order they are written: sorted by name,
 * so that a directory precedes its contents, and all links behind the program.
 *
 * @param program The bytes of busybox.
 * @param applets The paths it is to be found at, relative to the root.
 * @param mtime The time all entries carry.
 */
export function imageEntries(
  program: Uint8Array,
  applets: readonly string[],
  mtime: Date,
): TarEntry[] {
  const common = { uid: 0, gid: 0, uname: "", gname: "", mtime };
  const entry = (header: TarHeader, body?: Uint8Array): TarEntry => ({
    header: { ...common, ...header, size: body?.length ?? 0 },
    ...(body === undefined ? {} : { body }),
  });
  const tree: TarEntry[] = [];
  for (const [name, mode] of Object.entries(DIRECTORIES)) {
    tree.push(entry({ name: `${name}/`, type: "directory", mode, size: 0 }));
  }
  for (const [name, { mode, text }] of Object.entries(FILES)) {
    const body = new TextEncoder().encode(text);
    tree.push(entry({ name, type: "file", mode, size: 0 }, body));
  }
  for (const [name, linkname] of Object.entries(SYMLINKS)) {
    tree.push(entry({ name, type: "symlink", mode: 0o777, linkname, size: 0 }));
  }
  tree.push(
    entry({ name: PROGRAM, type: "file", mode: 0o755, size: 0 }, program),
  );
  const links = applets
    .filter((name) => APPLET.test(name) && name !== PROGRAM)
    .map((name) =>
      entry({ name, type: "link", mode: 0o755, linkname: PROGRAM, size: 0 })
    );
  return [...tree.toSorted(byName), ...links.toSorted(byName)];
}

function byName(one: TarEntry, other: TarEntry): number {
  return one.header.name < other.header.name ? -1 : 1;
}

if (import.meta.main) {
  const output = Deno.args[0] ?? "images/busybox.tar";
  const epoch = Number(Deno.env.get("SOURCE_DATE_EPOCH") ?? 0);
  const program = await busyboxProgram(".cache/busybox");
  const applets = await appletPaths(program);
  const entries = imageEntries(program, applets, new Date(epoch * 1000));
  await Deno.writeFile(`${output}.new`, await packTar(entries));
  await Deno.rename(`${output}.new`, output);
}
