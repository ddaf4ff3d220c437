/**
 * `-v …:U`.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  changeOwners,
  giveToUser,
} from "../../../../lib/engine/volumes/give_to_user.ts";
import { engineTest } from "../../../support/engine.ts";
import { SmallDisk } from "../../../support/small_disk.ts";

function ownersOf(path: string): (number | null)[] {
  const { uid, gid } = Deno.lstatSync(path);
  return [uid, gid];
}

engineTest(
  "changeOwners() changes all there is, and nothing that links lead to",
  (roots) => {
    const top = `${roots.directory}/top`;
    Deno.mkdirSync(`${top}/a/b`, { recursive: true });
    Deno.writeTextFileSync(`${top}/a/b/f`, "");
    Deno.writeTextFileSync(`${roots.directory}/outside`, "");
    Deno.symlinkSync("../outside", `${top}/link`);
    Deno.symlinkSync(roots.directory, `${top}/directory`);
    Deno.chmodSync(`${top}/a/b/f`, 0o4755);
    Deno.mkdirSync(`${top}/mounted`);
    {
      using _disk = new SmallDisk(`${top}/mounted`, 100_000);
      changeOwners(top, { uid: 33, gid: 44 });
      assert.deepEqual(
        ownersOf(`${top}/mounted`),
        [0, 0],
        "another file system",
      );
    }
    for (const path of ["", "/a", "/a/b", "/a/b/f", "/link", "/directory"]) {
      assert.deepEqual(ownersOf(`${top}${path}`), [33, 44], path);
    }
    assert.deepEqual(ownersOf(`${roots.directory}/outside`), [0, 0]);
    assert.deepEqual(ownersOf(roots.directory), [0, 0]);
    changeOwners(`${roots.directory}/outside`, { uid: 1, gid: 2 });
    assert.deepEqual(ownersOf(`${roots.directory}/outside`), [1, 2]);
  },
);

engineTest("giveToUser() gives to the user as the host knows it", (roots) => {
  const source = `${roots.directory}/top`;
  Deno.mkdirSync(source);
  const layer = `${roots.directory}/layer`;
  Deno.mkdirSync(`${layer}/etc`, { recursive: true });
  Deno.writeTextFileSync(`${layer}/etc/passwd`, "web:x:33:44::/:/bin/sh\n");
  const volume = {
    source,
    destination: "/d",
    access: "rw",
    create: "never",
  } as const;
  using container = roots.create({ layers: [layer], user: "web" });
  giveToUser(container, volume);
  assert.deepEqual(ownersOf(source), [33, 44]);
  const ids = [{ containerID: 0, hostID: 300_000, size: 65_536 }];
  using mapped = roots.create({
    layers: [layer],
    user: "web",
    userns: { kind: "mapped", uid: ids, gid: ids },
  });
  giveToUser(mapped, volume);
  assert.deepEqual(ownersOf(source), [300_033, 300_044]);
  for (const top of ["/", "/etc"]) {
    assert.throws(() => giveToUser(container, { ...volume, source: top }), {
      name: "UsageError",
      message:
        `Cannot give "${top}" to the container's user: it is a directory of the host itself`,
    });
  }
  container.remove();
  mapped.remove();
});
