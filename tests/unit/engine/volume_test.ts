/**
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import {
  normalizePath,
  parseTmpfs,
  parseVolume,
  resolvePath,
} from "../../../lib/engine/volume.ts";

const CWD = "/home/me";

/** What `parseVolume` says about a wrong text. */
function refusal(text: string): UsageError {
  try {
    parseVolume(text, CWD);
  } catch (error) {
    assert.ok(error instanceof UsageError, `${error}`);
    return error;
  }
  throw new assert.AssertionError({ message: `"${text}" is accepted` });
}

Deno.test("parseVolume() makes a writable bind of an existing source", () => {
  assert.deepEqual(parseVolume("/data:/srv", CWD), {
    source: "/data",
    destination: "/srv",
    access: "rw",
    create: "never",
  });
});

Deno.test("parseVolume() takes relative sources from the working directory", () => {
  const sources: Readonly<Record<string, string>> = {
    ".": "/home/me",
    "./data": "/home/me/data",
    "..": "/home",
    "../you/./x": "/home/you/x",
    "../../../..": "/",
    ".hidden": "/home/me/.hidden",
    "/": "/",
    "//data//x/": "/data/x",
  };
  for (const [source, expected] of Object.entries(sources)) {
    assert.equal(parseVolume(`${source}:/d`, CWD).source, expected, source);
  }
});

Deno.test("parseVolume() leaves a tilde to the shell", () => {
  assert.equal(parseVolume("~/data:/d", CWD).source, "/home/me/~/data");
});

Deno.test("parseVolume() keeps spaces, commas and other characters of paths", () => {
  const { source, destination } = parseVolume("/a b,c\\d:/é =,x", CWD);
  assert.equal(source, "/a b,c\\d");
  assert.equal(destination, "/é =,x");
});

Deno.test("parseVolume() normalizes the destination", () => {
  assert.equal(parseVolume("/d:/a/./b//c/../", CWD).destination, "/a/b");
  assert.equal(parseVolume("/d:/../../etc/", CWD).destination, "/etc");
});

Deno.test("parseVolume() reads options in any order, the last one counts", () => {
  const access: Readonly<Record<string, "rw" | "ro">> = {
    "": "rw",
    ro: "ro",
    rw: "rw",
    "ro,rw": "rw",
    "rw,ro": "ro",
    "z,ro": "ro",
    "ro,,Z": "ro",
  };
  for (const [options, expected] of Object.entries(access)) {
    const volume = parseVolume(`/s:/d:${options}`, CWD);
    assert.equal(volume.access, expected, options);
    assert.equal(volume.create, "never", options);
  }
});

Deno.test("parseVolume() creates a missing source only if asked to", () => {
  assert.equal(parseVolume("/s:/d:create", CWD).create, "directory");
  assert.deepEqual(parseVolume("/s:/d:ro,create", CWD), {
    source: "/s",
    destination: "/d",
    access: "ro",
    create: "directory",
  });
});

Deno.test("parseVolume() accepts the options that change nothing", () => {
  const ignored = ["z", "Z", "private", "rprivate", "bind", "rbind"];
  for (const option of [...ignored, "cached", "delegated", "consistent"]) {
    assert.deepEqual(
      parseVolume(`/s:/d:${option}`, CWD),
      parseVolume("/s:/d", CWD),
      option,
    );
  }
});

Deno.test("parseVolume() refuses what lacks a source or a destination", () => {
  for (const text of ["", "/data", ":", ":/d", "/s:", "::ro", "/s::ro"]) {
    const error = refusal(text);
    assert.equal(
      error.message,
      `invalid volume specification "${text}": it is not SRC:DST[:OPTIONS]`,
    );
    assert.equal(error.advice, "-v ./data:/data or -v ./data:/data:ro");
  }
});

Deno.test("parseVolume() refuses a fourth part", () => {
  for (const text of ["/s:/d:ro:z", "/s:/d::"]) {
    assert.equal(
      refusal(text).message,
      `invalid volume specification "${text}": it has too many colons`,
    );
  }
});

