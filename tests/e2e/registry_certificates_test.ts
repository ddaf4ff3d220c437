/**
 * Registries that ask who we are: certificates in the directories of docker
 * and of our own, by the built program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, IMAGE, type Place, placeTest } from "../support/cli.ts";
import {
  AUTHORITY,
  CLIENT,
  DockerRegistry,
} from "../support/docker_registry.ts";
import { isInstalled } from "../support/images.ts";

/** Puts files over those of the host's /etc, for one program and its children. */
const COVER = 'mount -t overlay -o "lowerdir=$0:/etc" none /etc && exec "$@"';

/** Runs the program where /etc has more. */
function covered(etc: string): readonly string[] {
  const unshare = ["unshare", "--mount", "--propagation", "private"];
  return [...unshare, "sh", "-c", COVER, etc];
}

/** Makes an /etc with files about a registry; gives the words to run in it. */
async function makeEtc(
  { directory }: Place,
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const etc = `${directory}/etc-${crypto.randomUUID()}`;
  await Deno.mkdir(`${etc}/${name}`, { recursive: true });
  for (const [file, source] of Object.entries(files)) {
    await Deno.copyFile(source, `${etc}/${name}/${file}`);
  }
  return covered(etc);
}

if (await isInstalled("docker-registry")) {
  placeTest(
    "a registry that asks for a certificate gets it from certs.d",
    async (place) => {
      await using registry = await DockerRegistry.start(
        place.directory,
        "mutual",
      );
      const { host } = registry;
      const own = { "client.cert": CLIENT.cert, "client.key": CLIENT.key };
      const name = `${host}/team/box:1`;
      assert.equal((await place.tsdocker("import", IMAGE, name)).code, 0);

      const docker = `docker/certs.d/${host}`;
      const nobody = await makeEtc(place, docker, { "ca.crt": AUTHORITY });
      const refused = await place.tsdockerWith(
        { wrapper: nobody },
        ["push", name],
      );
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /Cannot reach "localhost:\d+": /);
      assert.match(refused.stderr, /^try: client\.cert and client\.key in/m);

      const all = { ...own, "ca.crt": AUTHORITY };
      const both = await makeEtc(place, docker, all);
      const pushed = await place.tsdockerWith({ wrapper: both }, [
        "push",
        "-q",
        name,
      ]);
      assertPrints(pushed, `${name}\n`);
      const login = ["login", "-u", "me", "--password-stdin", host];
      const logged = await place.tsdockerWith(
        { wrapper: both, stdin: "any\n" },
        login,
      );
      assert.equal(logged.stdout, "Login Succeeded\n");

      // Ours; and, of this machine's own registries, anybody is believed.
      for (const files of [all, own]) {
        await place.tsdocker("rmi", "-f", name);
        const directory = `tsdocker/certs.d/${host}`;
        const wrapper = await makeEtc(place, directory, files);
        const pulled = await place.tsdockerWith(
          { wrapper },
          ["pull", "-q", name],
        );
        assertPrints(pulled, `${name}\n`);
      }
    },
  );
} else {
  Deno.test.ignore("certs.d: there is no docker-registry", () => {});
}
