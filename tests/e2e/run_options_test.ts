/**
 * The flags of `run`, one by one.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  namesIn,
  shell,
} from "../support/cli.ts";
import { unpackImage } from "../support/images.ts";

forEachLauncher("run starts with docker's environment", async (place) => {
  const { stdout } = await place.run("--rm", "-h", "box", IMAGE, "env");
  assert.deepEqual(stdout.trim().split("\n").sort(), [
    "HOME=/root",
    "HOSTNAME=box",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  ]);
});

forEachLauncher(
  "run -e sets, copies and leaves variables out",
  async (place) => {
    const flags = ["-e", "A=1", "-e", "B=x y=z", "-e", "MINE", "-e", "ABSENT"];
    const words = ["run", "--rm", ...flags, "--env", "A=2", "-e", "EMPTY="];
    const env = { MINE: "from the caller", UNASKED: "stays out" };
    const { stdout } = await place.tsdockerWith({ env }, [
      ...words,
      IMAGE,
      "env",
    ]);
    const lines = stdout.trim().split("\n").filter((line) =>
      !/^(HOME|HOSTNAME|PATH)=/.test(line)
    );
    assert.deepEqual(lines.sort(), [
      "A=2",
      "B=x y=z",
      "EMPTY=",
      "MINE=from the caller",
    ]);
  },
);

forEachLauncher("run --env-file reads a file, -e wins", async (place) => {
  await Deno.writeTextFile(
    `${place.work}/env`,
    "# a comment\n\nA=file\nB= with spaces \nCALLER\n",
  );
  const words = ["--env-file", "env", "-e", "A=flag"];
  const outcome = await place.tsdockerWith({ env: { CALLER: "c" } }, [
    ...["run", "--rm", ...words, ...shell('echo "$A|$B|$CALLER"')],
  ]);
  assertPrints(outcome, "flag| with spaces |c\n");
});

forEachLauncher(
  "run -w goes to a directory, made if missing",
  async (place) => {
    assertPrints(await place.run("--rm", IMAGE, "pwd"), "/\n");
    assertPrints(await place.run("--rm", "-w", "/tmp", IMAGE, "pwd"), "/tmp\n");
    assertPrints(
      await place.run(
        "--rm",
        "-w",
        "/new/dir",
        ...shell("pwd; stat -c %u:%a ."),
      ),
      "/new/dir\n0:755\n",
    );
  },
);

forEachLauncher("run -u takes names, numbers and groups", async (place) => {
  const image = await unpackImage(`${place.directory}/image`, {
    "etc/group":
      "root:x:0:\nweb:x:33:\nlogs:x:4:www-data\nmore:x:77:www-data\n",
  });
  const ids = async (user: string): Promise<string> => {
    const script = "echo $(id -u) $(id -g) $(id -G) $HOME";
    const outcome = await place.run(
      ...["--rm", "-u", user, image, "sh", "-c", script],
    );
    assert.equal(outcome.stderr, "");
    return outcome.stdout.trim();
  };
  assert.equal(await ids("root"), "0 0 0 /root");
  assert.equal(await ids("www-data"), "33 33 33 4 77 /var/www");
  assert.equal(await ids("33"), "33 33 33 4 77 /var/www");
  assert.equal(await ids("www-data:logs"), "33 4 4 /var/www");
  assert.equal(await ids("1234"), "1234 0 0 /");
  assert.equal(await ids("1234:5678"), "1234 5678 5678 /");
});

forEachLauncher(
  "a user's own group is a supplementary one, too",
  async (place) => {
    // As docker has it: id(1) tells it either way, the kernel does not.
    const groups = async (...words: string[]): Promise<string> => {
      const line = ["sh", "-c", "grep Groups: /proc/self/status"];
      const outcome = await place.run("--rm", ...words, IMAGE, ...line);
      return outcome.stdout.trim().split(/\s+/).slice(1).join(" ");
    };
    assert.equal(await groups(), "0");
    assert.equal(await groups("-u", "1234:5678"), "5678");
    assert.equal(await groups("-u", "1234", "--group-add", "7"), "0 7");
  },
);

forEachLauncher(
  "run -u refuses an unknown user, leaving nothing",
  async (place) => {
    const outcome = await place.run("-u", "nobodyknows", IMAGE, "true");
    assert.equal(outcome.code, 125);
    assert.equal(outcome.stdout, "");
    assert.match(
      outcome.stderr,
      /^tsdocker: unable to find user nobodyknows: no matching entries in passwd file\n/,
    );
  },
);

forEachLauncher("run -h names the host, in its files too", async (place) => {
  assertPrints(
    await place.run(
      ...["--rm", "--hostname", "box.example"],
      ...shell("hostname; cat /etc/hostname; head -n 1 /etc/hosts"),
    ),
    "box.example\nbox.example\n127.0.0.1\tlocalhost\n",
  );
});

forEachLauncher("run --entrypoint comes before the command", async (place) => {
  assertPrints(
    await place.run("--rm", "--entrypoint", "echo", IMAGE, "a", "b"),
    "a b\n",
  );
  assertPrints(await place.run("--rm", "--entrypoint", "pwd", IMAGE), "/\n");
  assertPrints(
    await place.run("--rm", "--entrypoint", "", IMAGE, "echo", "x"),
    "x\n",
  );
});

forEachLauncher("run -v shows files and directories", async (place) => {
  await Deno.mkdir(`${place.work}/d/sub`, { recursive: true });
  await Deno.writeTextFile(`${place.work}/d/sub/f`, "deep\n");
  await Deno.writeTextFile(`${place.work}/file`, "single\n");
  assertPrints(
    await place.run(
      ...["--rm", "-v", `${place.work}/d:/a/b/c`, "-v", "./file:/etc/motd"],
      ...["--volume", "./d:/ro:ro"],
      ...shell("cat /a/b/c/sub/f /etc/motd /ro/sub/f; echo new >/etc/motd"),
    ),
    "deep\nsingle\ndeep\n",
  );
  assert.equal(await Deno.readTextFile(`${place.work}/file`), "new\n");
});

forEachLauncher("run -v :ro holds for mounts below as well", async (place) => {
  // In a mount namespace of its own, or the mount would be the host's.
  await Deno.mkdir(`${place.work}/d/sub`, { recursive: true });
  const outcome = await place.tsdockerWith({
    wrapper: [
      ...["unshare", "--mount", "sh", "-c"],
      'mount -t tmpfs tmpfs d/sub && exec "$0" "$@"',
    ],
  }, ["run", "--rm", "-v", "./d:/d:ro", IMAGE, "touch", "/d/x", "/d/sub/x"]);
  assert.deepEqual(outcome, {
    code: 1,
    stdout: "",
    stderr: "touch: /d/x: Read-only file system\n" +
      "touch: /d/sub/x: Read-only file system\n",
  });
});

forEachLauncher(
  "run -v refuses a missing source, unless asked to create it",
  async (place) => {
    const outcome = await place.run("-v", "./missing:/d", IMAGE, "true");
    assert.equal(outcome.code, 125);
    assert.match(outcome.stderr, /^tsdocker: .*missing/);
    await assert.rejects(Deno.stat(`${place.work}/missing`));
    assertPrints(
      await place.run(
        "--rm",
        "-v",
        "./missing:/d:create",
        IMAGE,
        "touch",
        "/d/f",
      ),
      "",
    );
    assert.ok((await Deno.stat(`${place.work}/missing/f`)).isFile);
  },
);

forEachLauncher(
  "run -v makes its destination inside the root",
  async (place) => {
    const outside = `${place.directory}/outside`;
    await Deno.mkdir(outside);
    await Deno.mkdir(`${place.work}/d`);
    const image = await unpackImage(`${place.directory}/image`);
    await Deno.mkdir(`${image}/${place.directory}/inside`, { recursive: true });
    await Deno.symlink(`${place.directory}/inside`, `${image}/absolute`);
    await Deno.symlink("../../../../../..", `${image}/up`);
    await Deno.symlink(outside, `${image}/dangling`);
    assertPrints(
      await place.run(
        ...["--rm", "-v", "./d:/absolute/x", "-v", "./d:/up/y", image],
        ...["ls", "-d", "/y", `${place.directory}/inside/x`],
      ),
      `${place.directory}/inside/x\n/y\n`,
    );
    // What the link leads to is made inside, where the container sees it.
    assertPrints(
      await place.run(
        ...["--rm", "-v", "./d:/dangling/x", image],
        ...["ls", "-d", `${outside}/x`],
      ),
      `${outside}/x\n`,
    );
    assert.deepEqual(await namesIn(outside), []);
    assert.deepEqual(await namesIn(place.directory), [
      "image",
      "outside",
      "root",
      "run",
      "work",
    ]);
  },
);

forEachLauncher("run --tmpfs takes options", async (place) => {
  const { stdout } = await place.run(
    ...["--rm", "--tmpfs", "/t:size=64k,mode=700", "--tmpfs", "/u"],
    ...shell("grep -E ' /(t|u) ' /proc/mounts; stat -c %a /t"),
  );
  assert.match(
    stdout,
    /^tmpfs \/t tmpfs rw,nosuid,nodev,noexec,\S*size=64k,mode=700\S* 0 0\ntmpfs \/u tmpfs rw,nosuid,nodev,noexec,\S* 0 0\n700\n$/,
  );
});

forEachLauncher(
  "run --read-only leaves /dev and tmpfs writable",
  async (place) => {
    assert.deepEqual(
      await place.run(
        ...["--rm", "--read-only", "--tmpfs", "/tmp"],
        ...shell("echo >/dev/null; echo >/tmp/x; echo >/dev/shm/x; echo >/x"),
      ),
      {
        code: 1,
        stdout: "",
        stderr: "sh: can't create /x: Read-only file system\n",
      },
    );
  },
);

forEachLauncher("run --network host has the host's links", async (place) => {
  const ours = await namesIn("/sys/class/net");
  const { stdout } = await place.run(
    ...["--rm", "--network", "host", IMAGE, "ls", "/sys/class/net"],
  );
  assert.deepEqual(stdout.trim().split("\n").sort(), ours);
});

forEachLauncher("run -net and -name are taken with a hint", async (place) => {
  const outcome = await place.run(
    ...["-net", "none", "-name", "old", ...shell("ls /sys/class/net")],
  );
  assert.deepEqual(outcome, {
    code: 0,
    stdout: "lo\n",
    stderr: "tsdocker: -net is accepted; the usual spelling is --network\n" +
      "tsdocker: -name is accepted; the usual spelling is --name\n",
  });
  assertPrints(await place.tsdocker("rm", "old"), "old\n");
});

forEachLauncher("run --pull missing changes nothing", async (place) => {
  for (const policy of ["missing", "never"]) {
    assertPrints(await place.run("--rm", "--pull", policy, IMAGE, "true"), "");
  }
});

forEachLauncher("run --cidfile holds the id", async (place) => {
  const path = `${place.work}/cid`;
  assertPrints(
    await place.run("--name", "c", "--cidfile", "cid", IMAGE, "hostname"),
    `${(await place.containers())[0]?.slice(0, 12)}\n`,
  );
  const id = await Deno.readTextFile(path);
  assert.deepEqual(await place.containers(), [id]);
  const again = await place.run("--rm", "--cidfile", "cid", IMAGE, "true");
  assert.equal(again.code, 125);
  assert.match(again.stderr, /^tsdocker: Container ID file found/);
  assert.equal(await Deno.readTextFile(path), id);
  assertPrints(
    await place.tsdocker("rm", id.slice(0, 12)),
    `${id.slice(0, 12)}\n`,
  );
});

forEachLauncher("run --cidfile goes when the start fails", async (place) => {
  const outcome = await place.run("--cidfile", "cid", IMAGE, "nosuch");
  assert.equal(outcome.code, 127);
  await assert.rejects(Deno.stat(`${place.work}/cid`), Deno.errors.NotFound);
});

forEachLauncher("run --init is process 1 and reaps", async (place) => {
  const script = "echo $$; tr '\\0' ' ' </proc/1/cmdline | head -c 22; echo; " +
    // The orphan's parent ends at once; whoever is process 1 inherits it.
    "sh -c 'sh -c \"exit 0\" & echo $! >/tmp/orphan'; " +
    "while [ -e /proc/$(cat /tmp/orphan) ]; do :; done; echo reaped";
  const { stdout, code } = await place.run("--rm", "--init", ...shell(script));
  assert.match(stdout, /^(?!1\n)\d+\n\/sbin\/docker-init -- s\nreaped\n$/);
  assert.equal(code, 0);
});

forEachLauncher(
  "run --init passes signals and the status on",
  async (place) => {
    const script =
      "trap 'echo caught; exit 9' TERM; echo ready; while :; do sleep 0.05; done";
    const running = place.start(["run", "--rm", "--init", ...shell(script)]);
    assert.equal(await running.stdout.line(), "ready");
    running.kill("SIGTERM");
    assert.equal(await running.stdout.rest(), "caught\n");
    assert.equal(await running.status(), 9);
  },
);

forEachLauncher("run --init ends what has no handler", async (place) => {
  const running = place.start([
    "run",
    "--rm",
    "--init",
    ...shell("echo ready; exec sleep 1000"),
  ]);
  assert.equal(await running.stdout.line(), "ready");
  running.kill("SIGTERM");
  assert.equal(await running.status(), 143);
});

forEachLauncher(
  "run starts images whose files in /etc are links to nothing",
  async (place) => {
    const image = await unpackImage(`${place.directory}/image`);
    const target = "../run/systemd/resolve/stub-resolv.conf";
    await Deno.symlink(target, `${image}/etc/resolv.conf`);
    const host = await Deno.readTextFile("/etc/resolv.conf");
    assertPrints(
      await place.run("--rm", image, "cat", "/etc/resolv.conf"),
      host,
    );
  },
);
