/**
 * Records that are damaged, or made while the clock was wrong: containers are
 * shown as they are, and can be ended and removed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isKernelAtLeast, parseKernel } from "../../lib/base/kernel_version.ts";
import {
  assertPrints,
  IMAGE,
  namesIn,
  type Place,
  placeTest,
} from "../support/cli.ts";
import { assertTrue, pidsOf } from "../support/faults.ts";
import { remains } from "../support/remains.ts";

const SLEEP = [IMAGE, "sleep", "1000"];

/** Whether a command can learn how a program ended that is not its child. */
const KERNEL_TELLS = isKernelAtLeast(parseKernel(Deno.osRelease()), "6.15");

/** The paths of a container's records. */
interface Records {
  readonly config: string;
  readonly running: string;
  readonly started: string;
  readonly exit: string;
  /** The link that is its name. */
  readonly name: string;
}

async function start(place: Place): Promise<Records> {
  const { code, stdout, stderr } = await place.run(
    ...["-d", "--name", "one"],
    ...SLEEP,
  );
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  const id = stdout.trim();
  const directory = `${place.root}/containers/${id}`;
  return {
    config: `${directory}/config.json`,
    running: `${place.runRoot}/containers/${id}/running.json`,
    started: `${directory}/started.json`,
    exit: `${directory}/exit.json`,
    name: `${place.root}/names/one`,
  };
}

/** What a power cut may leave of it: a beginning, or nothing. */
async function damage(path: string, part: number): Promise<void> {
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.slice(0, text.length * part));
}

function killMonitor(place: Place): void {
  for (const pid of pidsOf(place, "monitor")) Deno.kill(pid, "SIGKILL");
}

placeTest(
  "what has a damaged record runs on and can be ended",
  async (place) => {
    for (const isOrphan of [false, true]) {
      const { running } = await start(place);
      await damage(running, isOrphan ? 0 : 0.5);
      if (isOrphan) killMonitor(place);
      await assertTrue(place);
      assertPrints(
        await place.tsdocker("ps", "--format", "{{.Names}}"),
        "one\n",
      );
      assertPrints(await place.tsdocker("exec", "one", "echo", "up"), "up\n");
      assertPrints(await place.tsdocker("kill", "one"), "one\n");
      const { stdout: code } = await place.tsdocker("wait", "one");
      // Older kernels tell only its parent how an orphan ended, or nobody.
      const isKnown = KERNEL_TELLS || !isOrphan;
      assert.ok(code === "137\n" || !isKnown && code === "255\n", code);
      assertPrints(await place.tsdocker("start", "one"), "one\n");
      assertPrints(await place.tsdocker("rm", "-f", "one"), "one\n");
      assert.deepEqual(await remains(place), []);
    }
  },
);

placeTest("a damaged configuration is kept until rm", async (place) => {
  for (const isOrphan of [false, true]) {
    const { config } = await start(place);
    await damage(config, isOrphan ? 0 : 0.5);
    if (isOrphan) killMonitor(place);
    const { code, stderr } = await place.tsdocker("ps", "-a");
    assert.equal(code, 0);
    const advice = /: tsdocker (rm -f [0-9a-f]{12}) removes it\n$/.exec(stderr);
    assert.match(stderr, /^tsdocker: warning: The configuration of container /);
    const taken = await place.run("--name", "one", ...SLEEP);
    assert.equal(taken.code, 125, taken.stderr);
    const words = advice?.[1]?.split(" ") ?? [];
    assertPrints(await place.tsdocker(...words), `${words.at(-1)}\n`);
    assert.deepEqual(await remains(place), []);
  }
});

async function replaceByDirectory(path: string): Promise<void> {
  await Deno.remove(path).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(`${path}/full`, { recursive: true });
}

for (const record of ["running", "started", "exit", "name"] as const) {
  placeTest(
    `a directory in place of its ${record} record keeps none from a container`,
    async (place) => {
      await place.run("-d", "--name", "other", ...SLEEP);
      await replaceByDirectory((await start(place))[record]);
      const format = ["--format", "{{.Names}}"];
      assertPrints(
        await place.tsdocker("ps", "-a", ...format),
        "one\nother\n",
      );
      assertPrints(await place.tsdocker("exec", "one", "echo", "up"), "up\n");
      assertPrints(await place.tsdocker("stop", "-t0", "one"), "one\n");
      assertPrints(await place.tsdocker("ps", ...format), "other\n");
      assertPrints(await place.tsdocker("start", "one"), "one\n");
      await assertIsTaken(place);
      assertPrints(await place.tsdocker("rm", "-f", "one"), "one\n");
      await assertIsFree(place);
    },
  );
}

