import assert from "node:assert/strict";
import { readTransport } from "../../../../lib/engine/images/image_transport.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

Deno.test("readTransport() finds the file, and what follows it", () => {
  using place = new TemporaryDirectory();
  const { path } = place;
  Deno.writeTextFileSync(`${path}/x.tar`, "");
  Deno.writeTextFileSync(`${path}/a:b.tar`, "");
  Deno.mkdirSync(`${path}/layout`);
  const cases = [
    ["docker-archive:x.tar", "x.tar", undefined],
    ["docker-archive:x.tar:bb:1", "x.tar", "bb:1"],
    ["oci-archive:./x.tar:@0", "./x.tar", "@0"],
    ["docker-archive:a:b.tar:bb", "a:b.tar", "bb"],
    ["oci:layout:latest", "layout", "latest"],
    ["oci:layout:", "layout", undefined],
  ] as const;
  for (const [text, file, name] of cases) {
    assert.deepEqual(readTransport(text, path), {
      kind: "images",
      path: `${path}/${file}`,
      ...(name === undefined ? {} : { name }),
    });
  }
});

Deno.test("readTransport() leaves other names alone", () => {
  for (const name of ["bb", "bb:1", "./x.tar", "localhost:5000/a", "oci:"]) {
    assert.equal(readTransport(name, "/"), undefined, name);
  }
});

Deno.test("readTransport() says that there is no file", () => {
  assert.throws(
    () => readTransport("oci:no-such:latest", "/"),
    /^NotFoundError: Cannot find image "oci:no-such:latest": no such file$/,
  );
});
