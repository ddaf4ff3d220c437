import assert from "node:assert/strict";
import {
  cpCommand,
  parseContainerPath,
} from "../../../../lib/cli/commands/cp.ts";
import { exportCommand } from "../../../../lib/cli/commands/export.ts";
import { fakeHost } from "../../../support/fake_host.ts";

const CONTAINER_PATHS: readonly (readonly [string, string, string])[] = [
  ["web:/etc", "web", "/etc"],
  ["web:etc", "web", "etc"],
  ["web:", "web", ""],
  ["web:/a:b", "web", "/a:b"],
];

for (const [text, reference, path] of CONTAINER_PATHS) {
  Deno.test(`parseContainerPath() takes "${text}" for ${path} in ${reference}`, () => {
    assert.deepEqual(parseContainerPath(text), { reference, path });
  });
}

for (const text of ["file", "/a:b", "./a:b", "../a:b", ":b", "-", ""]) {
  Deno.test(`parseContainerPath() takes "${text}" for a path of the host`, () => {
    assert.equal(parseContainerPath(text), undefined);
  });
}

const REFUSED: readonly (readonly [string, string, string])[] = [
  ["a", "b", "must specify at least one container source"],
  ["a:/x", "b:/y", "copying between containers is not supported"],
  ["", "b:/y", "source can not be empty"],
  ["a:/x", "", "destination can not be empty"],
];

for (const [source, destination, message] of REFUSED) {
  Deno.test(`cp refuses "${source}" "${destination}"`, async () => {
    await assert.rejects(
      cpCommand.execute("cp", [source, destination], fakeHost()),
      { name: "UsageError", message },
    );
  });
}

Deno.test("export writes no archive to a terminal", async () => {
  const host = fakeHost({ stdoutIsTerminal: () => true });
  await assert.rejects(
    exportCommand.execute("export", ["aa"], host),
    /^UsageError: cowardly refusing to save to a terminal\./,
  );
});
