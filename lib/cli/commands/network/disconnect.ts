/**
 * `tsdocker network disconnect`: one network less for a container.
 *
 * @module
 */
import { settle } from "../../../engine/containers/reconcile.ts";
import { disconnectNetwork } from "../../../engine/networks/disconnect_network.ts";
import { defineCommand } from "../../command.ts";
import { engineOf } from "../../engine.ts";

/** The command `network disconnect`. */
export const networkDisconnectCommand = defineCommand({
  summary: "Disconnect a container from a network",
  description: "If the network was its way out, the next of its networks " +
    "that leads to the world becomes it, and its published ports lead there. " +
    "A container may be disconnected from all, even from none.",
  positionals: [{ name: "NETWORK" }, { name: "CONTAINER" }],
  flags: {
    force: {
      type: "boolean",
      long: "force",
      short: "f",
      description: "Do so even if the kernel refuses",
    },
  },
}, async ({ options: { force }, positionals }, context) => {
  const [network = "", container = ""] = positionals;
  const engine = engineOf(context);
  await settle(engine);
  const manner = force ? "forced" : "plain";
  await disconnectNetwork(engine, { network, container, manner });
  return 0;
});
