/**
 * @module
 */
import assert from "node:assert/strict";
import { UsageError } from "../../../../lib/base/errors.ts";
import { parseVolume } from "../../../../lib/engine/volumes/volume_flag.ts";

const PLACES = {
  cwd: "/home/me",
  volumes: "/store",
  newName: () => "abcd",
};

/** What `parseVolume` says about a wrong text. */
function refusal(text: string): UsageError {
  try {
    parseVolume(text, PLACES);
  } catch (error) {
    assert.ok(error instanceof UsageError, `${error}`);
    return error;
  }
  throw new assert.AssertionError({ message: `"${text}" is accepted` });
}

Deno.test("parseVolume() makes a writable bind of an existing source", () => {
  assert.deepEqual(parseVolume("/data:/srv", PLACES), {
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
    assert.equal(parseVolume(`${source}:/d`, PLACES).source, expected, source);
  }
});

Deno.test("parseVolume() leaves a tilde to the shell", () => {
  assert.equal(parseVolume("~/data:/d", PLACES).source, "/home/me/~/data");
});

Deno.test("parseVolume() keeps spaces, commas and other characters of paths", () => {
  const { source, destination } = parseVolume("/a b,c\\d:/é =,x", PLACES);
  assert.equal(source, "/a b,c\\d");
  assert.equal(destination, "/é =,x");
});

Deno.test("parseVolume() normalizes the destination", () => {
  assert.equal(parseVolume("/d:/a/./b//c/../", PLACES).destination, "/a/b");
  assert.equal(parseVolume("/d:/../../etc/", PLACES).destination, "/etc");
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
    const volume = parseVolume(`/s:/d:${options}`, PLACES);
    assert.equal(volume.access, expected, options);
    assert.equal(volume.create, "never", options);
  }
});

Deno.test("parseVolume() creates a missing source only if asked to", () => {
  assert.equal(parseVolume("/s:/d:create", PLACES).create, "directory");
  assert.deepEqual(parseVolume("/s:/d:ro,create", PLACES), {
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
      parseVolume(`/s:/d:${option}`, PLACES),
      parseVolume("/s:/d", PLACES),
      option,
    );
  }
});

Deno.test("parseVolume() refuses what lacks a source or a destination", () => {
  for (const text of ["", ":", ":/d", "/s:", "::ro", "/s::ro", "name:"]) {
    const error = refusal(text);
    assert.equal(
      error.message,
      `invalid volume specification "${text}": it is not [SRC:]DST[:OPTIONS]`,
    );
    assert.equal(error.advice, "-v ./data:/data or -v data:/data:ro");
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

Deno.test("parseVolume() takes a source without a slash or dot for a name", () => {
  assert.deepEqual(parseVolume("data:/srv", PLACES), {
    source: "/store/data/_data",
    destination: "/srv",
    access: "rw",
    create: "never",
    volume: { name: "data", isAnonymous: false, copyUp: "if-empty" },
  });
  assert.deepEqual(parseVolume("d_1.x-y:/srv/:ro,nocopy", PLACES), {
    source: "/store/d_1.x-y/_data",
    destination: "/srv",
    access: "ro",
    create: "never",
    volume: { name: "d_1.x-y", isAnonymous: false, copyUp: "never" },
  });
});

Deno.test("parseVolume() makes up a name for a destination alone", () => {
  assert.deepEqual(parseVolume("/srv//x", PLACES), {
    source: "/store/abcd/_data",
    destination: "/srv/x",
    access: "rw",
    create: "never",
    volume: { name: "abcd", isAnonymous: true, copyUp: "if-empty" },
  });
  assert.equal(
    refusal("srv").message,
    'invalid volume specification "srv": "srv" is not an absolute path',
  );
});

Deno.test("parseVolume() refuses names that are none", () => {
  for (const name of ["a/b", "_a", "-a", "a b", "é", "a\n"]) {
    assert.match(
      refusal(`${name}:/d`).message,
      /includes invalid characters for a local volume name/,
      name,
    );
  }
  assert.equal(refusal("a/b:/d:ro").advice, "-v ./a/b:/d:ro");
  assert.match(refusal(`${"a".repeat(201)}:/d`).message, /is too long: 201/);
});

Deno.test("parseVolume() gives files to the user, and maps ids, if asked to", () => {
  assert.equal(parseVolume("/s:/d:U,ro", PLACES).owner, "user");
  assert.equal(parseVolume("s:/d:U", PLACES).owner, "user");
  assert.equal(parseVolume("s:/d:idmap", PLACES).ids, "mapped");
  assert.ok(!("owner" in parseVolume("s:/d", PLACES)));
});

Deno.test("parseVolume() knows options of paths from those of names", () => {
  const known =
    "the options ro, rw, U, idmap, of a path create, of a name nocopy";
  for (const text of ["/s:/d:nocopy", "s:/d:create", "s:/d:copy"]) {
    assert.equal(refusal(text).advice, known);
  }
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
    assert.match(error.advice ?? "", /^the options ro, rw, U,/);
  }
});
