/**
 * A container's `/etc/hosts`: names of this machine, of itself, and of the
 * containers it shares a network with. Pure.
 *
 * @module
 * @see hosts(5)
 */
import { formatIpAddress, type IpAddress } from "./ip_address.ts";

/** The lines every container's file begins with. */
const LOCALHOST = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
ff00::\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;

/** What stands around the lines that are kept current. */
const BEGIN = "# Containers of the same networks, kept by tsdocker";
const END = "# End of the containers of the same networks";

/** An address, and by what names it is known. */
export interface HostEntry {
  readonly address: IpAddress;
  readonly names: readonly string[];
}

/**
 * The file of a container.
 *
 * @param own Its own names, and those it is told of with `--add-host`.
 * @param neighbours The containers it shares a network with.
 */
export function formatHosts(
  own: readonly HostEntry[] = [],
  neighbours: readonly HostEntry[] = [],
): string {
  return LOCALHOST + own.map(formatEntry).join("") + formatKept(neighbours);
}

/**
 * The same file with other neighbours. All other lines stay as they are: the
 * container may have added some.
 *
 * @param text The file as it is.
 */
export function replaceNeighbours(
  text: string,
  neighbours: readonly HostEntry[],
): string {
  const lines = text.split("\n");
  const [begin, end] = [lines.indexOf(BEGIN), lines.indexOf(END)];
  const kept = formatKept(neighbours);
  if (begin < 0 || end < begin) {
    const whole = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    return whole + kept;
  }
  const before = lines.slice(0, begin).map((line) => `${line}\n`).join("");
  return before + kept + lines.slice(end + 1).join("\n");
}

function formatKept(neighbours: readonly HostEntry[]): string {
  if (neighbours.length === 0) return "";
  return `${BEGIN}\n${neighbours.map(formatEntry).join("")}${END}\n`;
}

function formatEntry({ address, names }: HostEntry): string {
  return `${formatIpAddress(address)}\t${names.join(" ")}\n`;
}
