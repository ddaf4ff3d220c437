/**
 * @module
 */
import assert from "node:assert/strict";
import type { BindVolume } from "../../../lib/engine/volume.ts";
import { checkVolumes } from "../../../lib/engine/volume_source.ts";

function bind(
  source: string,
  create: BindVolume["create"] = "never",
): BindVolume {
  return { source, destination: "/d", access: "rw", create };
}

function withDirectory(run: (directory: string) => void): void {
  const directory = Deno.makeTempDirSync({ prefix: "volume-" });
  try {
    run(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

Deno.test("checkVolumes() accepts directories, files, links to them and devices", () => {
  withDirectory((directory) => {
    Deno.writeTextFileSync(`${directory}/file`, "");
    Deno.symlinkSync("file", `${directory}/link`);
    const sources = [directory, `${directory}/file`, `${directory}/link`];
    checkVolumes([...sources, "/dev/null"].map((path) => bind(path)));
    checkVolumes([]);
  });
});

Deno.test("checkVolumes() says how much of a missing source exists", () => {
  withDirectory((directory) => {
    const source = `${directory}/a/b`;
    assert.throws(() => checkVolumes([bind(source)]), {
      name: "UsageError",
      message:
        `bind source path does not exist: "${source}" ("${directory}" does exist)`,
      advice: `mkdir -p, or -v ${source}:/d:create`,
    });
    assert.throws(() => checkVolumes([bind("/no-such-directory-here")]), {
      message:
        'bind source path does not exist: "/no-such-directory-here" ("/" does exist)',
    });
  });
});

Deno.test("checkVolumes() takes a path through a file for missing", () => {
  withDirectory((directory) => {
    const file = `${directory}/file`;
    Deno.writeTextFileSync(file, "");
    assert.throws(() => checkVolumes([bind(`${file}/below`)]), {
      name: "UsageError",
      message:
        `bind source path does not exist: "${file}/below" ("${file}" does exist)`,
    });
  });
});

Deno.test("checkVolumes() creates a missing source with its parents if asked to", () => {
  withDirectory((directory) => {
    checkVolumes([bind(`${directory}/a/b`, "directory")]);
    assert.ok(Deno.statSync(`${directory}/a/b`).isDirectory);
    checkVolumes([bind(`${directory}/a/b`, "directory")]);
  });
});

Deno.test("checkVolumes() creates nothing if another source is missing", () => {
  withDirectory((directory) => {
    const wanted = bind(`${directory}/wanted`, "directory");
    assert.throws(() => checkVolumes([wanted, bind(`${directory}/missing`)]));
    assert.deepEqual([...Deno.readDirSync(directory)], []);
  });
});

Deno.test("checkVolumes() says which source cannot be created", () => {
  withDirectory((directory) => {
    Deno.writeTextFileSync(`${directory}/file`, "");
    Deno.symlinkSync("nowhere", `${directory}/dangling`);
    const reasons: Readonly<Record<string, string>> = {
      "file/below": "Not a directory (os error 20)",
      "dangling": "File exists (os error 17)",
    };
    for (const [name, why] of Object.entries(reasons)) {
      const source = `${directory}/${name}`;
      assert.throws(() => checkVolumes([bind(source, "directory")]), {
        name: "UsageError",
        message: `Cannot create "${source}" to bind: ${why}`,
        advice: "-v DIR:DST with a directory that exists",
      });
    }
  });
});
