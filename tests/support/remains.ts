/**
 * What a test of the built program has left behind, told by its own paths:
 * other tests may run on the same host at the same time.
 *
 * @module
 */

/** The paths of a test. */
export interface Territory {
  readonly directory: string;
  readonly root: string;
  readonly runRoot: string;
  /** Cgroups of containers that were there before; absent: none. */
  readonly cgroupsBefore?: ReadonlySet<string>;
}

/** Directories that are empty when no container is left. */
const EMPTY = ["containers", "names"];

/** A layer, or a copy of one with its owners shifted. */
const LAYER = /^(?:[0-9a-f]{64}|(?:[0-9a-f]{64}|mountpoints)\+[0-9a-f]{16})$/;

/** How long what has been killed may take to go away. */
const GRACE_MS = 5_000;

/**
 * Lists what is left: containers, names, states, half-made layers, processes,
 * mounts, locks and cgroups.
 *
 * @param known Lines that are to be there.
 * @returns One line each; empty if there is nothing else.
 */
export async function remains(
  territory: Territory,
  known: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const end = performance.now() + GRACE_MS;
  for (;;) {
    const found = (await remainsNow(territory))
      .filter((line) => !known.has(line));
    if (found.length === 0 || performance.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** As {@linkcode remains}, without waiting for what is about to go. */
export async function remainsNow(territory: Territory): Promise<string[]> {
  return [
    ...await directories(territory),
    ...processes(territory),
    ...await locks(territory),
    ...newCgroups(territory),
  ];
}

async function directories({ root, runRoot }: Territory): Promise<string[]> {
  const found: string[] = [];
  const kept = await notesOfNetworks({ root, runRoot });
  const parents = [...EMPTY.map((name) => `${root}/${name}`), runRoot];
  for (const parent of parents) {
    for await (const path of leaves(parent)) {
      if (!kept.has(path)) found.push(`file: ${path}`);
    }
  }
  for await (const { path } of entries(`${root}/layers`)) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!LAYER.test(name)) found.push(`half-made layer: ${path}`);
  }
  return found;
}

/** Networks last, and so does what is noted of them. */
async function notesOfNetworks(
  { root, runRoot }: Pick<Territory, "root" | "runRoot">,
): Promise<Set<string>> {
  const notes = new Set<string>();
  for await (const { path } of entries(`${root}/networks`)) {
    const { id } = JSON.parse(await Deno.readTextFile(path)) as {
      readonly id: string;
    };
    notes.add(`${runRoot}/settled/${id}`);
  }
  return notes;
}

/** Everything below that is not merely a directory of others. */
async function* leaves(path: string): AsyncGenerator<string> {
  for await (const { path: child, isDirectory } of entries(path)) {
    const isContainer = /\/containers\/[0-9a-f]{64}$/.test(child);
    if (isDirectory && !isContainer) yield* leaves(child);
    else yield child;
  }
}

/** A name in a directory, which may be gone by now. */
interface Entry extends Pick<Deno.DirEntry, "isDirectory"> {
  readonly path: string;
}

async function* entries(path: string): AsyncGenerator<Entry> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(path)) {
      yield { path: `${path}/${name}`, isDirectory };
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Processes started with these paths, or with them among their mounts. Does not
 * wait: there are hundreds of small files to be read, which are in memory.
 */
function processes({ directory }: Territory): string[] {
  const found: string[] = [];
  const ours = readNamespace("self");
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const words = readProc(`/proc/${name}/cmdline`);
    // Most have the same mounts as we have.
    const isNew = name === String(Deno.pid) || readNamespace(name) !== ours;
    const mounts = isNew ? readProc(`/proc/${name}/mountinfo`) : "";
    const command = words.replaceAll("\0", " ");
    if (words.includes(directory)) found.push(`process ${name}: ${command}`);
    const mount = mounts.split("\n").find((line) => line.includes(directory));
    if (mount !== undefined) {
      found.push(`mount of process ${name} (${command}): ${mount}`);
    }
  }
  return found;
}

/** Tells which mounts a process has. */
export function readNamespace(pid: string): string {
  try {
    return Deno.readLinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return "";
  }
}

/** A process may end while we look. */
export function readProc(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/** Locks by the inodes of the directories that are locked. */
async function locks({ root, runRoot }: Territory): Promise<string[]> {
  const inodes = new Map<string, string>();
  for (const parent of [root, runRoot]) {
    for await (const path of below(parent, 2)) {
      const inode = await inodeOf(path);
      if (inode !== undefined) inodes.set(String(inode), path);
    }
  }
  const lines = (await Deno.readTextFile("/proc/locks")).split("\n");
  return lines.flatMap((line) => {
    const inode = / [0-9a-f]+:[0-9a-f]+:(\d+) /.exec(line)?.[1];
    const path = inode === undefined ? undefined : inodes.get(inode);
    return path === undefined ? [] : [`lock: ${path}`];
  });
}

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await Deno.lstat(path)).ino ?? undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function newCgroups({ cgroupsBefore }: Territory): string[] {
  return emptyCgroups().filter((path) => !cgroupsBefore?.has(path))
    .map((path) => `cgroup: ${path}`);
}

/**
 * Cgroups of containers in which no process is. Nothing tells whose they were;
 * but those of containers that run, perhaps of others, are not empty for long.
 */
export function emptyCgroups(): string[] {
  return hierarchies()
    .map((hierarchy) => `${hierarchy}/tsdocker`)
    .flatMap((parent) =>
      directoriesIn(parent).map((name) => `${parent}/${name}`)
    )
    .filter((path) => readProc(`${path}/cgroup.procs`) === "");
}

function directoriesIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)]
      .filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The mount points of all cgroup file systems. */
function hierarchies(): string[] {
  const mounts = readProc("/proc/self/mountinfo");
  return mounts.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    return after.startsWith("cgroup") ? [before.split(" ")[4] ?? ""] : [];
  });
}

async function* below(path: string, depth: number): AsyncGenerator<string> {
  for await (const { path: child, isDirectory } of entries(path)) {
    yield child;
    if (depth > 1 && isDirectory) yield* below(child, depth - 1);
  }
}
