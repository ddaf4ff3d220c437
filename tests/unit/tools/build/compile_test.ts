/** @module */
import assert from "node:assert/strict";
import {
  baseBinaryUrl,
  findBaseBinary,
} from "../../../../tools/build/compile.ts";

/** A release host that answers every request alike. */
function releaseHost(status: number): { server: Deno.HttpServer; url: string } {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(null, { status }),
  );
  const { port } = server.addr as Deno.NetAddr;
  return { server, url: `http://127.0.0.1:${port}/release/v1/denort-x.zip` };
}

const NOWHERE = { denortBin: undefined, denoDir: undefined };

Deno.test("findBaseBinary() believes DENORT_BIN without asking anybody", async () => {
  const sources = {
    ...NOWHERE,
    denortBin: "/denort",
    url: "http://127.0.0.1:1",
  };
  assert.equal(await findBaseBinary(sources), "available");
});

Deno.test("findBaseBinary() finds what Deno has fetched before", async () => {
  const denoDir = await Deno.makeTempDir();
  try {
    const url = "http://127.0.0.1:1/release/v1/denort-x.zip";
    const sources = { ...NOWHERE, denoDir, url };
    assert.equal(await findBaseBinary(sources), "out of reach");
    await Deno.mkdir(`${denoDir}/dl/release/v1`, { recursive: true });
    await Deno.writeTextFile(`${denoDir}/dl/release/v1/denort-x.zip`, "");
    assert.equal(await findBaseBinary(sources), "available");
  } finally {
    await Deno.remove(denoDir, { recursive: true });
  }
});

Deno.test("findBaseBinary() asks the release host", async () => {
  for (
    const [status, expected] of [[200, "available"], [404, "out of reach"]]
  ) {
    const { server, url } = releaseHost(Number(status));
    assert.equal(await findBaseBinary({ ...NOWHERE, url }), expected);
    await server.shutdown();
  }
});

Deno.test("findBaseBinary() gives up on a host that never answers", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/denort-x.zip`;
  const start = performance.now();
  assert.equal(await findBaseBinary({ ...NOWHERE, url }), "out of reach");
  assert.ok(performance.now() - start < 4000);
});

Deno.test("baseBinaryUrl() names the version and the target", () => {
  assert.match(
    baseBinaryUrl("2.9.6", "x86_64-unknown-linux-gnu"),
    /\/release\/v2\.9\.6\/denort-x86_64-unknown-linux-gnu\.zip$/,
  );
});