placeTest(
  "a directory in place of a configuration is kept until rm",
  async (place) => {
    await place.run("-d", "--name", "other", ...SLEEP);
    await replaceByDirectory((await start(place)).config);
    const { code, stdout, stderr } = await place.tsdocker(
      ...["ps", "-a", "--format", "{{.Names}}"],
    );
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "other\n" });
    assert.match(stderr, /^[^\n]* rm -f [0-9a-f]{12} removes it\n$/);
    await assertIsTaken(place);
    assertPrints(await place.tsdocker("rm", "-f", "one"), "one\n");
    await assertIsFree(place);
  },
);

placeTest("a directory in place of nobody's name is no name", async (place) => {
  await place.run("-d", "--name", "other", ...SLEEP);
  await replaceByDirectory(`${place.root}/names/one`);
  const { code, stderr } = await place.tsdocker("stop", "one");
  assert.match(stderr, /^tsdocker: No such container: one\n/);
  assert.equal(code, 1);
  await assertIsFree(place);
});

async function assertIsTaken(place: Place): Promise<void> {
  const { code, stderr } = await place.run("--name", "one", ...SLEEP);
  const conflict =
    /^tsdocker: Conflict\. [^\n]*"\/one" [^\n]*\n\ntry: [^\n]*\n$/;
  assert.match(stderr, conflict);
  assert.equal(code, 125);
}

/** Another can have the name, and then nothing is left. */
async function assertIsFree(place: Place): Promise<void> {
  assertPrints(await place.run("--rm", "--name", "one", IMAGE, "true"), "");
  assertPrints(await place.tsdocker("rm", "-f", "other"), "other\n");
  assert.deepEqual(await remains(place), []);
}

placeTest("ps makes sense of times of another clock", async (place) => {
  const { config, running } = await start(place);
  const now = /"(createdMs|startedMs)":\d+/g;
  const cases: readonly (readonly [number, RegExp])[] = [
    [253_370_764_800_000, /\tLess than a second ago\tUp Less than a second\n$/],
    [0, /\t\d\d years ago\tUp \d\d years\n$/],
  ];
  for (const [timeMs, expected] of cases) {
    for (const path of [config, running]) {
      const text = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, text.replace(now, `"$1":${timeMs}`));
    }
    const format = "{{.Names}}\t{{.RunningFor}}\t{{.Status}}";
    const { code, stdout, stderr } = await place.tsdocker(
      ...["ps", "-a", "--format", format],
    );
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.match(stdout, expected);
  }
  assertPrints(await place.tsdocker("rm", "-f", "one"), "one\n");
});

placeTest("a damaged record of an image or a name is none", async (place) => {
  const archive = `${place.work}/one.tar`;
  await place.tsdocker("import", IMAGE, "one:1");
  await place.tsdocker("save", "-o", archive, "one:1");
  const record = `${place.root}/manifests/${await onlyName(place)}`;
  const images = ["images", "--format", "{{.Repository}}:{{.Tag}}"];
  for (const part of [0, 0.5]) {
    await place.tsdocker("tag", "one:1", "two:1");
    assertPrints(await place.tsdocker(...images), "one:1\ntwo:1\n");
    await damage(`${place.root}/references/docker.io%library%two:1`, part);
    assertPrints(await place.tsdocker(...images), "one:1\n");
    await damage(record, part);
    assertPrints(await place.tsdocker("images", "-q"), "");
    const gone = await place.run("--rm", "--pull=never", "one:1", "true");
    assert.equal(gone.code, 125);
    assert.match(gone.stderr, /one:1/);
    const again = await place.tsdocker("load", "-q", "-i", archive);
    assert.deepEqual(
      { code: again.code, stderr: again.stderr },
      { code: 0, stderr: "" },
    );
    assertPrints(await place.run("--rm", "one:1", "echo", "up"), "up\n");
  }
  await damage(record, 0);
  await damage(`${place.root}/references/docker.io%library%two:1`, 0);
  const { code, stderr } = await place.tsdocker("image", "prune", "-a", "-f");
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  for (const directory of ["manifests", "references", "blobs/sha256"]) {
    assert.deepEqual(await namesIn(`${place.root}/${directory}`), []);
  }
});

async function onlyName({ root }: Place): Promise<string> {
  const [name, ...others] = await namesIn(`${root}/manifests`);
  assert.deepEqual(others, []);
  return name ?? assert.fail("there is no image");
}
