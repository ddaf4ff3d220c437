import assert from "node:assert/strict";
import { HostError } from "../../../lib/base/errors.ts";
import { Transports } from "../../../lib/registry/transport.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

Deno.test("Transports says which certificates are of no use", () => {
  using directory = new TemporaryDirectory();
  const damaged =
    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const files: [name: string, text: string | undefined, why: RegExp][] = [
    ["missing.pem", undefined, /No such file/],
    ["text.pem", "certificates", /: it has none$/],
    ["damaged.pem", damaged, /BadEncoding$/],
  ];
  for (const [name, text, why] of files) {
    const path = `${directory.path}/${name}`;
    if (text !== undefined) Deno.writeTextFileSync(path, text);
    using transports = new Transports();
    assert.throws(() => transports.for("https", path), (error: Error) => {
      assert.ok(error instanceof HostError);
      assert.ok(error.message.includes(`"${path}"`));
      assert.match(error.message, why);
      return true;
    });
  }
});
