/**
 * Archives that nobody has thought of: put together at random from all that
 * formats allow and forbid, or made by GNU tar and damaged. A seed repeats
 * them.
 *
 * @module
 */
import type { Random } from "./random.ts";
import {
  archive,
  base256,
  concat,
  directory,
  file,
  GNU,
  hardlink,
  header,
  type HeaderFields,
  longName,
  pax,
  symlink,
  USTAR,
  V7,
} from "./tar_builder.ts";
import { run } from "./unpacking.ts";

const BLOCK = 512;
const CHECKSUM = { offset: 148, length: 8 } as const;

const DIRECTORIES = ["a", "a/b", "c", "./d", "a/b/e/"];
const NAMES = ["x", "y", "z", "long-".repeat(30), "ü", "\u{1f4e6}", "sp ace"];
/** Names that are no names of files in the tree. */
const ODD_NAMES = [
  "../out",
  "a/../../out",
  "/etc/passwd",
  "//a//x",
  "./",
  "..",
  "a/./x",
  "a/..",
  "",
  "x/",
  "a\\x",
  "new\nline",
  "n".repeat(300),
  `${"deep/".repeat(60)}x`,
];
/** What names of links begin with that may lead out. */
const OUT = "out-";
const TARGETS = [
  ...["x", "y", "z", "a/x", "sp ace", "a", "c"],
  ...["../x", "/", "..", "../../../tmp", "/etc/passwd"],
];

/** An archive put together at random. */
export function generateArchive(random: Random): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const name of DIRECTORIES) parts.push(directory(name, fields(random)));
  for (let count = random.below(12); count >= 0; count--) {
    parts.push(generateEntry(random));
  }
  const whole = archive(...parts);
  // Some end without the end, some with more of it.
  if (random.once(8)) return whole.subarray(0, whole.length - 2 * BLOCK);
  return random.once(8) ? concat(whole, new Uint8Array(8 * BLOCK)) : whole;
}

function nameOf(random: Random): string {
  if (random.once(12)) return random.pick(ODD_NAMES);
  if (random.once(12)) return `${OUT}${random.below(2 ** 31)}`;
  const place = random.once(2) ? "" : `${random.pick(DIRECTORIES)}/`;
  return `${place}${random.pick(NAMES)}`;
}

function fields(random: Random): HeaderFields {
  const time = random.below(2 ** 31);
  return {
    mode: random.pick([0o644, 0o755, 0o4755, 0o2711, 0o1777, 0o000, 0o600]),
    uid: random.once(6) ? base256(3_000_000, 8) : random.below(2000),
    gid: random.below(2000),
    mtime: random.once(8) ? base256(time * 4, 12) : time,
    magic: random.pick([USTAR, GNU, V7]),
  };
}

function generateEntry(random: Random): Uint8Array {
  const name = nameOf(random);
  const common = fields(random);
  const isLong = new TextEncoder().encode(name).length > 100;
  const before: Uint8Array[] = [];
  if (isLong || random.once(10)) {
    before.push(
      random.once(2) ? longName("L", name) : pax([["path", name]]),
    );
  }
  if (random.once(6)) before.push(pax(generateRecords(random)));
  else if (random.once(40)) return sizedByPax(random, name, common);
  if (random.once(40)) before.push(pax([["comment", "all"]], "g"));
  const short = isLong ? "short" : name;
  return concat(...before, generateBody(random, short, common));
}

function generateRecords(random: Random): [string, string][] {
  const records: [string, string][] = [];
  if (random.once(2)) records.push(["mtime", `${random.below(2 ** 31)}.25`]);
  if (random.once(2)) records.push(["uid", `${random.below(5_000_000)}`]);
  if (random.once(4)) records.push(["gid", `${random.below(5_000_000)}`]);
  if (random.once(6)) records.push(["uname", "nobody"]);
  if (random.once(30)) {
    records.push(["mtime", random.pick(["x", "-1.5", "7.x"])]);
  }
  return records;
}

/** A file whose header says nothing of its size, or lies. */
function sizedByPax(
  random: Random,
  name: string,
  common: HeaderFields,
): Uint8Array {
  const content = noise(random, random.below(2000));
  const records: [string, string][] = [["size", `${content.length}`]];
  if (name.length > 100) records.push(["path", name]);
  return concat(
    pax(records),
    file("short", content, { ...common, size: random.below(2000) }),
  );
}

function generateBody(
  random: Random,
  name: string,
  common: HeaderFields,
): Uint8Array {
  switch (random.below(10)) {
    case 0:
      return directory(name, common);
    case 1:
      return symlink(name, linkTarget(random, name), common);
    case 2:
      return hardlink(name, random.pick(TARGETS), common);
    case 3:
      return header({ ...common, name, typeflag: "6" });
    case 4:
      return header({
        ...common,
        name,
        typeflag: random.pick(["3", "4"]),
        devmajor: 1 + random.below(200),
        devminor: random.below(200),
      });
    default:
      return file(name, noise(random, random.below(2000)), {
        ...common,
        ...(random.once(30) ? { typeflag: random.pick(["\0", "7", "Z"]) } : {}),
      });
  }
}

