/**
 * What running containers know of each other's names, on a machine that is a
 * network namespace.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  IMAGE,
  type Outcome,
  type Place,
} from "../support/cli.ts";
import { placeTest } from "../support/cli.ts";
import { makeNetworkNamespace } from "../support/network_namespace.ts";

/** Runs `tsdocker WORDS…` on the machine. */
type Command = (...words: string[]) => Promise<Outcome>;

/** Registers a test with a network `blue`. */
function namesTest(
  name: string,
  body: (tsdocker: Command, place: Place) => Promise<void>,
): void {
  placeTest(name, async (place) => {
    using machine = makeNetworkNamespace();
    const path = `/proc/${Deno.pid}/fd/${machine.number}`;
    const wrapper = ["nsenter", `--net=${path}`];
    const tsdocker: Command = (...words) =>
      place.tsdockerWith({ wrapper }, words);
    const subnet = ["--subnet", "10.0.0.0/24"];
    await tsdocker("network", "create", ...subnet, "blue");
    await body(tsdocker, place);
    assertPrints(await tsdocker("network", "rm", "blue"), "blue\n");
  });
}

/** Starts a container that stays; gives its short id. */
async function start(
  tsdocker: Command,
  name: string,
  ...flags: readonly string[]
): Promise<string> {
  const { code, stdout, stderr } = await tsdocker(
    ...["run", "-d", "--init", "--network", "blue", "--name", name, ...flags],
    ...[IMAGE, "sleep", "1000"],
  );
  assert.equal(code, 0, stderr);
  return stdout.slice(0, 12);
}

/** What a container knows of the network. */
async function known(tsdocker: Command, name: string): Promise<string> {
  const { stdout } = await tsdocker(
    "exec",
    name,
    "grep",
    "^10.0",
    "/etc/hosts",
  );
  return stdout;
}

namesTest(
  "containers know who comes, is renamed and goes",
  async (tsdocker) => {
    const web = await start(tsdocker, "web", "--hostname", "www.example.com");
    const own = `10.0.0.2\twww.example.com www web ${web}\n`;
    assert.equal(await known(tsdocker, "web"), own);
    const edit = "echo 10.0.0.99 mine >> /etc/hosts";
    assertPrints(await tsdocker("exec", "web", "sh", "-c", edit), "");
    const db = await start(tsdocker, "db", "--network-alias", "sql");
    assert.equal(
      await known(tsdocker, "db"),
      `10.0.0.3\t${db} db sql\n10.0.0.2\tweb www.example.com ${web}\n`,
    );
    assertPrints(await tsdocker("rename", "db", "store"), "");
    assert.equal(
      await known(tsdocker, "web"),
      `${own}10.0.0.3\tstore sql ${db}\n10.0.0.99 mine\n`,
    );
    assertPrints(
      await tsdocker("exec", "web", "hostname", "-f"),
      "www.example.com\n",
    );
    assertPrints(await tsdocker("rm", "-f", "store"), "store\n");
    assert.equal(await known(tsdocker, "web"), `${own}10.0.0.99 mine\n`);
    assertPrints(await tsdocker("rm", "-f", "web"), "web\n");
  },
);

namesTest(
  "no container keeps others from knowing names",
  async (tsdocker, place) => {
    await start(tsdocker, "web");
    await start(tsdocker, "huge");
    const size = ["truncate", "-s", String(2 ** 40), "/etc/hosts"];
    assertPrints(await tsdocker("exec", "huge", ...size), "");
    await start(tsdocker, "busy");
    const copy = "cat /bin/busybox > /etc/hosts; chmod 755 /etc/hosts; " +
      "ln -s /etc/hosts /sleep";
    assertPrints(await tsdocker("exec", "busy", "sh", "-c", copy), "");
    assertPrints(await tsdocker("exec", "-d", "busy", "/sleep", "1000"), "");
    await start(tsdocker, "db");
    assert.match(await known(tsdocker, "web"), /^10\.0\.0\.5\tdb /m);
    const { stdout } = await tsdocker(
      "exec",
      "huge",
      "stat",
      "-c%s",
      "/etc/hosts",
    );
    assert.equal(Number(stdout), 2 ** 40);
    const names = ["web", "huge", "busy", "db"];
    const { code, stderr } = await tsdocker("rm", "-f", ...names);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" }, place.root);
  },
);

namesTest(
  "a file of the user's on /etc/hosts stays as it is",
  async (tsdocker, place) => {
    const mine = `${place.work}/hosts`;
    await Deno.writeTextFile(mine, "10.0.0.77 mine\n");
    await start(tsdocker, "web", "-v", `${mine}:/etc/hosts`);
    await start(tsdocker, "db");
    assert.equal(await known(tsdocker, "web"), "10.0.0.77 mine\n");
    assert.equal(await Deno.readTextFile(mine), "10.0.0.77 mine\n");
    await tsdocker("rm", "-f", "web", "db");
  },
);

namesTest("who shares a network shares its names", async (tsdocker) => {
  const web = await start(tsdocker, "web");
  const { code, stdout, stderr } = await tsdocker(
    ...["run", "--rm", "--network", "container:web", IMAGE],
    ...["sh", "-c", "echo 10.0.0.9 told >> /etc/hosts; cat /etc/hostname"],
  );
  assert.deepEqual({ code, stdout, stderr }, {
    code: 0,
    stdout: `${web}\n`,
    stderr: "",
  });
  assert.equal(
    await known(tsdocker, "web"),
    `10.0.0.2\t${web} web\n10.0.0.9 told\n`,
  );
  await tsdocker("rm", "-f", "web");
});
