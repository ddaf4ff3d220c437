/**
 * Archives at random, unpacked here and by GNU tar: the trees are the same, or
 * this one refuses. `FUZZ_ARCHIVES` says how many, `FUZZ_SEED` which ones.
 */
import assert from "node:assert/strict";
import { TsdockerError } from "../../../../lib/base/errors.ts";
import { Random } from "../../../support/random.ts";
import { rootTest } from "../../../support/root.ts";
import { sourceOf } from "../../../support/tar_builder.ts";
import {
  damageArchive,
  generateArchive,
  makeSeeds,
} from "../../../support/tar_fuzz.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";
import { describeTree, unpackTo } from "../../../support/unpacking.ts";

const ARCHIVES = Number(Deno.env.get("FUZZ_ARCHIVES") ?? 300);
const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 20_240_607);
const BATCH = 100;
const SET_GROUP_ID = 0o2000;
const MAX_GROWTH_BYTES = 400 * 1024 ** 2;

/** What became of one archive. */
interface Outcome {
  readonly name: string;
  /** Why it was refused here, if it was. */
  readonly refused: string | undefined;
  /** What GNU tar complains about, if it does. */
  readonly complaint: string | undefined;
}

function unpackHere(bytes: Uint8Array, target: string): string | undefined {
  try {
    unpackTo(sourceOf(bytes), target);
    return undefined;
  } catch (error) {
    // Anything else is a bug: it was not foreseen.
    if (!(error instanceof TsdockerError)) throw error;
    assert.match(error.message, /^Cannot (?:read|unpack) /);
    return error.message;
  }
}

function unpackByTar(archive: string, target: string): string | undefined {
  Deno.mkdirSync(target);
  const { success, stderr } = new Deno.Command("tar", {
    args: [
      "-C",
      target,
      "--warning=no-timestamp",
      "--numeric-owner",
      "-xpf",
      archive,
    ],
    env: { LC_ALL: "C" },
  }).outputSync();
  const text = new TextDecoder().decode(stderr);
  // Access lists of Solaris are no files, though GNU tar makes some of them.
  const isKnown = success && !text.includes("Unknown file type 'A'");
  return isKnown ? undefined : text;
}

/**
 * What a tree has, by archive. Directories are told without their times, as
 * those that no archive names have the time of their making, and GNU tar lets
 * that of others change when files are put into them later; and without the
 * bit that GNU tar lets them inherit.
 */
function describeEach(place: string): Map<string, string[]> {
  const lines = describeTree(place).map((line) => {
    const fields = line.split("\t");
    if (fields[1] === "d") {
      const mode = parseInt(fields[2] ?? "", 8);
      fields[2] = (mode & ~SET_GROUP_ID).toString(8);
      fields[6] = "-";
    }
    return fields.join("\t");
  });
  const trees = new Map<string, string[]>();
  for (const line of lines) {
    // Lines of digests begin with the digest.
    const [, name = "", rest = ""] =
      /^(?:[0-9a-f]{64} {2}\.\/)?(\d+)([\/\t].*)$/s.exec(line) ?? [];
    if (name === "" || rest.startsWith("\td")) continue;
    trees.set(name, [...trees.get(name) ?? [], line.replaceAll(place, "")]);
  }
  return trees;
}

rootTest(
  `unpack() makes of ${ARCHIVES} archives what GNU tar does, or refuses`,
  () => {
    using place = new TemporaryDirectory();
    const random = new Random(SEED);
    const seeds = makeSeeds(place.path);
    const sentinel = `${place.path}/out`;
    Deno.writeTextFileSync(sentinel, "untouched");
    const before = Deno.memoryUsage().rss;
    let leftOut = 0;
    for (let from = 0; from < ARCHIVES; from += BATCH) {
      const count = Math.min(BATCH, ARCHIVES - from);
      leftOut += runBatch(place.path, random, { seeds, from, count });
    }
    const grown = Deno.memoryUsage().rss - before;
    assert.ok(grown < MAX_GROWTH_BYTES, `${grown} bytes more memory`);
    assert.equal(Deno.readTextFileSync(sentinel), "untouched");
    const names = [...Deno.readDirSync(place.path)].map(({ name }) => name);
    const expected = /^(?:out|seed-.*)$/;
    assert.deepEqual(names.filter((name) => !expected.test(name)), []);
    // Most have to be compared, for the comparison to mean something.
    assert.ok(leftOut < ARCHIVES * 0.7, `${leftOut} were refused`);
  },
);

interface Batch {
  readonly seeds: readonly Uint8Array[];
  readonly from: number;
  readonly count: number;
}

/** Unpacks some archives in both ways, and counts those not compared. */
function runBatch(
  place: string,
  random: Random,
  { seeds, from, count }: Batch,
): number {
  const [ours, theirs] = [`${place}/ours`, `${place}/theirs`];
  Deno.mkdirSync(ours);
  Deno.mkdirSync(theirs);
  const outcomes: Outcome[] = [];
  for (let index = from; index < from + count; index++) {
    const bytes = random.once(2)
      ? generateArchive(random)
      : damageArchive(random, random.pick(seeds));
    const [name, archive] = [`${index}`, `${place}/archive.tar`];
    Deno.writeFileSync(archive, bytes);
    const refused = unpackHere(bytes, `${ours}/${name}`);
    // What is refused here need not be unpacked there.
    const complaint = refused === undefined
      ? unpackByTar(archive, `${theirs}/${name}`)
      : undefined;
    if (refused !== undefined) {
      Deno.removeSync(`${ours}/${name}`, { recursive: true });
    }
    outcomes.push({ name, refused, complaint });
    Deno.removeSync(archive);
  }
  const [here, there] = [
    describeEach(ours),
    describeEach(theirs),
  ];
  for (const { name, refused, complaint } of outcomes) {
    // What GNU tar complains about it has not unpacked wholly.
    if (refused !== undefined || complaint !== undefined) continue;
    const label = `archive ${name} of seed ${SEED}`;
    assert.deepEqual(here.get(name), there.get(name), label);
  }
  Deno.removeSync(ours, { recursive: true });
  Deno.removeSync(theirs, { recursive: true });
  return outcomes.filter(({ refused, complaint }) =>
    refused !== undefined || complaint !== undefined
  ).length;
}
