// deno-lint-ignore-file no-console -- a tool reports on its streams
/**
 * The time of a whole `run --rm IMAGE true` on the default bridge, and with a
 * published port, against other engines:
 * `deno run -A tests/bench/bridge.ts [ROUNDS]`, as root.
 *
 * `TSDOCKER` names the program, `TSDOCKER_TEST_IMAGE` the image.
 *
 * @module
 */
import type { Absentee, Contender } from "./support/contender.ts";
import { borrowed, runToEnd } from "./support/contenders.ts";
import {
  type BridgedEngine,
  dockerEngine,
  type Engine,
  ifInstalled,
  isPresent,
  podmanEngine,
  tsdockerEngine,
} from "./support/engines.ts";
import { imagePath, programPath } from "./support/place.ts";
import { inPrivateNamespaces, placeEngine } from "./support/private_host.ts";
import { compare } from "./support/results.ts";

const ROUNDS = 20;
const BAR = 0.2;

/** An engine on its bridge, without and with a port. */
function onBridge(entry: Engine | Absentee): (Contender | Absentee)[] {
  if (!isPresent(entry)) return [entry];
  return [
    borrowed(runToEnd(entry)),
    {
      ...borrowed(runToEnd(entry, ["-p", "8080:80"])),
      name: `${entry.name}, -p`,
    },
  ];
}

async function main(): Promise<void> {
  const rounds = Number(Deno.args[0] ?? ROUNDS);
  const program = programPath();
  const image = imagePath();
  await using stack = new AsyncDisposableStack();
  const place = async (
    make: (place: BridgedEngine) => Promise<Engine>,
  ): Promise<Engine> => (await placeEngine(stack, make)).engine;
  const bare = stack.use(await tsdockerEngine(program, image));
  const entries = [
    {
      ...borrowed(runToEnd(bare)),
      name: "tsdocker (native), --network none",
    },
    ...onBridge(
      await place((place) => tsdockerEngine(program, image, "native", place)),
    ),
    ...onBridge(
      await place((place) => tsdockerEngine(program, image, "reinvoke", place)),
    ),
    ...onBridge(
      await ifInstalled(
        ["podman", "runc"],
        () => place((place) => podmanEngine(image, place)),
      ),
    ),
    ...onBridge(
      await ifInstalled(
        ["docker", "dockerd"],
        () => place((place) => dockerEngine(image, place)),
      ),
    ),
  ];
  console.log(
    await compare({
      entries,
      rounds,
      against: ["podman", "podman, -p"],
      bars: [
        { name: "tsdocker (native)", against: "podman", atMost: BAR },
        { name: "tsdocker (native), -p", against: "podman, -p", atMost: BAR },
      ],
    }),
  );
  console.log(
    `\n${rounds} rounds in turns after three to warm up, each of the whole ` +
      "process from its start to its end, without a terminal, with the image " +
      "unpacked before, on the engine's own bridge and, with `-p 8080:80`, with a published " +
      "port. Each engine has a network namespace that stands for the host, " +
      "so that none has the rules of another in its way.",
  );
}

if (import.meta.main) await inPrivateNamespaces(main);