/**
 * GNU tar makes links that may lead out last of all, so that of two with one
 * name the first wins: only those lead out that have a name of their own.
 */
function linkTarget(random: Random, name: string): string {
  const target = random.pick(TARGETS);
  const mayLeadOut = target.startsWith("/") || target.includes("..");
  return mayLeadOut && !name.startsWith(OUT) ? "x" : target;
}

function noise(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

/** How GNU tar is asked for archives to damage. */
const SEED_FORMATS = [
  ["oldgnu"],
  ["gnu", "--sparse"],
  ["ustar"],
  ["posix"],
  ["posix", "--sparse", "--sparse-version=0.0"],
  ["posix", "--sparse", "--sparse-version=0.1"],
  ["posix", "--sparse", "--sparse-version=1.0"],
] as const;

const TREE = `
mkdir -p d/e; printf hello > d/f; ln -s f d/l; ln d/f d/h; mkfifo d/p
mknod d/c c 5 1; head -c 3000 /dev/urandom > d/e/g; : > empty
truncate -s 300K sparse; printf mid | dd of=sparse bs=1 seek=150000 conv=notrunc status=none
touch -d @1000000000.5 d/f d/e/g; chmod 4755 d/f; chown 1000:1001 d/e/g
`;

/** Archives of a small tree, one of each format that GNU tar writes. */
export function makeSeeds(place: string): Uint8Array[] {
  const tree = `${place}/seed-tree`;
  Deno.mkdirSync(tree);
  run("sh", ["-euc", `cd "$1"; ${TREE}`, "sh", tree]);
  return SEED_FORMATS.map(([format, ...flags], index) => {
    const path = `${place}/seed-${index}.tar`;
    run("tar", [
      "-C",
      tree,
      `--format=${format}`,
      ...flags,
      "--numeric-owner",
      "-b1",
      "-cf",
      path,
      ".",
    ]);
    return Deno.readFileSync(path);
  });
}

/** An archive damaged at random in one to three places. */
export function damageArchive(random: Random, whole: Uint8Array): Uint8Array {
  let bytes: Uint8Array = whole.slice();
  for (let count = 1 + random.below(3); count > 0; count--) {
    bytes = damage(random, bytes);
  }
  return bytes;
}

function damage(random: Random, bytes: Uint8Array): Uint8Array {
  const blocks = Math.floor(bytes.length / BLOCK);
  if (blocks < 2) return bytes;
  const start = random.below(blocks) * BLOCK;
  switch (random.below(7)) {
    case 0:
      return bytes.slice(0, random.below(bytes.length));
    case 1:
      return concat(bytes.subarray(0, start), bytes.subarray(start + BLOCK));
    case 2: {
      const block = bytes.subarray(start, start + BLOCK);
      return concat(bytes.subarray(0, start), block, bytes.subarray(start));
    }
    case 3:
      bytes[random.below(bytes.length)] = random.below(256);
      return bytes;
    default:
      return damageHeader(random, bytes, start);
  }
}

/** A field of a header that keeps a right checksum, so that it is believed. */
function damageHeader(
  random: Random,
  bytes: Uint8Array,
  from: number,
): Uint8Array {
  const start = findHeader(bytes, from);
  if (start === undefined) return bytes;
  const digits = "01234567 \0x-";
  const at = random.pick([0, 100, 108, 124, 136, 156, 157, 329, 345, 483]);
  const length = random.pick([1, 1, 4, 12]);
  for (let i = 0; i < length; i++) {
    bytes[start + at + i] = random.once(4)
      ? random.below(256)
      : digits.charCodeAt(random.below(digits.length));
  }
  setChecksum(bytes, start);
  return bytes;
}

function findHeader(bytes: Uint8Array, from: number): number | undefined {
  for (let at = from; at + BLOCK <= bytes.length; at += BLOCK) {
    const magic = String.fromCharCode(...bytes.subarray(at + 257, at + 262));
    if (magic === "ustar") return at;
  }
  return undefined;
}

function setChecksum(bytes: Uint8Array, start: number): void {
  const { offset, length } = CHECKSUM;
  bytes.fill(0x20, start + offset, start + offset + length);
  const sum = bytes.subarray(start, start + BLOCK)
    .reduce((total, byte) => total + byte, 0);
  const text = `${sum.toString(8).padStart(6, "0")}\0 `;
  for (let i = 0; i < length; i++) {
    bytes[start + offset + i] = text.charCodeAt(i);
  }
}
