/**
 * The monitors of containers and other processes, as the kernel sees them.
 *
 * @module
 * @see Linux Documentation/filesystems/proc.rst, "/proc/pid/smaps_rollup"
 */

/** What a process has of the memory, in bytes. */
export interface Memory {
  /** Its own, and written to: what one more of its kind costs. */
  readonly dirtyBytes: number;
  /** With a share of what it has in common with others. */
  readonly shareBytes: number;
  readonly residentBytes: number;
}

/** The memory of all monitors that keep their files below a directory. */
export async function monitorMemory(directory: string): Promise<Memory[]> {
  const found: Memory[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const words = await wordsOf(name);
    const isMonitor = words.includes("monitor") &&
      words.some((word) => word.startsWith(`${directory}/`));
    if (isMonitor) found.push(await memoryOf(name));
  }
  return found;
}

/** The command line of a process; of none if it has ended. */
async function wordsOf(pid: string): Promise<string[]> {
  try {
    return (await Deno.readTextFile(`/proc/${pid}/cmdline`)).split("\0");
  } catch {
    return [];
  }
}

const IDLE_PROGRAM = "data:text/javascript,setInterval(() => {}, 1e9)";

/** The memory of a Deno that does nothing, after some time of that. */
export async function idleMemory(timeMs: number): Promise<Memory> {
  const deno = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-lock", IDLE_PROGRAM],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await new Promise((resolve) => setTimeout(resolve, timeMs));
    return await memoryOf(`${deno.pid}`);
  } finally {
    deno.kill();
    await deno.status;
  }
}

/** The memory of a process. */
export async function memoryOf(pid: string): Promise<Memory> {
  const text = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`);
  const bytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]) * 1024;
  return {
    dirtyBytes: bytes("Private_Dirty"),
    shareBytes: bytes("Pss"),
    residentBytes: bytes("Rss"),
  };
}
