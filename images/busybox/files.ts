/**
 * What the busybox image holds besides the program itself.
 *
 * @module
 */

/** Directories and their modes, parents first. */
export const DIRECTORIES: Readonly<Record<string, number>> = {
  "bin": 0o755,
  "dev": 0o755,
  "etc": 0o755,
  "home": 0o755,
  "mnt": 0o755,
  "proc": 0o555,
  "root": 0o700,
  "run": 0o755,
  "sbin": 0o755,
  "sys": 0o555,
  "tmp": 0o1777,
  "usr": 0o755,
  "usr/bin": 0o755,
  "usr/lib": 0o755,
  "usr/sbin": 0o755,
  "usr/share": 0o755,
  "var": 0o755,
  "var/cache": 0o755,
  "var/lib": 0o755,
  "var/log": 0o755,
  "var/mail": 0o755,
  "var/spool": 0o755,
  "var/tmp": 0o1777,
  "var/www": 0o755,
};

/** Symbolic links and what they point to. */
export const SYMLINKS: Readonly<Record<string, string>> = {
  "lib": "usr/lib",
  "var/run": "../run",
};

/** Name, user and group id, home directory, shell. */
const USERS: readonly [string, number, number, string, string][] = [
  ["root", 0, 0, "/root", "/bin/sh"],
  ["daemon", 1, 1, "/usr/sbin", "/bin/false"],
  ["bin", 2, 2, "/bin", "/bin/false"],
  ["sys", 3, 3, "/dev", "/bin/false"],
  ["mail", 8, 8, "/var/mail", "/bin/false"],
  ["www-data", 33, 33, "/var/www", "/bin/false"],
  ["operator", 37, 37, "/var", "/bin/false"],
  ["nobody", 65534, 65534, "/nonexistent", "/bin/false"],
];

/** Debian's numbers for the groups that programs ask for by name. */
const GROUPS: Readonly<Record<string, number>> = {
  root: 0,
  daemon: 1,
  bin: 2,
  sys: 3,
  adm: 4,
  tty: 5,
  disk: 6,
  mail: 8,
  kmem: 15,
  dialout: 20,
  wheel: 10,
  audio: 29,
  "www-data": 33,
  operator: 37,
  utmp: 43,
  video: 44,
  staff: 50,
  users: 100,
  nogroup: 65534,
};

/** A text file of the image. */
export interface TextFile {
  readonly mode: number;
  readonly text: string;
}

/** Text files by path. Every password is locked. */
export const FILES: Readonly<Record<string, TextFile>> = {
  "etc/group": {
    mode: 0o644,
    text: lines(Object.entries(GROUPS).map(([name, id]) => `${name}:x:${id}:`)),
  },
  "etc/passwd": {
    mode: 0o644,
    text: lines(
      USERS.map(([name, uid, gid, home, shell]) =>
        `${name}:x:${uid}:${gid}:${name}:${home}:${shell}`
      ),
    ),
  },
  "etc/shadow": {
    mode: 0o600,
    text: lines(USERS.map(([name]) => `${name}:*:::::::`)),
  },
};

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join("");
}
