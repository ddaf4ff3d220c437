/**
 * A container's `/etc/hosts`: names of this machine, of itself, and of the
 * containers it shares a network with. Pure.
 *
 * @module
 * @see hosts(5)
 */

/** The lines every container's file begins with. */
const LOCALHOST = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
ff00::\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;

/** Names of those lines: no other container may take one over. */
export function localNames(): ReadonlySet<string> {
  return new Set(
    LOCALHOST.split("\n").flatMap((line) => line.split(/\s/).slice(1)),
  );
}

/** What stands around the lines that are kept current. */
const BEGIN = "# Containers of the same networks, kept by tsdocker";
const END = "# End of the containers of the same networks";

/** An address, and by what names it is known. */
export interface HostEntry {
  /** As text, without a prefix. */
  readonly address: string;
  /** At least one. The first is what the address is called. */
  readonly names: readonly string[];
}

/** The line of an entry, with its end. */
export function formatHostEntry({ address, names }: HostEntry): string {
  return `${address}\t${names.join(" ")}\n`;
}

/**
 * The file of a container.
 *
 * @param told What it is told of with `--add-host`: that counts first.
 * @param kept Lines of itself and its neighbours, which are kept current; each
 * with its end.
 */
export function formatHosts(
  told: readonly HostEntry[] = [],
  kept = "",
): string {
  return LOCALHOST + told.map(formatHostEntry).join("") + formatKept(kept);
}

/** A file with further entries at its end. */
export function appendHosts(
  text: string,
  entries: readonly HostEntry[],
): string {
  if (entries.length === 0) return text;
  return withLastLineEnded(text) + entries.map(formatHostEntry).join("");
}

/**
 * The same file with other lines that are kept current. All others stay as
 * they are: the container may have added some.
 *
 * @param text The file as it is.
 * @param kept As {@linkcode formatHosts} takes them.
 */
export function replaceKept(text: string, kept: string): string {
  const lines = `\n${text}\n`;
  const begin = lines.indexOf(`\n${BEGIN}\n`);
  const end = lines.indexOf(`\n${END}\n`, begin);
  if (begin < 0 || end < 0) return withLastLineEnded(text) + formatKept(kept);
  const after = text.slice(end + END.length + 1);
  return text.slice(0, begin) + formatKept(kept) + after;
}

function formatKept(lines: string): string {
  return lines === "" ? "" : `${BEGIN}\n${lines}${END}\n`;
}

function withLastLineEnded(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
