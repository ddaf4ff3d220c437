/**
 * `run` of a container that goes on by itself, kept by this very process, whose
 * client is told when it runs.
 *
 * @module
 */
import type { ContainerId } from "../../base/identifiers.ts";
import type { Client } from "../../monitor/client.ts";
import { shedOrigin } from "../../monitor/shed_origin.ts";
import type { Engine } from "../engine.ts";
import { obtainImage } from "../images/obtain_image.ts";
import type { RunOptions } from "../run_options.ts";
import { createFromImage } from "./create_from_image.ts";
import { monitorContainer } from "./monitor.ts";
import { monitorWords } from "./monitor_words.ts";
import { pidfileOf } from "./pidfile.ts";
import { assertRoot } from "./reconcile.ts";

/** Who waits for it, and what to say. */
export interface ClientTold {
  readonly client: Client;
  /**
   * Called once the program runs, with the client's streams still at hand.
   *
   * @param finish Does the rest of what was asked for, and gives the id.
   * @returns The client's exit status; it must not throw.
   */
  onStarted(finish: () => ContainerId): number;
}

/**
 * Runs a container, and keeps it until it has ended for good. From the start of
 * its program on, this process is a monitor like any other. If it has had to
 * obtain the image, it would be a large one; then it starts another.
 *
 * @returns The id of a container that another process keeps, or nothing.
 * @throws {StartError} If the program cannot be started; nothing is left.
 */
export async function runAsMonitor(
  engine: Engine,
  options: RunOptions,
  { client, onStarted }: ClientTold,
): Promise<ContainerId | undefined> {
  const { paths } = engine;
  assertRoot();
  const image = await obtainImage(engine, options);
  const request = { asked: options, image };
  if (image.effort === "much") {
    const { startWithMonitor } = await import("./run_detached.ts");
    return await startWithMonitor(engine, request);
  }
  using undo = new DisposableStack();
  using files = new DisposableStack();
  const pidfile = files.use(pidfileOf(options));
  using container = await createFromImage(engine, request, undo);
  const { id } = container.config;
  client.leave();
  await monitorContainer(engine, {
    container,
    ifRefused: "remove",
    awaits: "nobody",
    report: {
      started(pid): void {
        undo.move();
        const status = onStarted(() => {
          pidfile?.write(pid);
          return id;
        });
        files.dispose();
        client.answer(status);
        shedOrigin(["tsdocker", ...monitorWords(paths, id)]);
      },
    },
  });
  return undefined;
}
