import assert from "node:assert/strict";
import { UsageError } from "../../../../lib/base/errors.ts";
import { loginCommand } from "../../../../lib/cli/commands/login.ts";
import { logoutCommand } from "../../../../lib/cli/commands/logout.ts";
import { RegistryError } from "../../../../lib/registry/registry_error.ts";
import { type FakeHost, fakeHost } from "../../../support/fake_host.ts";
import { TestRegistry } from "../../../support/registry.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const AUTH = { scheme: "basic", pair: "me:hunter2" } as const;

function hostWith(directory: TemporaryDirectory): FakeHost {
  return fakeHost({
    env: new Map([
      ["DOCKER_CONFIG", directory.path],
      ["TSDOCKER_REGISTRIES", `${directory.path}/registries.json`],
    ]),
  });
}

async function setUp(directory: TemporaryDirectory): Promise<FakeHost> {
  await Deno.writeTextFile(`${directory.path}/registries.json`, "{}");
  return hostWith(directory);
}

Deno.test("login keeps what the registry accepts, logout forgets it", async () => {
  using directory = new TemporaryDirectory();
  await using registry = new TestRegistry({ auth: AUTH });
  const host = await setUp(directory);
  const words = ["-u", "me", "-p", "hunter2", `http://${registry.host}/v2/`];
  assert.equal(await loginCommand.execute("login", words, host), 0);
  assert.equal(host.out(), "Login Succeeded\n");
  assert.match(host.err(), /Using --password via the CLI is insecure/);
  assert.match(host.err(), /stored unencrypted in ".*\/config\.json"/);
  const config = `${directory.path}/config.json`;
  assert.deepEqual(JSON.parse(await Deno.readTextFile(config)), {
    auths: { [registry.host]: { auth: btoa("me:hunter2") } },
  });
  const out = hostWith(directory);
  for (let time = 0; time < 2; time++) {
    await logoutCommand.execute("logout", [registry.host], out);
  }
  assert.equal(
    out.out(),
    `Removing login credentials for ${registry.host}\n` +
      `Not logged in to ${registry.host}\n`,
  );
  assert.doesNotMatch(await Deno.readTextFile(config), /auth"/);
});

Deno.test("login keeps nothing that the registry refuses", async () => {
  using directory = new TemporaryDirectory();
  await using registry = new TestRegistry({ auth: AUTH });
  const host = await setUp(directory);
  await assert.rejects(
    async () =>
      await loginCommand.execute(
        "login",
        ["-u", "me", "-p", "wrong", registry.host],
        host,
      ),
    RegistryError,
  );
  await assert.rejects(Deno.stat(`${directory.path}/config.json`));
  assert.equal(host.out(), "");
});

const WRONG: readonly [words: string[], message: string][] = [
  [["-u", "me"], "Cannot perform an interactive login from a non TTY device"],
  [[], "Cannot perform an interactive login from a non TTY device"],
  [
    ["--password-stdin"],
    "Must provide --username with --password-stdin",
  ],
  [
    ["-u", "me", "-p", "x", "--password-stdin"],
    "--password and --password-stdin are mutually exclusive",
  ],
  [["-u", "a:b", "-p", "x"], 'username contains ":", which ends it'],
  [["-u", "", "-p", "x"], "username is empty"],
  [["-u", "me", "-p", ""], "password is empty"],
];

Deno.test("login refuses words that make no sense, as docker does", async () => {
  for (const [words, message] of WRONG) {
    await assert.rejects(
      async () => await loginCommand.execute("login", words, fakeHost()),
      (error: Error) => {
        assert.ok(error instanceof UsageError, words.join(" "));
        assert.equal(error.message, message);
        return true;
      },
    );
  }
});
