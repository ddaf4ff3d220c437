/**
 * Unpacking a large archive, with its digest, against `tar xf` to the same
 * file system: `deno run -A tests/bench/unpack.ts [DIRECTORY] [ROUNDS]`. Both
 * read from a warm page cache into a fresh place, in turns; neither syncs.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { onPrivateDisk } from "./support/private_disk.ts";

const PROGRAM = new URL("../fixtures/storage/ensure_layer.ts", import.meta.url);
const MIB = 1024 * 1024;
const FILES = 52_000;
const TOTAL_BYTES = 540 * MIB;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** Times one command as a whole process, in milliseconds. */
async function time(program: string, args: string[]): Promise<number> {
  const begin = performance.now();
  const { success } = await new Deno.Command(program, {
    args,
    stdout: "null",
  }).output();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
  return performance.now() - begin;
}

/**
 * Makes a tree shaped as a distribution is: many small files, few large ones,
 * links, and ten files a directory, and packs it with `tar`.
 */
export async function makeArchive(place: string): Promise<string> {
  const tree = `${place}/tree`;
  const noise = crypto.getRandomValues(new Uint8Array(65_536));
  let written = 0;
  for (let i = 0; i < FILES; i++) {
    const directory = `${tree}/${i % 13}/${Math.floor(i / 130)}`;
    if (i < 13 || i % 130 < 13) {
      await Deno.mkdir(directory, { recursive: true });
    }
    if (i % 13 === 12) {
      await Deno.symlink(`../file${i - 1}`, `${directory}/link${i}`);
      continue;
    }
    const size = Math.floor(140 * Math.exp((i * 7919 % 1000) / 160));
    const bytes = noise.subarray(0, Math.min(size, noise.length));
    await Deno.writeFile(`${directory}/file${i}`, bytes);
    written += bytes.length;
  }
  const large = 8 * MIB;
  const content = crypto.getRandomValues(new Uint8Array(65_536));
  for (let i = 0; written < TOTAL_BYTES; i++, written += large) {
    using file = await Deno.create(`${tree}/large${i}`);
    for (let at = 0; at < large; at += content.length) {
      await file.write(content);
    }
  }
  const archive = `${place}/bench.tar`;
  await time("tar", ["-C", tree, "-cf", archive, "."]);
  await Deno.remove(tree, { recursive: true });
  return archive;
}

/** Runs both in turns and returns the times of each. */
async function compare(
  place: string,
  archive: string,
  rounds: number,
): Promise<{ tar: number[]; ours: number[] }> {
  const times = { tar: [] as number[], ours: [] as number[] };
  const target = `${place}/target`;
  const deno = ["run", "-A", "--no-config", PROGRAM.pathname];
  const runners = {
    tar: () => time("tar", ["-C", target, "-xf", archive]),
    ours: () => time(Deno.execPath(), [...deno, target, archive]),
  };
  for (let round = 0; round < rounds; round++) {
    // Who goes first takes turns too: the file system remembers.
    const names = round % 2 === 0 ? ["tar", "ours"] : ["ours", "tar"];
    for (const name of names as (keyof typeof runners)[]) {
      await Deno.mkdir(target);
      times[name].push(await runners[name]());
      await Deno.remove(target, { recursive: true });
    }
  }
  return times;
}

async function main(): Promise<void> {
  const [directory = "/var/tmp", rounds = "5"] = Deno.args;
  const place = await Deno.makeTempDir({ dir: directory, prefix: "bench-" });
  try {
    const archive = await makeArchive(place);
    const { size } = await Deno.stat(archive);
    console.log(`${FILES} files, ${(size / MIB).toFixed(0)} MiB, ${directory}`);
    // Once unseen, to warm the page cache and Deno's own.
    await compare(place, archive, 1);
    const { tar, ours } = await compare(place, archive, Number(rounds));
    const show = (times: number[]): string =>
      `${median(times).toFixed(0)} ms (${times.map((t) => t.toFixed(0))})`;
    console.log(`tar xf               ${show(tar)}`);
    console.log(`tsdocker with sha256 ${show(ours)}`);
    const ratios = ours.map((ms, i) => ms / (tar[i] ?? ms));
    console.log(
      `ratio of medians     ${(median(ours) / median(tar)).toFixed(2)}`,
    );
    console.log(`median of ratios     ${median(ratios).toFixed(2)}`);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

if (import.meta.main) await onPrivateDisk(main);
