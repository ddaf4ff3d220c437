import assert from "node:assert/strict";
import { mapEntries } from "../../../../lib/storage/tar/map_entries.ts";
import { TarReader } from "../../../../lib/storage/tar/reader.ts";
import { archive, file, sourceOf } from "../../../support/tar_builder.ts";

Deno.test("mapEntries() changes files and leaves some out", () => {
  const bytes = archive(file("a"), file("b", "text"), file("c"));
  using reader = new TarReader(sourceOf(bytes), "x.tar");
  const mapped = mapEntries(
    reader,
    (entry) => entry.name === "a" ? undefined : { ...entry, uid: 5 },
  );
  const b = mapped.next();
  assert.deepEqual([b?.name, b?.uid], ["b", 5]);
  const piece = mapped.readContent();
  assert.equal(piece?.length, 4);
  assert.equal(mapped.memory, reader.memory);
  assert.equal(mapped.next()?.name, "c");
  assert.equal(mapped.next(), undefined);
});
