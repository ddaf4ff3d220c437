import assert from "node:assert/strict";
import { mknodat } from "../../../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../../../ffi/constants/fcntl.ts";
import { S_IFIFO } from "../../../../ffi/constants/stat.ts";
import { HostError } from "../../../../lib/base/errors.ts";
import { CredentialKeeper } from "../../../../lib/registry/credentials/keeper.ts";
import { namesIn } from "../../../support/cli.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const PAIR = { kind: "password", username: "me", password: "pw" } as const;

Deno.test("CredentialKeeper keeps credentials in a file of one's own", async () => {
  using directory = new TemporaryDirectory();
  const config = `${directory.path}/deep/.docker`;
  const keeper = new CredentialKeeper(config);
  assert.equal(await keeper.find("a.example"), undefined);
  assert.deepEqual(await keeper.keep("a.example", PAIR), {
    kind: "file",
    path: `${config}/config.json`,
  });
  assert.deepEqual(await keeper.find("a.example"), PAIR);
  const { mode } = await Deno.stat(`${config}/config.json`);
  assert.equal((mode ?? 0) & 0o777, 0o600);
  assert.deepEqual(await namesIn(config), [
    "config.json",
  ]);
  assert.ok(await keeper.forget("a.example"));
  assert.ok(!await keeper.forget("a.example"));
  assert.equal(await keeper.find("a.example"), undefined);
});

Deno.test("CredentialKeeper writes to what a link leads to", async () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  await Deno.writeTextFile(`${path}/real.json`, '{"x":1}');
  await Deno.symlink("real.json", `${path}/config.json`);
  await new CredentialKeeper(path).keep("a.example", PAIR);
  const link = await Deno.lstat(`${path}/config.json`);
  assert.ok(link.isSymlink);
  const text = await Deno.readTextFile(`${path}/real.json`);
  assert.deepEqual(JSON.parse(text), {
    x: 1,
    auths: { "a.example": { auth: btoa("me:pw") } },
  });
});

Deno.test("CredentialKeeper waits for nobody to write its file", async () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  const node = { major: 0, minor: 0 };
  mknodat(AT_FDCWD, `${path}/config.json`, S_IFIFO | 0o600, node);
  const keeper = new CredentialKeeper(path);
  const refusal = { name: "HostError", message: /no regular file$/ };
  await assert.rejects(keeper.find("a.example"), refusal);
  await assert.rejects(keeper.keep("a.example", PAIR), refusal);
});

Deno.test("CredentialKeeper needs a place to keep them", async () => {
  const keeper = new CredentialKeeper(undefined);
  assert.equal(await keeper.find("a.example"), undefined);
  assert.ok(!await keeper.forget("a.example"));
  await assert.rejects(keeper.keep("a.example", PAIR), HostError);
});

/** A helper that keeps what it is given in a file beside it. */
const HELPER = `#!/bin/sh
file=$(dirname "$0")/kept
case $1 in
  store) cat > "$file" ;;
  get)
    read -r server
    [ -e "$file" ] || { echo "credentials not found in native keychain"; exit 1; }
    [ "$server" = a.example ] || { echo "no such server: $server"; exit 1; }
    cat "$file" ;;
  erase) rm "$file" ;;
esac
`;

Deno.test("CredentialKeeper leaves credentials to a helper, if one is named", async () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  const program = `${path}/docker-credential-test`;
  await Deno.writeTextFile(program, HELPER, { mode: 0o755 });
  const config = '{"credHelpers":{"a.example":"test","b.example":"test"}}';
  await Deno.writeTextFile(`${path}/config.json`, config);
  const search = Deno.env.get("PATH") ?? "";
  Deno.env.set("PATH", `${path}:${search}`);
  try {
    const keeper = new CredentialKeeper(path);
    assert.equal(await keeper.find("a.example"), undefined);
    const token = { kind: "identity-token", token: "id" } as const;
    for (const credentials of [PAIR, token]) {
      assert.deepEqual(await keeper.keep("a.example", credentials), {
        kind: "helper",
        name: "test",
      });
      assert.deepEqual(await keeper.find("a.example"), credentials);
    }
    await assert.rejects(
      keeper.find("b.example"),
      /Cannot get credentials with docker-credential-test: no such server: b.example$/,
    );
    assert.ok(await keeper.forget("a.example"));
    assert.equal(await keeper.find("a.example"), undefined);
    assert.equal(await Deno.readTextFile(`${path}/config.json`), config);
  } finally {
    Deno.env.set("PATH", search);
  }
});

Deno.test("CredentialKeeper says that a helper is missing", async () => {
  using directory = new TemporaryDirectory();
  await Deno.writeTextFile(
    `${directory.path}/config.json`,
    '{"credsStore":"is-not-there"}',
  );
  await assert.rejects(
    new CredentialKeeper(directory.path).find("a.example"),
    /Cannot run docker-credential-is-not-there: there is no such program$/,
  );
});
