/**
 * `tsdocker network ls`: the networks there are.
 *
 * @module
 */
import { listNetworks } from "../../../engine/networks/find_network.ts";
import type { NetworkRecord } from "../../../network/network_store.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";
import {
  formatRows,
  parseRowFormat,
  type Row,
  ROW_FORMAT_FLAG,
  type RowLayout,
} from "../../output/row_format.ts";

/** The table of networks. */
const NETWORK_LAYOUT: RowLayout = {
  headings: {
    CreatedAt: "CREATED AT",
    Driver: "DRIVER",
    ID: "NETWORK ID",
    IPv6: "IPV6",
    Internal: "INTERNAL",
    Label: (name: unknown): unknown => name,
    Labels: "LABELS",
    Name: "NAME",
    Scope: "SCOPE",
  },
  columns: ["ID", "Name", "Driver", "Scope"],
};

const SHORT_ID = 12;

/** The command `network ls`. */
export const networkLsCommand = defineCommand({
  summary: "List networks",
  positionals: [],
  flags: {
    format: ROW_FORMAT_FLAG,
    noTrunc: {
      type: "boolean",
      long: "no-trunc",
      description: "Do not shorten ids",
    },
    quiet: {
      type: "boolean",
      long: "quiet",
      short: "q",
      description: "List ids only",
    },
  },
}, ({ options }, context) => {
  const format = parseRowFormat(options.format);
  const { paths, warn } = engineOf(context);
  const length = options.noTrunc ? undefined : SHORT_ID;
  const networks = listNetworks(paths, warn);
  context.stdout.write(
    options.quiet
      ? networks.map(({ id }) => `${id.slice(0, length)}\n`).join("")
      : formatRows(
        networks.map((network) => networkRow(network, length)),
        NETWORK_LAYOUT,
        format,
      ),
  );
  return 0;
});

/** A network with docker's names of fields. */
function networkRow(network: NetworkRecord, idLength?: number): Row {
  const { id, name, driver, createdMs, access, subnets, labels } = network;
  return {
    CreatedAt: new Date(createdMs).toISOString(),
    Driver: driver,
    ID: id.slice(0, idLength),
    IPv6: String(subnets.some(({ subnet }) => subnet.includes(":"))),
    Internal: String(access === "internal"),
    Labels: Object.entries(labels).map(([key, value]) => `${key}=${value}`)
      .sort().join(","),
    Name: name,
    Scope: "local",
    Label: (key: unknown): string =>
      typeof key === "string" && Object.hasOwn(labels, key)
        ? labels[key] ?? ""
        : "",
  };
}
