/**
 * `tsdocker unpack`, which is not for people: unpacks a layer from stdin,
 * while who has started it downloads it.
 *
 * @module
 */
import { toErrorRecord } from "../../../base/error_record.ts";
import {
  type LayerOrder,
  unpackOnOrder,
} from "../../../engine/images/layer_order.ts";
import { endTidily } from "../../../storage/tidy_end.ts";
import { defineCommand } from "../../command.ts";

/** The command `unpack`. */
export const unpackLayerCommand = defineCommand({
  summary: "Unpack a layer that arrives on stdin",
  positionals: [{ name: "FD" }, { name: "ORDER" }],
  flags: {},
}, async ({ positionals: [fd, order = ""] }, { paths, stdout }) => {
  using _tidy = endTidily();
  try {
    await unpackOnOrder(paths, Number(fd), JSON.parse(order) as LayerOrder);
    return 0;
  } catch (error) {
    stdout.write(JSON.stringify(toErrorRecord(error)));
    return 1;
  }
});
