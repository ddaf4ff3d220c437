/**
 * `run --dry-run` and `--explain`: the plan, shown and checked against what
 * strace(1) sees.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  type Place,
  placeTest,
} from "../support/cli.ts";
import { isInstalled } from "../support/images.ts";

interface Step {
  readonly call: string;
  readonly text: string;
  readonly why: string;
  readonly result?: number;
  readonly ms?: number;
}

interface Trace {
  readonly launcher?: string;
  readonly prepare: readonly Step[];
  readonly clone: string;
  readonly child: readonly Step[];
}

/** Everything there is in a place, with times. */
async function listing(place: Place): Promise<string> {
  const { stdout } = await new Deno.Command("find", {
    args: [place.directory, "-printf", "%p %s %m %T@ %C@\n"],
  }).output();
  return new TextDecoder().decode(stdout);
}

function assertIsPlan(trace: Trace): void {
  const steps = [...trace.prepare, ...trace.child];
  for (const { call, text, why } of steps) {
    assert.ok(text.startsWith(`${call}(`), text);
    assert.ok(why.length > 0, text);
  }
  assert.match(trace.clone, /^clone3\(CLONE_NEWNS\|/);
  const calls = trace.prepare.map(({ call }) => call);
  assert.ok(calls.includes("unshare"));
  assert.ok(calls.includes("mkdirat"), "there are no cgroups in the plan");
  assert.ok(trace.child.some(({ call }) => call === "seccomp"));
  const execs = trace.child.filter(({ call }) => call.startsWith("execve"));
  assert.match(execs[0]?.text ?? "", /^execveat\(4, "", \["exec", "/);
  assert.equal(execs.at(-1), trace.child.at(-1));
  assert.ok(steps.some(({ call }) => call === "pivot_root"));
}

for (const [state, isWarm] of [["nothing yet", false], ["an image", true]]) {
  placeTest(`run --dry-run changes nothing with ${state}`, async (place) => {
    if (isWarm === true) {
      assertPrints(await place.run("--rm", IMAGE, "true"), "");
    }
    const before = await listing(place);
    for (const flag of ["--dry-run", "--dry-run=json"]) {
      const { code, stderr } = await place.run(
        ...[flag, "--name", "n", "--cidfile", "cid", "-v", ".:/d"],
        ...["-w", "/new", "--init", IMAGE, "true"],
      );
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    }
    assert.equal(await listing(place), before);
  });
}

placeTest("run --dry-run prints every step with its reason", async (place) => {
  const { stdout } = await place.run("--dry-run", IMAGE, "true");
  const lines = stdout.trimEnd().split("\n");
  assert.equal(lines[0], "In a private mount namespace of tsdocker:");
  for (const [index, line] of lines.entries()) {
    if (!/^ {2}\w+\(/.test(line)) continue;
    assert.match(lines[index + 1] ?? "", /^ {4}# ./, line);
  }
  const position = (start: string): number =>
    lines.findIndex((line) => line.startsWith(start));
  const order = [
    "  unshare(CLONE_FS|CLONE_NEWNS)",
    '  mount("overlay", ',
    "clone3(",
    "  prctl(PR_SET_PDEATHSIG, SIGKILL)",
    '  pivot_root(".", ".")',
    "  prctl(PR_CAPBSET_DROP, ",
    "  capset(",
    '  execveat(4, "", ["exec", "true"], [',
  ].map(position);
  assert.ok(!order.includes(-1), String(order));
  assert.deepEqual(order, order.toSorted((a, b) => a - b));
});

placeTest("run --dry-run=json is one document", async (place) => {
  const { stdout } = await place.run("--dry-run=json", IMAGE, "true");
  const trace: Trace = JSON.parse(stdout);
  assertIsPlan(trace);
  assert.ok(trace.child.every(({ result }) => result === undefined));
});

placeTest("run --dry-run finds mistakes as run does", async (place) => {
  const unknown = await place.run("--dry-run", "nosuch", "true");
  assert.equal(unknown.code, 125);
  assert.equal(unknown.stdout, "");
  const both = await place.run("--dry-run", "--explain", IMAGE, "true");
  assert.equal(both.code, 125);
  assert.match(both.stderr, /^tsdocker: --explain and --dry-run exclude/);
});

forEachLauncher(
  "run --explain tells each step and still runs",
  async (place) => {
    const outcome = await place.run("--rm", "--explain", IMAGE, "echo", "hi");
    assert.equal(outcome.stdout, "hi\n");
    assert.equal(outcome.code, 0);
    const lines = outcome.stderr.trimEnd().split("\n");
    const steps = lines.filter((line) =>
      /^ *\d+\.\d{3} ms {2}\w+\(/.test(line)
    );
    assert.ok(steps.length > 50, outcome.stderr);
    for (const step of steps) assert.match(step, / = (-[A-Z0-9]+|-?\d+)$/);
    assert.match(
      steps.at(-1) ?? "",
      /execveat\(4, "", \["exec", "echo", "hi"\], .* = 0$/,
    );
  },
);

forEachLauncher(
  "run --explain=json is one document with results",
  async (place) => {
    const outcome = await place.run(
      "--rm",
      "--explain=json",
      IMAGE,
      "echo",
      "hi",
    );
    assert.equal(outcome.stdout, "hi\n");
    assert.equal(outcome.code, 0);
    const trace: Trace = JSON.parse(outcome.stderr);
    assertIsPlan(trace);
    assert.equal(trace.launcher, place.launcher);
    for (const { text, result, ms } of [...trace.prepare, ...trace.child]) {
      assert.equal(typeof result, "number", text);
      assert.ok(ms !== undefined && ms >= 0 && ms < 10_000, text);
    }
    assert.equal(trace.child.at(-1)?.result, 0);
  },
);

/** Calls that mount or unmount, which the plan must tell to the last one. */
const MOUNTING = ["mount", "move_mount", "pivot_root", "umount2"];

/** A call in a form that the plan and strace(1) share. */
function normalized(text: string): string {
  return text
    // What is beneath the root is reached through a descriptor of it.
    .replace(/<root>[^,)]*/g, "FD")
    .replace(/"\/proc\/self\/fd\/\d+"/g, "FD")
    .replace(/^move_mount\((\d+|\$[^,]+),/, "move_mount(N,")
    .replace(
      /\b[A-Z]\w*(\|[A-Z]\w*)+/g,
      (flags) => flags.split("|").toSorted().join("|"),
    );
}

/** Calls that strace(1) wrote down, with whether they succeeded. */
function straced(log: string): string[] {
  return log.split("\n").flatMap((line) => {
    const match = /^\d+ +((\w+)\(.*\)) += (-?\d+)/.exec(line);
    if (match === null || !MOUNTING.includes(match[2] ?? "")) return [];
    return [`${normalized(match[1] ?? "")} ${outcomeOf(Number(match[3]))}`];
  });
}

function outcomeOf(result: number | undefined): string {
  return (result ?? -1) < 0 ? "failed" : "succeeded";
}

const hasStrace = await isInstalled("strace");

if (hasStrace) {
  forEachLauncher(
    "run makes the mounts of its plan and no others",
    async (place) => {
      const outcome = await place.tsdockerWith({
        wrapper: [
          ...["strace", "-f", "-s", "8192", "-o", "log"],
          ...["-e", `trace=${MOUNTING.join(",")},clone3`],
        ],
      }, ["run", "--rm", "--explain=json", "-v", ".:/d:ro", IMAGE, "true"]);
      assert.equal(outcome.code, 0);
      const trace: Trace = JSON.parse(outcome.stderr);
      const planned = [...trace.prepare, ...trace.child]
        .filter(({ call }) => MOUNTING.includes(call))
        .map(({ text, result }) => `${normalized(text)} ${outcomeOf(result)}`);
      const log = await Deno.readTextFile(`${place.work}/log`);
      assert.ok(planned.length > 20);
      assert.deepEqual(straced(log), planned);
      if (place.launcher === "native") {
        const flags = /clone3\(\{flags=(\S*CLONE_NEWPID\S*),/.exec(log)?.[1] ??
          "";
        const wanted = trace.clone.slice("clone3(".length, -1).split("|");
        assert.deepEqual(
          flags.split("|").filter((flag) => flag.startsWith("CLONE_NEW"))
            .sort(),
          wanted.sort(),
        );
      }
    },
  );
} else {
  Deno.test.ignore(
    "run makes the mounts of its plan (skipped: no strace)",
    () => {},
  );
}
