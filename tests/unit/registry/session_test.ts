import assert from "node:assert/strict";
import type { Credentials } from "../../../lib/registry/credentials/credentials.ts";
import { endpointOf } from "../../../lib/registry/endpoint.ts";
import { logIn } from "../../../lib/registry/login.ts";
import { RegistryError } from "../../../lib/registry/registry_error.ts";
import {
  type Question,
  RegistrySession,
} from "../../../lib/registry/session.ts";
import {
  type Fault,
  type RegistryOptions,
  surroundings,
  TestRegistry,
} from "../../support/registry.ts";

const PAIR = { kind: "password", username: "me", password: "hunter2" } as const;
const WRONG = { ...PAIR, password: "wrong" } as const;
const AUTH = { scheme: "bearer", pair: "me:hunter2" } as const;

const QUESTION: Question = {
  method: "GET",
  path: "",
  scopes: ["repository:a:pull"],
  attempt: "Cannot ask",
  expected: [200],
};

/** Asks a registry, with credentials; gives what it was asked. */
async function ask(
  options: RegistryOptions,
  credentials: Credentials | undefined,
  times = 1,
): Promise<string[]> {
  await using registry = new TestRegistry(options);
  using around = surroundings({
    credentials: () => Promise.resolve(credentials),
  });
  const session = new RegistrySession(
    endpointOf(registry.host, new Map()),
    around,
  );
  await Promise.all(Array.from({ length: times }, async () => {
    const response = await session.ask(QUESTION);
    await response.body?.cancel();
  }));
  return registry.asked;
}

Deno.test("RegistrySession proves who it is when it is asked to", async () => {
  const token =
    "GET /token?service=test&scope=repository%3Aa%3Apull&account=me";
  // The first finds out which protocol is spoken.
  assert.deepEqual(await ask({}, PAIR), ["GET /v2/", "GET /v2/"]);
  assert.deepEqual(await ask({ auth: AUTH }, PAIR), [
    "GET /v2/",
    "GET /v2/",
    token,
    "GET /v2/",
  ]);
  assert.deepEqual(
    await ask({ auth: { ...AUTH, scheme: "basic" } }, PAIR),
    ["GET /v2/", "GET /v2/", "GET /v2/"],
  );
  const identity = { kind: "identity-token", token: "identity" } as const;
  assert.deepEqual(
    (await ask({ auth: AUTH }, identity)).slice(2),
    ["POST /token", "GET /v2/"],
  );
});

Deno.test("RegistrySession fetches a token once for all who need it", async () => {
  const asked = await ask({ auth: AUTH }, PAIR, 5);
  const tokens = asked.filter((line) => line.includes("/token"));
  assert.ok(tokens.length < 5, asked.join("\n"));
});

Deno.test("RegistrySession is told that it may not, and says no secret", async () => {
  for (const scheme of ["basic", "bearer"] as const) {
    for (const credentials of [undefined, WRONG]) {
      await assert.rejects(
        ask({ auth: { ...AUTH, scheme } }, credentials),
        (error: Error) => {
          assert.ok(error instanceof RegistryError);
          assert.equal(error.status, 401);
          assert.doesNotMatch(`${error.stack} ${error.cause}`, /wrong|d3Jvbmc/);
          return true;
        },
      );
    }
  }
});

Deno.test("RegistrySession renews a token that is not good any more", async () => {
  let left = 2;
  const fault: Fault = async ({ headers }, answer) => {
    // The second use of the token is one too many, once.
    const isUse = headers.get("authorization")?.startsWith("Bearer");
    if (!isUse || --left !== 0) return undefined;
    const response = await answer();
    await response.body?.cancel();
    const realm = `http://${headers.get("host")}/token`;
    return new Response(null, {
      status: 401,
      headers: { "www-authenticate": `Bearer realm="${realm}",service="test"` },
    });
  };
  await using registry = new TestRegistry({ auth: AUTH, fault });
  using around = surroundings({ credentials: () => Promise.resolve(PAIR) });
  const session = new RegistrySession(
    endpointOf(registry.host, new Map()),
    around,
  );
  for (let count = 0; count < 2; count++) {
    const response = await session.ask(QUESTION);
    await response.body?.cancel();
  }
  const tokens = registry.asked.filter((line) => line.includes("/token"));
  assert.equal(tokens.length, 2);
});

