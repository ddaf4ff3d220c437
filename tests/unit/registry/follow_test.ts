import assert from "node:assert/strict";
import { sendFollowing } from "../../../lib/registry/follow.ts";
import { RegistryError } from "../../../lib/registry/registry_error.ts";
import type { HttpRequest } from "../../../lib/registry/transport.ts";

/** A request, and where the answers to it lead, one after the other. */
async function follow(
  locations: readonly (string | null)[],
  changes: Partial<HttpRequest> = {},
): Promise<[url: string, authorization: string | null][]> {
  const seen: [string, string | null][] = [];
  const answers = locations.values();
  await sendFollowing({
    method: "GET",
    url: new URL("https://r.example/v2/x"),
    headers: new Headers({ authorization: "Basic eA==" }),
    signal: new AbortController().signal,
    ...changes,
  }, () => ({ url, headers }) => {
    seen.push([url.href, headers.get("authorization")]);
    const { value, done } = answers.next();
    if (done) return Promise.resolve(new Response("end"));
    const location = value === null ? undefined : { location: value };
    return Promise.resolve(
      new Response(null, {
        status: 307,
        ...(location && { headers: location }),
      }),
    );
  });
  return seen;
}

Deno.test("sendFollowing() shows credentials to their own origin only", async () => {
  assert.deepEqual(await follow(["/v2/y", "https://r.example/z"]), [
    ["https://r.example/v2/x", "Basic eA=="],
    ["https://r.example/v2/y", "Basic eA=="],
    ["https://r.example/z", "Basic eA=="],
  ]);
  // Who has lost them does not get them back.
  const others = ["https://cdn.example/x", "https://r.example/back"];
  assert.deepEqual((await follow(others)).slice(1), [
    ["https://cdn.example/x", null],
    ["https://r.example/back", null],
  ]);
  assert.deepEqual((await follow(["https://r.example:444/x"])).at(-1), [
    "https://r.example:444/x",
    null,
  ]);
});

const WRONG: readonly [location: string | null, message: RegExp][] = [
  [null, /redirects to nowhere$/],
  ["http://", /redirects to nowhere$/],
  ["http://r.example/x", /redirects to plain HTTP, "http:\/\/r.example\/x"$/],
  ["file:///etc/passwd", /redirects to "file:"$/],
];

Deno.test("sendFollowing() does not follow anywhere", async () => {
  for (const [location, message] of WRONG) {
    await assert.rejects(follow([location]), (error: Error) => {
      assert.ok(error instanceof RegistryError);
      assert.match(
        error.message,
        /^Cannot follow "https:\/\/r.example\/v2\/x": /,
      );
      assert.match(error.message, message);
      return true;
    });
  }
  const circle = Array.from({ length: 20 }, () => "/again");
  await assert.rejects(follow(circle), /more than 10 redirects$/);
});

Deno.test("sendFollowing() cannot send a stream twice", async () => {
  const body = new ReadableStream<Uint8Array>();
  await assert.rejects(
    follow(["/other"], { method: "PATCH", body }),
    /redirects after it was given content$/,
  );
});

Deno.test("sendFollowing() quotes no query, which may be a secret", async () => {
  const url = new URL("https://r.example/x?signature=hunter2");
  await assert.rejects(
    follow(["http://cdn.example/y?key=hunter2"], { url }),
    (error: Error) => !error.message.includes("hunter2"),
  );
});
