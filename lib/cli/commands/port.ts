/**
 * `tsdocker port`: where the ports of a container are to be found.
 *
 * @module
 */
import { NotFoundError, UsageError } from "../../base/errors.ts";
import { containerPorts } from "../../engine/containers/container_ports.ts";
import { readStatus } from "../../engine/containers/list.ts";
import { findConfig } from "../../engine/containers/look_up.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";
import { publishedPorts } from "../output/port_text.ts";

const PRIVATE_PORT = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i;
const MAX_PORT = 65535;

/** The command `port`. */
export const portCommand = defineCommand({
  summary: "List the ports of a container that are published",
  description: "With a port of the container, where on the host that is.",
  positionals: [
    { name: "CONTAINER" },
    { name: "PORT", optional: true },
  ],
  flags: {},
  examples: [
    { line: "port web", purpose: "prints lines like 80/tcp -> 0.0.0.0:8080" },
    { line: "port web 53/udp", purpose: "prints addresses of the host" },
  ],
}, async ({ positionals }, { paths, log, stdout }) => {
  const [reference = "", wanted] = positionals;
  const port = wanted === undefined ? undefined : parsePort(wanted);
  await settle({ paths, warn: log.warn });
  const config = findConfig(paths, reference);
  const status = readStatus(paths, config);
  const published = publishedPorts(containerPorts(paths, { config, status }));
  const lines = port === undefined
    ? published.map(({ inside, outside }) => `${inside} -> ${outside}\n`)
    : published.filter(({ inside }) => inside === port)
      .map(({ outside }) => `${outside}\n`);
  if (port !== undefined && lines.length === 0) {
    throw new NotFoundError(
      `No public port '${port}' published for ${reference}`,
    );
  }
  stdout.write(lines.join(""));
  return 0;
});

/** A port of a container, as `80/tcp`. */
function parsePort(text: string): string {
  const [, number = "", protocol = "tcp"] = PRIVATE_PORT.exec(text) ?? [];
  if (number !== "" && Number(number) <= MAX_PORT) {
    return `${Number(number)}/${protocol.toLowerCase()}`;
  }
  throw new UsageError(`Invalid port: ${text}`, {
    advice: "a number up to 65535, such as 80 or 53/udp",
  });
}
