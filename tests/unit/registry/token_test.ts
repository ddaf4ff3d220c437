import assert from "node:assert/strict";
import { parseChallenges } from "../../../lib/registry/challenge.ts";
import type { Credentials } from "../../../lib/registry/credentials/credentials.ts";
import { parseToken, tokenRequest } from "../../../lib/registry/token.ts";

const HTTPS = new URL("https://r.example");
const SCOPES = ["repository:a:pull", "repository:b:pull"];

function challenge(header: string): ReturnType<typeof parseChallenges>[number] {
  const [found] = parseChallenges(header);
  assert.ok(found);
  return found;
}

const BEARER = challenge(
  'Bearer realm="https://t.example/token?x=1",service="s v"',
);

function request(
  credentials: Credentials | undefined,
  kind: "passing" | "lasting" = "passing",
): ReturnType<typeof tokenRequest> {
  return tokenRequest(HTTPS, {
    challenge: BEARER,
    scopes: SCOPES,
    credentials,
    kind,
  });
}

Deno.test("tokenRequest() asks without credentials if there are none", () => {
  const { method, url, headers, body } = request(undefined);
  assert.equal(method, "GET");
  assert.equal(
    url.href,
    "https://t.example/token?x=1&service=s+v&scope=repository%3Aa%3Apull&scope=repository%3Ab%3Apull",
  );
  assert.deepEqual([...headers], []);
  assert.equal(body, undefined);
});

Deno.test("tokenRequest() shows a password in the header only", () => {
  const { url, headers } = request(
    { kind: "password", username: "me", password: "sécret" },
    "lasting",
  );
  assert.equal(headers.get("authorization"), "Basic bWU6c8OpY3JldA==");
  assert.ok(!url.href.includes("cret"));
  assert.equal(url.searchParams.get("account"), "me");
  assert.equal(url.searchParams.get("offline_token"), "true");
});

Deno.test("tokenRequest() exchanges an identity token in a body", () => {
  const { method, url, body } = request({
    kind: "identity-token",
    token: "id",
  });
  assert.equal(method, "POST");
  assert.equal(url.href, "https://t.example/token?x=1");
  assert.ok(body instanceof Uint8Array);
  const fields = new URLSearchParams(new TextDecoder().decode(body));
  assert.equal(fields.get("grant_type"), "refresh_token");
  assert.equal(fields.get("refresh_token"), "id");
  assert.equal(fields.get("scope"), SCOPES.join(" "));
});

Deno.test("tokenRequest() sends nothing to an issuer in plain text", () => {
  const plain = {
    challenge: challenge('Bearer realm="http://t.example"'),
    scopes: [],
    credentials: undefined,
    kind: "passing",
  } as const;
  assert.throws(
    () => tokenRequest(HTTPS, plain),
    /^RegistryError: Cannot log in to "r.example": its tokens are issued by "http:"$/,
  );
  assert.ok(tokenRequest(new URL("http://localhost"), plain));
  assert.throws(
    () => tokenRequest(HTTPS, { ...plain, challenge: challenge("Bearer x=y") }),
    /does not say who issues its tokens$/,
  );
});

function parse(text: string): ReturnType<typeof parseToken> {
  return parseToken(new TextEncoder().encode(text), "t.example", 1000);
}

Deno.test("parseToken() knows how long a token is good for", () => {
  assert.deepEqual(parse('{"token":"a","expires_in":65}'), {
    value: "a",
    expiresMs: 61_000,
  });
  assert.deepEqual(
    parse('{"access_token":"b","expires_in":"x","refresh_token":"r"}'),
    { value: "b", expiresMs: 56_000, identityToken: "r" },
  );
});

Deno.test("parseToken() quotes no token in its errors", () => {
  for (
    const text of [
      '{"token":"hunter2"',
      '{"token":["hunter2"]}',
      '{"token":"hunter2\\r\\nx: y"}',
      '["hunter2"]',
      "{}",
    ]
  ) {
    assert.throws(() => parse(text), (error: Error) => {
      assert.match(error.message, /^Cannot use the token of "t.example": /);
      assert.doesNotMatch(`${error.stack} ${error.cause}`, /hunter2/, text);
      return true;
    });
  }
});
