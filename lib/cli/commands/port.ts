/**
 * `tsdocker port`: where the ports of a container are to be found.
 *
 * @module
 */
import { NotFoundError, UsageError } from "../../base/errors.ts";
import { findConfig } from "../../engine/containers/look_up.ts";
import { settle } from "../../engine/containers/reconcile.ts";
import { defineCommand } from "../command.ts";

const PRIVATE_PORT = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/i;
const MAX_PORT = 65535;

/** The command `port`. */
export const portCommand = defineCommand({
  summary: "List the ports of a container that are published",
  description: "No network that publishes ports exists yet.",
  positionals: [
    { name: "CONTAINER" },
    { name: "PORT", optional: true },
  ],
  flags: {},
}, async ({ positionals }, { paths, log }) => {
  const [reference = "", wanted] = positionals;
  const port = wanted === undefined ? undefined : parsePort(wanted);
  await settle({ paths, warn: log.warn });
  findConfig(paths, reference);
  if (port === undefined) return 0;
  throw new NotFoundError(
    `No public port '${port}' published for ${reference}`,
  );
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