Deno.test("RegistrySession speaks TLS to a loopback registry that has no trusted certificate", async () => {
  const fixtures = new URL("../../fixtures/registry/", import.meta.url);
  const tls = {
    cert: await Deno.readTextFile(new URL("server.crt", fixtures)),
    key: await Deno.readTextFile(new URL("server.key", fixtures)),
  };
  const asked = await ask({ tls, auth: AUTH }, PAIR);
  assert.equal(asked.at(-1), "GET /v2/");
  assert.equal(asked.filter((line) => line.includes("/token")).length, 1);
});

Deno.test("RegistrySession verifies who answers, if certificates are named", async () => {
  const fixtures = new URL("../../fixtures/registry/", import.meta.url);
  const path = (name: string): string => new URL(name, fixtures).pathname;
  await using registry = new TestRegistry({
    tls: {
      cert: await Deno.readTextFile(path("server.crt")),
      key: await Deno.readTextFile(path("server.key")),
    },
  });
  for (
    const [ca, isTrusted] of [["ca.crt", true], ["other.crt", false]] as const
  ) {
    const registries = new Map([[registry.host, {
      mirrors: [],
      isInsecure: false,
      ca: path(ca),
    }]]);
    using around = surroundings({ registries });
    const endpoint = endpointOf(registry.host, registries);
    const session = new RegistrySession(endpoint, around);
    const asked = session.ask(QUESTION).then((response) =>
      response.body?.cancel()
    );
    if (isTrusted) await asked;
    else await assert.rejects(asked, /invalid peer certificate: UnknownIssuer/);
  }
});

Deno.test("RegistrySession does not try again where nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  using around = surroundings({
    patience: { ...surroundings().patience, wait: () => assert.fail("waits") },
  });
  const endpoint = endpointOf(`127.0.0.1:${port}`, new Map());
  await assert.rejects(
    new RegistrySession(endpoint, around).ask(QUESTION),
    new RegExp(`^RegistryError: Cannot reach "127.0.0.1:${port}": .*refused`),
  );
});

Deno.test("RegistrySession says that a host is none", async () => {
  using around = surroundings({ credentials: () => Promise.resolve(PAIR) });
  for (const host of ["localhost:99999", "127.999.0.1"]) {
    const session = new RegistrySession(endpointOf(host, new Map()), around);
    await assert.rejects(session.ask(QUESTION), RegistryError);
  }
});

Deno.test("RegistrySession is sent neither from TLS to plain HTTP, nor to files", async () => {
  using around = surroundings({ credentials: () => Promise.resolve(PAIR) });
  const session = new RegistrySession(
    endpointOf("registry.example", new Map()),
    around,
  );
  for (const path of ["http://registry.example/v2/", "file:///etc/passwd"]) {
    await assert.rejects(
      session.ask({ ...QUESTION, path: new URL(path) }),
      /^RegistryError: Cannot go on with "registry.example": it sends us to "\w+:"$/,
    );
  }
});

Deno.test("logIn() keeps an identity token in place of the password", async () => {
  await using registry = new TestRegistry({
    auth: AUTH,
    fault: async ({ path }, answer) => {
      if (!path.includes("offline_token=true")) return undefined;
      const response = await answer();
      const token = await response.json() as object;
      return Response.json({ ...token, refresh_token: "identity" });
    },
  });
  using around = surroundings();
  const endpoint = endpointOf(registry.host, new Map());
  assert.deepEqual(await logIn(endpoint, around, PAIR), {
    kind: "identity-token",
    token: "identity",
  });
});

Deno.test("logIn() keeps a password that is right, and no other", async () => {
  for (const scheme of ["basic", "bearer"] as const) {
    await using registry = new TestRegistry({ auth: { ...AUTH, scheme } });
    using around = surroundings();
    const endpoint = endpointOf(registry.host, new Map());
    assert.deepEqual(await logIn(endpoint, around, PAIR), PAIR);
    await assert.rejects(logIn(endpoint, around, WRONG), RegistryError);
  }
});