Deno.test("parseVolume() refuses named volumes and says how to write a path", () => {
  const error = refusal("data:/srv:ro");
  assert.equal(
    error.message,
    'invalid volume specification "data:/srv:ro": "data" is a name, and named volumes do not exist yet',
  );
  assert.equal(
    error.advice,
    "-v ./data:/srv:ro for a directory of the host",
  );
});

Deno.test("parseVolume() refuses a destination that is not absolute", () => {
  for (const destination of ["srv", "./srv", "../srv", "ro"]) {
    const text = `/s:${destination}`;
    assert.equal(
      refusal(text).message,
      `invalid volume specification "${text}": "${destination}" is not an absolute path`,
    );
  }
});

Deno.test("parseVolume() refuses the root, however it is written", () => {
  for (const destination of ["/", "//", "/.", "/..", "/a/.."]) {
    const text = `/s:${destination}`;
    assert.equal(
      refusal(text).message,
      `invalid volume specification "${text}": the root cannot be mounted over`,
    );
  }
});

Deno.test("parseVolume() refuses unknown options and lists the known ones", () => {
  for (const option of ["RO", "readonly", "shared", " ro", "ro "]) {
    const text = `/s:/d:rw,${option}`;
    const error = refusal(text);
    assert.equal(
      error.message,
      `invalid volume specification "${text}": "${option}" is no known option`,
    );
    assert.equal(error.advice, "the options ro, rw and create");
  }
});

Deno.test("parseTmpfs() takes a destination alone", () => {
  assert.deepEqual(parseTmpfs("/run/"), { destination: "/run", options: [] });
});

Deno.test("parseTmpfs() splits the options and leaves them as they are", () => {
  assert.deepEqual(parseTmpfs("/run:size=1m,mode=1777,exec"), {
    destination: "/run",
    options: ["size=1m", "mode=1777", "exec"],
  });
  assert.deepEqual(parseTmpfs("/run:"), { destination: "/run", options: [] });
  assert.deepEqual(parseTmpfs("/run:,ro,,").options, ["ro"]);
  assert.deepEqual(parseTmpfs("/run:a:b,c").options, ["a:b", "c"]);
});

Deno.test("parseTmpfs() refuses relative paths and the root", () => {
  const reasons: Readonly<Record<string, string>> = {
    "": '"" is not an absolute path',
    "run": '"run" is not an absolute path',
    ":size=1m": '"" is not an absolute path',
    "/:size=1m": "the root cannot be mounted over",
    "/a/..": "the root cannot be mounted over",
  };
  for (const [text, why] of Object.entries(reasons)) {
    assert.throws(() => parseTmpfs(text), {
      name: "UsageError",
      message: `invalid volume specification "${text}": ${why}`,
    });
  }
});

Deno.test("resolvePath() leaves absolute paths where they are", () => {
  assert.equal(resolvePath("/cwd", "/a/b"), "/a/b");
  assert.equal(resolvePath("/cwd", "a/b"), "/cwd/a/b");
  assert.equal(resolvePath("/cwd", ""), "/cwd");
  assert.equal(resolvePath("/cwd", ".."), "/");
  assert.equal(resolvePath("/", "a"), "/a");
});

Deno.test("normalizePath() never leaves the root", () => {
  const paths: Readonly<Record<string, string>> = {
    "": "/",
    "/": "/",
    "///": "/",
    "/.": "/",
    "/..": "/",
    "/../../a": "/a",
    "/a/../../../b": "/b",
    "/a/b/..": "/a",
    "/a/...": "/a/...",
    "/a/..b/.c": "/a/..b/.c",
    "/a b/": "/a b",
  };
  for (const [path, expected] of Object.entries(paths)) {
    assert.equal(normalizePath(path), expected, path);
    assert.equal(normalizePath(expected), expected, "a second time");
  }
});
