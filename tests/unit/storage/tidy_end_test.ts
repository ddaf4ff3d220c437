import assert from "node:assert/strict";

const STORAGE = new URL("../../../lib/storage/", import.meta.url).href;

/** What a program begins, before it does something with signals coming. */
const BEGINNING = `
import { endIfAsked, endTidily, awaitInputTidily } from "${STORAGE}tidy_end.ts";
import { noteBegun } from "${STORAGE}unfinished.ts";
import { createPipe } from "${STORAGE}../../ffi/calls/pipe.ts";
noteBegun({ [Symbol.dispose]: () => console.log("undone") });
const kill = (signal) => Deno.kill(Deno.pid, signal);
`;

interface End {
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
}

/** Runs a program to its end. */
async function run(script: string): Promise<End> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, BEGINNING + script);
    const args = ["run", "-A", "--quiet", "--no-check", "--no-config", file];
    const { signal, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      { args },
    ).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    return { signal, stdout: new TextDecoder().decode(stdout) };
  } finally {
    await Deno.remove(file);
  }
}

const CASES: Readonly<Record<string, readonly [string, End]>> = {
  "while the program waits for something else": [
    `using tidy = endTidily(); kill("SIGINT");
     await new Promise((resolve) => setTimeout(resolve, 60_000));`,
    { signal: "SIGINT", stdout: "undone\n" },
  ],
  "while it is busy, when it asks": [
    `using tidy = endTidily(); kill("SIGTERM");
     console.log("busy"); endIfAsked(); console.log("late");`,
    { signal: "SIGTERM", stdout: "busy\nundone\n" },
  ],
  "while it waits for input on its only thread": [
    `using tidy = endTidily(); using pipe = createPipe();
     new Deno.Command("sh", { args: ["-c", "sleep 0.2; kill -TERM $PPID"] })
       .spawn();
     awaitInputTidily(pipe.readable); console.log("late");`,
    { signal: "SIGTERM", stdout: "undone\n" },
  ],
  "while it removes what has no name any more": [
    `import { DoomedTrees } from "${STORAGE}doomed_trees.ts";
     import { DiskMeter } from "${STORAGE}disk_usage.ts";
     const store = Deno.makeTempDirSync();
     noteBegun({ [Symbol.dispose]: () =>
       Deno.removeSync(store, { recursive: true }) });
     Deno.mkdirSync(store + "/tree/below", { recursive: true });
     using tidy = endTidily();
     const trees = new DoomedTrees(store, new DiskMeter());
     trees.add("tree"); kill("SIGINT"); trees.remove(); console.log("late");`,
    { signal: "SIGINT", stdout: "undone\n" },
  ],
  "while it removes names below one directory": [
    `import { removePath } from "${STORAGE}../base/remove_tree.ts";
     const tree = Deno.makeTempDirSync();
     noteBegun({ [Symbol.dispose]: () =>
       Deno.removeSync(tree, { recursive: true }) });
     for (const name of "abc") Deno.writeTextFileSync(tree + "/" + name, "");
     using tidy = endTidily();
     const watch = () => {
       console.log([...Deno.readDirSync(tree)].length);
       if ([...Deno.readDirSync(tree)].length === 2) kill("SIGTERM");
       endIfAsked();
     };
     removePath(tree, watch); console.log("late");`,
    { signal: "SIGTERM", stdout: "3\n2\nundone\n" },
  ],
  "while it finishes the directories of a layer": [
    `import { finishImplied } from "${STORAGE}implied_directories.ts";
     import { openat } from "${STORAGE}../../ffi/calls/file.ts";
     const layers = Deno.makeTempDirSync();
     noteBegun({ [Symbol.dispose]: () =>
       Deno.removeSync(layers, { recursive: true }) });
     const names = Array.from({ length: 3 }, (_, at) => "directory" + at);
     for (const name of names) {
       Deno.mkdirSync(layers + "/below/" + name, { recursive: true });
       Deno.mkdirSync(layers + "/tree/" + name, { recursive: true });
     }
     using tidy = endTidily();
     using root = openat(-100, layers + "/tree", 0);
     kill("SIGINT");
     const parents = [layers + "/below"];
     finishImplied({ root: root.number, implied: names, parents });
     console.log("late");`,
    { signal: "SIGINT", stdout: "undone\n" },
  ],
  "at the end of its scope": [
    `{ using tidy = endTidily(); kill("SIGHUP"); } console.log("late");`,
    { signal: "SIGHUP", stdout: "undone\n" },
  ],
  "and at once after its scope": [
    `{ using tidy = endTidily(); } kill("SIGTERM"); console.log("late");`,
    { signal: "SIGTERM", stdout: "" },
  ],
};

for (const [name, [script, expected]] of Object.entries(CASES)) {
  Deno.test(`endTidily(): a signal ends a program ${name}`, async () => {
    assert.deepEqual(await run(script), expected);
  });
}
