/**
 * `kill -9`, Ctrl-C and SIGTERM at random moments of the commands that add
 * images or remove them: the store stays whole, the command can be run again,
 * and nothing is left behind. `make faults` strikes longer.
 *
 * @module
 */
import { IMAGE, type Place, placeTest } from "../support/cli.ts";
import { FAULT_ROUNDS } from "../support/faults.ts";
import {
  type Blow,
  cleanUp,
  type ImageFault,
  makeFiles,
  strikeImages,
  succeed,
  VICTIM,
} from "../support/image_faults.ts";
import { compress } from "../support/images.ts";
import { TestRegistry } from "../support/registry.ts";
import { addRegistryImage, largeLayer } from "../support/registry_image.ts";

/** A round takes several commands: each fault gets one of the blows. */
const HURRIED = FAULT_ROUNDS < 50;
const KILLS: readonly Blow[] = ["kill all", "kill"];
const SIGNALS: readonly Blow[] = ["signal", "signal all"];
const FILLED = "while [ ! -e /etc/f299 ]; do sleep 0.01; done";
const FILL =
  "i=0; while [ $i -lt 300 ]; do echo $i >/etc/f$i; i=$((i+1)); done";

/** Archives of the same image. */
interface Archives {
  readonly directory: string;
  readonly archive: string;
  /** Of two layers, as `save` writes it. */
  readonly docker: string;
  readonly oci: string;
}

async function makeArchives(place: Place): Promise<Archives> {
  const { directory, archive } = await makeFiles(place);
  await compress("gzip", archive, `${archive}.gz`);
  const docker = `${place.work}/docker.tar`;
  const oci = `${place.work}/oci.tar`;
  const steps = [
    ["import", archive, "base"],
    ["run", "--name", "cc", "base", "touch", "/more"],
    ["commit", "cc", VICTIM],
    ["rm", "cc"],
    ["save", "-o", docker, VICTIM],
    ["save", "--format", "oci-archive", "-o", oci, VICTIM],
  ];
  for (const words of steps) await succeed(place, words);
  await cleanUp(place, []);
  return { directory, archive, docker, oci };
}

/** Kills, and fewer signals. */
function blowsFor(index: number): readonly Blow[] {
  const all = [...KILLS, ...SIGNALS];
  if (HURRIED) return all.slice(index % all.length).slice(0, 1);
  return Array.from({ length: FAULT_ROUNDS }, (_, round) => {
    const kill = KILLS[round % 2] ?? "kill";
    const signal = SIGNALS[round % 8 === 0 ? 0 : 1] ?? "signal";
    return round % 4 === 0 ? [kill, signal] : [kill];
  }).flat();
}

placeTest("what adds images can be killed and interrupted", async (place) => {
  const { directory, archive, docker, oci } = await makeArchives(place);
  const lines = [
    ["import", `${archive}.gz`, VICTIM],
    ["load", "-i", docker],
    ...HURRIED ? [] : [
      ["import", directory, VICTIM],
      ["import", archive, VICTIM],
      ["load", "-i", oci],
    ],
  ];
  for (const [index, words] of lines.entries()) {
    await strikeImages(place, { words, makes: VICTIM }, blowsFor(index * 3));
  }
});

placeTest(
  "what removes images can be killed and interrupted",
  async (place) => {
    const { docker } = await makeArchives(place);
    const before = [["load", "-q", "-i", docker]];
    const done = /^tsdocker: No such image: /;
    const faults: readonly ImageFault[] = [
      { words: ["rmi", VICTIM], before, done, sweeps: true },
      { words: ["image", "prune", "-a", "-f"], before, sweeps: true },
    ];
    for (const [index, fault] of faults.entries()) {
      await strikeImages(place, fault, blowsFor(index * 2));
    }
  },
);

placeTest("commit can be killed and interrupted", async (place) => {
  const words = ["run", "-d", "--name", "cc", IMAGE, "sh", "-c"];
  await succeed(place, [...words, `echo here >/mark; ${FILL}; sleep 1000`]);
  await succeed(place, ["exec", "cc", "sh", "-c", FILLED]);
  // It must not stay paused.
  const after = [["exec", "cc", "true"]];
  const fault = { words: ["commit", "cc", VICTIM], makes: VICTIM, after };
  for (const index of [0, 2]) {
    await strikeImages(place, fault, blowsFor(index));
    if (!HURRIED) break;
  }
  await succeed(place, ["rm", "-f", "cc"]);
  await cleanUp(place, []);
});

placeTest("pull can be killed and interrupted", async (place) => {
  const { archive } = await makeFiles(place);
  await using registry = new TestRegistry();
  const layers = [await Deno.readFile(archive), largeLayer("more", 1)];
  await addRegistryImage(registry, "app:1", { layers });
  const name = `${registry.host}/app:1`;
  const words = ["pull", "-q", name];
  const fault: ImageFault = { words, makes: name, resumes: true };
  for (const index of [0, 3]) {
    await strikeImages(place, fault, blowsFor(index));
    if (!HURRIED) break;
  }
});
