/**
 * `tsdocker network ls`: the networks there are.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { hasIpv4, hasIpv6 } from "../../../engine/networks/inspect_network.ts";
import { listAllNetworks } from "../../../engine/networks/list_all_networks.ts";
import {
  NETWORK_FILTERS,
  networkMatcher,
} from "../../../engine/networks/network_filter.ts";
import { networkUsers } from "../../../engine/networks/network_users.ts";
import type { ListedNetwork } from "../../../engine/networks/predefined_records.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";
import { FILTER_FLAG, parseFilters } from "../../filter_flag.ts";
import { labelField, labelsText } from "../../output/label_fields.ts";
import {
  formatRows,
  parseRowFormat,
  type Row,
  rowFormatFlag,
  type RowLayout,
} from "../../output/row_format.ts";
import { NO_TRUNC_FLAG, QUIET_FLAG } from "../../output/row_flags.ts";
import { timeText } from "../../output/time_text.ts";

/** The table of networks. */
const NETWORK_LAYOUT: RowLayout = {
  headings: {
    CreatedAt: "CREATED AT",
    Driver: "DRIVER",
    ID: "NETWORK ID",
    IPv4: "IPV4",
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
  description: "The networks bridge, host and none are there in any case; " +
    "bridge gets its addresses, and another id, when it is first used.\n\n" +
    `Filters are ${NETWORK_FILTERS.join(", ")}.`,
  positionals: [],
  flags: {
    filter: { ...FILTER_FLAG, short: "f" },
    format: rowFormatFlag("ID", "Name"),
    noTrunc: NO_TRUNC_FLAG,
    quiet: QUIET_FLAG,
  },
  examples: [{
    line: "network ls -qf type=custom",
    purpose: "prints the ids of those that have been made",
  }],
}, async ({ options }, context) => {
  const format = parseRowFormat(options.format);
  const filters = parseFilters(NETWORK_FILTERS, options.filter);
  const engine = engineOf(context);
  const { paths, warn } = engine;
  await settle(engine);
  // Asking every container takes longer than listing networks.
  const users = filters.has("dangling") ? networkUsers(paths) : new Map();
  const matches = networkMatcher(filters, (id) => users.has(id));
  const networks = listAllNetworks(paths, warn).filter(matches);
  const length = options.noTrunc ? undefined : SHORT_ID;
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
function networkRow(network: ListedNetwork, idLength?: number): Row {
  const { id, name, driver, createdMs, access, labels } = network;
  return {
    CreatedAt: timeText(new Date(createdMs)),
    Driver: driver,
    ID: id.slice(0, idLength),
    IPv4: String(hasIpv4(network)),
    IPv6: String(hasIpv6(network)),
    Internal: String(access === "internal"),
    Labels: labelsText(labels),
    Name: name,
    Scope: "local",
    Label: labelField(labels),
  };
}
