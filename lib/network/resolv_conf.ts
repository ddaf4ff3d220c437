/**
 * Which name servers a container asks. The host's, unless it is told others;
 * but a resolver on the host's loopback cannot be reached from a container, so
 * then those that it asks itself. Pure.
 *
 * @module
 * @see resolv.conf(5); systemd-resolved(8), "/ETC/RESOLV.CONF"
 */
import { isLoopback, isUnspecified, parseIpAddress } from "./ip_address.ts";

/**
 * Where the host tells its name servers, in the order they are believed: the
 * second and third tell of those behind a resolver on the loopback.
 */
export const RESOLV_CONF_FILES = [
  "/etc/resolv.conf",
  "/run/systemd/resolve/resolv.conf",
  "/run/NetworkManager/no-stub-resolv.conf",
] as const;

/** Asked if the host tells of none that a container could reach. */
const PUBLIC_NAMESERVERS = ["8.8.8.8", "8.8.4.4"] as const;

/** What a resolv.conf says. */
export interface ResolvConf {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** Reads a resolv.conf; lines that are not understood do not count. */
export function parseResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  const options: string[] = [];
  let search: string[] = [];
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line.replace(/[#;].*/, "").trim().split(/\s+/);
    const [first] = values;
    if (first === undefined) continue;
    if (keyword === "nameserver") nameservers.push(first);
    else if (keyword === "options") options.push(...values);
    // Of several lines, the last counts.
    else if (keyword === "search") search = values;
    else if (keyword === "domain") search = [first];
  }
  return { nameservers, search, options };
}

/** What is asked for; what is absent is as on the host. */
export interface ResolvConfOptions {
  readonly nameservers?: readonly string[];
  /** A single `.` is for none. */
  readonly search?: readonly string[];
  readonly options?: readonly string[];
}

/** A container's resolv.conf, and where its name servers are from. */
export interface ContainerResolvConf {
  readonly text: string;
  /** `public` is worth a warning: the host has told of none. */
  readonly source: "asked" | "host" | "public";
}

/**
 * The resolv.conf of a container with a network of its own.
 *
 * @param files The texts of {@linkcode RESOLV_CONF_FILES}; `undefined` for
 * those that are not there.
 */
export function containerResolvConf(
  files: readonly (string | undefined)[],
  wanted: ResolvConfOptions = {},
): ContainerResolvConf {
  const found = files.map((text) => parseResolvConf(text ?? ""));
  const [main = parseResolvConf("")] = found;
  const host = found.map((one) => one.nameservers.filter(isReachable))
    .find((nameservers) => nameservers.length > 0);
  const { nameservers, source } = chooseNameservers(wanted.nameservers, host);
  const text = formatResolvConf({
    nameservers,
    search: chooseSearch(wanted.search, main),
    options: wanted.options ?? main.options.filter(isForContainers),
  });
  return { text, source };
}

/**
 * The resolv.conf of a container that is where a file is written for: with the
 * host's network, or in a namespace that has a file of its own. As it is, but
 * for what is asked for.
 *
 * @param text The file.
 */
export function changedResolvConf(
  text: string,
  wanted: ResolvConfOptions = {},
): string {
  if (Object.values(wanted).every((value) => value === undefined)) return text;
  const main = parseResolvConf(text);
  return formatResolvConf({
    nameservers: wanted.nameservers ?? main.nameservers,
    search: chooseSearch(wanted.search, main),
    options: wanted.options ?? main.options,
  });
}

function chooseSearch(
  asked: readonly string[] | undefined,
  { search }: ResolvConf,
): readonly string[] {
  return (asked ?? search).filter((domain) => domain !== ".");
}

function chooseNameservers(
  asked: readonly string[] | undefined,
  host: readonly string[] | undefined,
): Pick<ResolvConf, "nameservers"> & Pick<ContainerResolvConf, "source"> {
  if (asked !== undefined && asked.length > 0) {
    return { nameservers: asked, source: "asked" };
  }
  return host === undefined
    ? { nameservers: PUBLIC_NAMESERVERS, source: "public" }
    : { nameservers: host, source: "host" };
}

/** From a container. An address with a zone is of one device of the host. */
function isReachable(nameserver: string): boolean {
  const address = parseIpAddress(nameserver);
  return address !== undefined && !isLoopback(address) &&
    !isUnspecified(address);
}

/** A resolver on the host's loopback is to be trusted, one elsewhere is not. */
function isForContainers(option: string): boolean {
  return option !== "trust-ad";
}

/** Writes a resolv.conf. */
export function formatResolvConf(
  { nameservers, search, options }: ResolvConf,
): string {
  const lines = [
    ...(search.length === 0 ? [] : [`search ${search.join(" ")}`]),
    ...nameservers.map((nameserver) => `nameserver ${nameserver}`),
    ...(options.length === 0 ? [] : [`options ${options.join(" ")}`]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
