/**
 * Images to and from registries, by the built program: Debian's registry and
 * skopeo where they are installed, and a registry of our own that misbehaves.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, IMAGE, type Place, placeTest } from "../support/cli.ts";
import { AUTHORITY, DockerRegistry } from "../support/docker_registry.ts";
import { isInstalled } from "../support/images.ts";
import { TestRegistry } from "../support/registry.ts";
import { addRegistryImage, largeLayer } from "../support/registry_image.ts";
import { archive, file } from "../support/tar_builder.ts";

const LAYERS = [archive(file("a", "one")), largeLayer("large", 1)];

/** Runs `skopeo`; gives what it prints. */
async function skopeo(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("skopeo", { args })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const EXCHANGE =
  "what is pushed, others pull, and the reverse: the digests are equal";

if (await isInstalled("docker-registry") && await isInstalled("skopeo")) {
  placeTest(
    EXCHANGE,
    async (place) => {
      await using registry = await DockerRegistry.start(
        place.directory,
        "guarded",
      );
      const env = await trusting(place, registry.host);
      const box = `${registry.host}/team/box`;
      const tsdocker = (
        ...words: string[]
      ): ReturnType<Place["tsdockerWith"]> =>
        place.tsdockerWith({ env }, words);
      assert.equal((await tsdocker("import", IMAGE, `${box}:1`)).code, 0);

      const anonymous = await tsdocker("push", `${box}:1`);
      assert.equal(anonymous.code, 1);
      assert.match(
        anonymous.stderr,
        /push access denied .* 401 unauthorized$/m,
      );
      const login = ["login", "-u", "me", "--password-stdin", registry.host];
      const wrong = await place.tsdockerWith({ env, stdin: "wrong\n" }, login);
      assert.deepEqual({ code: wrong.code, stdout: wrong.stdout }, {
        code: 1,
        stdout: "",
      });
      const right = await place.tsdockerWith({ env, stdin: "secret\n" }, login);
      assert.equal(right.stdout, "Login Succeeded\n");

      const pushed = await tsdocker("push", `${box}:1`);
      const digest = /^1: digest: (\S+) size: \d+\n$/.exec(pushed.stdout)?.[1];
      assert.ok(digest, pushed.stderr);
      const remote = ["--creds", "me:secret", "--cert-dir", place.work];
      await Deno.copyFile(AUTHORITY, `${place.work}/ca.crt`);
      const seen = JSON.parse(
        await skopeo("inspect", ...remote, `docker://${box}:1`),
      ) as { Digest: string };
      assert.equal(seen.Digest, digest);

      // All of it goes through another program and another format.
      const layout = `oci:${place.work}/layout:1`;
      await skopeo("copy", ...from(remote), `docker://${box}:1`, layout);
      await skopeo("copy", ...to(remote), layout, `docker://${box}:2`);
      await tsdocker("image", "rm", "-f", `${box}:1`);
      await tsdocker("image", "prune", "-a", "-f");
      assertPrints(await tsdocker("pull", "-q", `${box}:2`), `${box}:2\n`);
      assertPrints(
        await tsdocker("pull", "-q", `${box}@${digest}`),
        `${box}@${digest}\n`,
      );
      const ran = await tsdocker("run", "--rm", `${box}:2`, "echo", "hello");
      assertPrints(ran, "hello\n");

      assert.match(
        (await tsdocker("logout", registry.host)).stdout,
        /^Removing/,
      );
      const denied = await tsdocker("pull", `${box}:2`);
      assert.match(denied.stderr, /pull access denied for .*'tsdocker login'/);
    },
  );
} else {
  Deno.test({
    name: `${EXCHANGE} (skipped: needs docker-registry and skopeo)`,
    ignore: true,
    fn: () => {},
  });
}

/** The environment of a command that trusts the registry's authority. */
async function trusting(
  place: Place,
  host: string,
): Promise<Record<string, string>> {
  const path = `${place.directory}/registries.json`;
  const registries = { [host]: { ca: AUTHORITY } };
  await Deno.writeTextFile(path, JSON.stringify({ registries }));
  return { TSDOCKER_REGISTRIES: path };
}

function from(flags: readonly string[]): string[] {
  return flags.map((flag) => flag.replace(/^--/, "--src-"));
}

function to(flags: readonly string[]): string[] {
  return flags.map((flag) => flag.replace(/^--/, "--dest-"));
}

placeTest("run pulls what is missing, as docker says it", async (place) => {
  await using registry = new TestRegistry();
  await addRegistryImage(registry, "team/app:1", { layers: LAYERS });
  const name = `${registry.host}/team/app:1`;
  const never = await place.run("--rm", "--pull", "never", name, "x");
  assert.equal(never.code, 125);
  assert.deepEqual(registry.seen, []);
  // There is no program in it; that is found out after the pull.
  const outcome = await place.run("--rm", name, "/x");
  assert.equal(outcome.code, 127);
  assert.equal(outcome.stdout, "");
  const lines = outcome.stderr.split("\n");
  assert.equal(lines[0], `Unable to find image '${name}' locally`);
  assert.equal(lines[1], "1: Pulling from team/app");
  assert.equal(
    lines.filter((line) => /^[0-9a-f]{12}: Pull complete$/.test(line)).length,
    2,
  );
  assert.match(outcome.stderr, /^Digest: sha256:[0-9a-f]{64}$/m);
  assert.match(
    outcome.stderr,
    new RegExp(`^Status: Downloaded newer image for ${name}$`, "m"),
  );
  const asked = registry.seen.length;
  const again = await place.run("--rm", name, "/x");
  assert.doesNotMatch(again.stderr, /Pulling|Unable/);
  assert.equal(registry.seen.length, asked);
  for (const policy of ["always", "newer"]) {
    await place.run("--rm", "-q", "--pull", policy, name, "/x");
  }
  assert.ok(registry.seen.length > asked);
});

placeTest("an image for another machine is warned of once", async (place) => {
  await using registry = new TestRegistry();
  const wishes = { layers: LAYERS, architecture: "s390x" };
  await addRegistryImage(registry, "app:1", wishes);
  const name = `${registry.host}/app:1`;
  const warning = /platform \(linux\/s390x\) does not match/g;
  for (const words of [["run", "--rm", name, "/x"], ["pull", name]]) {
    const { stderr } = await place.tsdocker(...words);
    assert.equal(stderr.match(warning)?.length, 1, stderr);
  }
  const chosen = await place.tsdocker("pull", "--platform", "s390x", name);
  assert.doesNotMatch(chosen.stderr, warning);
});

placeTest(
  "run --pull newer does without a registry that is gone",
  async (place) => {
    const name = await (async (): Promise<string> => {
      await using registry = new TestRegistry();
      await addRegistryImage(registry, "app:1", { layers: LAYERS });
      const name = `${registry.host}/app:1`;
      await place.tsdocker("pull", "-q", name);
      return name;
    })();
    const newer = await place.run("--rm", "--pull", "newer", name, "/x");
    assert.equal(newer.code, 127);
    assert.match(
      newer.stderr,
      /warning: The image may be outdated: Cannot reach/,
    );
    const always = await place.run("--rm", "--pull", "always", name, "/x");
    assert.equal(always.code, 125);
    assert.match(always.stderr, /Cannot reach "127\.0\.0\.1:\d+": /);
    assert.match(always.stderr, /^try: tsdocker images, which lists/m);
  },
);

placeTest(
  "a pull that fails says no secret, not even with --debug",
  async (place) => {
    await using registry = new TestRegistry({
      auth: { scheme: "bearer", pair: "me:hunter2" },
      fault: ({ path }) =>
        path.includes("/blobs/")
          ? new Response(null, {
            status: 307,
            headers: { location: "https://127.0.0.1:9/x?signature=hunter2" },
          })
          : undefined,
    });
    await addRegistryImage(registry, "app:1", { layers: LAYERS });
    await Deno.mkdir(`${place.work}/.docker`);
    const auths = { [registry.host]: { auth: btoa("me:hunter2") } };
    await Deno.writeTextFile(
      `${place.work}/.docker/config.json`,
      JSON.stringify({ auths }),
    );
    const outcome = await place.tsdocker(
      "--debug",
      "pull",
      `${registry.host}/app:1`,
    );
    assert.equal(outcome.code, 1);
    assert.match(outcome.stderr, /Cannot reach "/);
    for (const secret of ["hunter2", btoa("me:hunter2"), "a-token"]) {
      assert.ok(!outcome.stderr.includes(secret), outcome.stderr);
    }
  },
);
