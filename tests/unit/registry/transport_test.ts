import assert from "node:assert/strict";
import { HostError } from "../../../lib/base/errors.ts";
import { Transports } from "../../../lib/registry/transport.ts";
import { TestRegistry } from "../../support/registry.ts";
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
    assert.throws(
      () => transports.for("https", { ca: [path] }),
      (error: Error) => {
        assert.ok(error instanceof HostError);
        assert.ok(error.message.includes(`"${path}"`));
        assert.match(error.message, why);
        return true;
      },
    );
  }
});

/** Calls with variables set, and puts back what they were. */
async function withVariables(
  variables: Readonly<Record<string, string>>,
  call: () => Promise<void>,
): Promise<void> {
  const names = ["NO_PROXY", "no_proxy", "HTTP_PROXY", "http_proxy"];
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  for (const name of names) Deno.env.delete(name);
  for (const [name, value] of Object.entries(variables)) {
    Deno.env.set(name, value);
  }
  try {
    await call();
    for (const name of names) {
      assert.equal(Deno.env.get(name), variables[name], name);
    }
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

Deno.test("Transports asks a proxy for other machines only", async () => {
  await using registry = new TestRegistry();
  await using proxy = new TestRegistry({
    fault: () => new Response("by proxy"),
  });
  const proxied = { HTTP_PROXY: `http://${proxy.host}` };
  const settings = [
    proxied,
    { ...proxied, NO_PROXY: "x.example" },
    { ...proxied, no_proxy: "direct.invalid" },
  ];
  for (const variables of settings) {
    await withVariables(variables, async () => {
      using transports = new Transports();
      const send = transports.for("http");
      const get = async (address: string): Promise<string> => {
        const response = await send({
          method: "GET",
          url: new URL(address),
          headers: new Headers(),
          signal: new AbortController().signal,
        });
        return await response.text();
      };
      assert.equal(await get(`http://${registry.host}/v2/`), "{}");
      assert.equal(await get("http://other.invalid/"), "by proxy");
      if (!("no_proxy" in variables)) return;
      await assert.rejects(get("http://direct.invalid/"), TypeError);
    });
  }
});
