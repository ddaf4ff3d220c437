/**
 * Containers that lie in wait for `exec`: with programs that lead to the host's
 * executable, a /proc of their own making, and directories that lead out.
 *
 * @module
 */
import assert from "node:assert/strict";
import { IMAGE, type Outcome, type Place, placeTest } from "../support/cli.ts";
import { unpackImage } from "../support/images.ts";

/** What a container does that has nothing to prepare. */
const WAIT = ["sh", "-c", "echo ready; sleep 600"];

/** Runs a container named `trap` until it is ready, and something in it. */
async function exec(
  place: Place,
  container: readonly string[],
  words: readonly string[],
): Promise<Outcome> {
  const running = place.start(["run", "--name", "trap", ...container]);
  assert.equal(await running.stdout.line(), "ready");
  const outcome = await place.tsdocker("exec", ...words);
  assert.equal((await place.tsdocker("rm", "-f", "trap")).code, 0);
  await running.status();
  return outcome;
}

for (const trick of ["direct", "script"]) {
  placeTest(`exec leads to no /proc/self/exe (${trick})`, async (place) => {
    const image = await unpackImage(`${place.directory}/image`, {
      "bin/script": "#!/proc/self/exe\n",
    });
    await Deno.symlink("/proc/self/exe", `${image}/bin/direct`);
    assert.deepEqual(
      await exec(place, [image, ...WAIT], ["trap", trick]),
      {
        code: 126,
        stdout: "",
        stderr: "tsdocker: the program leads to /proc/self/exe, " +
          "which is no part of the image\n",
      },
    );
  });
}

/** What a container of this kind would have the host's executable run by. */
const PROC = `
mount -t tmpfs none /proc
mkdir -p /proc/self/fd
printf '#!/bin/echo\\n' > /proc/self/fd/4
chmod +x /proc/self/fd/4
echo ready
sleep 600
`;

placeTest(
  "exec runs no file that a container has put into /proc",
  async (place) => {
    const profile = `${place.work}/no_execveat.json`;
    await Deno.writeTextFile(
      profile,
      JSON.stringify({
        defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{ names: ["execveat"], action: "SCMP_ACT_ERRNO" }],
      }),
    );
    const { code, stdout, stderr } = await exec(place, [
      ...["--userns", "auto", "--cap-add", "SYS_ADMIN"],
      ...["--security-opt", `seccomp=${profile}`, IMAGE, "sh", "-c", PROC],
    ], ["trap", "true"]);
    assert.deepEqual([code, stdout], [125, ""]);
    assert.match(stderr, /^tsdocker: Cannot execute a file in memory/);
  },
);

for (const directory of ["/proc/self/fd/9", "/proc/1/root", "/link"]) {
  placeTest(`exec -w ${directory} does not lead out`, async (place) => {
    const image = await unpackImage(`${place.directory}/image`);
    await Deno.symlink("/proc/self/cwd", `${image}/link`);
    const { code, stdout, stderr } = await exec(
      place,
      ["--pid", "host", image, ...WAIT],
      ["-w", directory, "trap", "ls"],
    );
    assert.deepEqual([code, stdout], [126, ""]);
    assert.match(stderr, /directory "[^"]*": (ENOENT|ELOOP|EACCES)/);
  });
}
