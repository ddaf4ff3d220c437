/**
 * Compiles the program for all starts to come. It is unpacked beside the
 * program and run once, with the program's own flags, when that is done.
 *
 * Deno keeps compiled code in SQLite databases that it never closes, so that
 * all they hold stays in their write-ahead logs, which each start has to read
 * through: 1 ms per MB. Moving it from there to the database ends that, as
 * nothing more is written once every file of the program is compiled.
 *
 * @module
 */

/** What Deno calls its databases. */
const DATABASE = /_cache_v\d+$/;

/**
 * What is started most often, in a process that is to be quick. SQLite maps the
 * first 6 MB of a database into memory, and reads the rest: 0.3 ms for `exec`.
 */
const FIRST = ["exec.js", "run.js", "detached.js"];

/** Loads every file of the program; none does anything by being loaded. */
async function compileAll(directory: string): Promise<void> {
  const files = await Array.fromAsync(Deno.readDir(directory));
  const names = files.map(({ name }) => name);
  const first = FIRST.filter((name) => names.includes(name));
  for (const name of [...first, ...names]) {
    const file = new URL(name, import.meta.url).href;
    if (!name.endsWith(".js") || file === import.meta.url) continue;
    await import(file);
  }
}

/** Empties the write-ahead logs of the databases in a directory. */
async function emptyLogs(directory: string): Promise<void> {
  const { DatabaseSync } = await import("node:sqlite");
  for await (const { name } of Deno.readDir(directory)) {
    if (!DATABASE.test(name)) continue;
    using database = new DatabaseSync(`${directory}/${name}`);
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
}

/**
 * Has Deno compile modules of its own that it loads when they are first used:
 * for timers, for child processes, and for what unpacks images.
 */
async function compileDeno(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  new Deno.Command(Deno.execPath());
  new ReadableStream();
  for (const name of ["crypto", "stream", "zlib"]) await import(`node:${name}`);
}

const cache = Deno.env.get("DENO_DIR");
if (import.meta.main && import.meta.dirname !== undefined) {
  await compileAll(import.meta.dirname);
  await compileDeno();
  if (cache !== undefined) await emptyLogs(cache);
}
