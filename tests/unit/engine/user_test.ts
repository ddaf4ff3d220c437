/**
 * @module
 */
import assert from "node:assert/strict";
import { resolveUser, type UserDatabase } from "../../../lib/engine/user.ts";

const DATABASE: UserDatabase = {
  passwd: [
    "root:x:0:0:root:/root:/bin/sh",
    "web:x:33:33:web:/srv/www:/bin/false",
    "sam:x:1000:100:Sam,,,:/home/sam:/bin/sh",
    "42:x:7:8::/home/42:/bin/sh",
    "",
  ].join("\n"),
  group: [
    "root:x:0:",
    "web:x:33:sam",
    "users:x:100:sam",
    "logs:x:4:web,sam",
    "wheel:x:10:root",
    "99:x:9:",
    "",
  ].join("\n"),
};

const EMPTY: UserDatabase = { passwd: undefined, group: undefined };

/** Ids of a user; after a slash, supplementary groups but for the own one. */
function ids(text: string, database = DATABASE): string {
  const { uid, gid, additionalGids } = resolveUser(text, database).user;
  const [own, ...others] = additionalGids;
  assert.equal(own, gid);
  return `${uid}:${gid}/${others.join(",")}`;
}

Deno.test("resolveUser() takes no text for root", () => {
  assert.deepEqual(resolveUser("", DATABASE), {
    user: { uid: 0, gid: 0, additionalGids: [0, 10] },
    home: "/root",
  });
  assert.equal(ids(":"), "0:0/10");
});

Deno.test("resolveUser() finds names with their group, groups and home", () => {
  assert.equal(ids("root"), "0:0/10");
  assert.equal(ids("web"), "33:33/4");
  assert.equal(ids("sam"), "1000:100/33,4");
  assert.equal(resolveUser("sam", DATABASE).home, "/home/sam");
});

Deno.test("resolveUser() knows a numeric user the image has", () => {
  assert.equal(ids("33"), "33:33/4");
  assert.equal(ids("0033"), "33:33/4");
  assert.equal(resolveUser("1000", DATABASE).home, "/home/sam");
});

Deno.test("resolveUser() takes a numeric user the image does not have", () => {
  assert.deepEqual(resolveUser("12345", DATABASE), {
    user: { uid: 12345, gid: 0, additionalGids: [0] },
    home: "/",
  });
});

Deno.test("resolveUser() prefers a name of digits to the number", () => {
  assert.equal(ids("42"), "7:8/");
  assert.equal(ids("0:99"), "0:9/");
});

Deno.test("resolveUser() takes the given group and then no others", () => {
  assert.equal(ids("sam:web"), "1000:33/");
  assert.equal(ids("sam:4"), "1000:4/");
  assert.equal(ids("sam:54321"), "1000:54321/");
  assert.equal(ids("12345:users"), "12345:100/");
  assert.equal(ids(":logs"), "0:4/");
  assert.equal(ids("sam:"), "1000:100/33,4");
});

Deno.test("resolveUser() gives each supplementary group once, the own one first", () => {
  const group = "a:x:100:sam\nb:x:5:sam,sam\nc:x:5:sam\nd:x:6:sam\n";
  assert.equal(ids("sam", { ...DATABASE, group }), "1000:100/5,6");
});

Deno.test("resolveUser() does not take a part of a name for the name", () => {
  const group = "a:x:5:samuel,xsam\nb:x:6: sam\n";
  assert.equal(ids("sam", { ...DATABASE, group }), "1000:100/");
});

Deno.test("resolveUser() works without the image's files", () => {
  assert.deepEqual(resolveUser("", EMPTY), {
    user: { uid: 0, gid: 0, additionalGids: [0] },
    home: "/",
  });
  assert.equal(ids("5:6", EMPTY), "5:6/");
  assert.equal(ids("5", { passwd: "", group: "" }), "5:0/");
});

Deno.test("resolveUser() gives a user without a home the root directory", () => {
  const passwd = "a:x:1:1:::/bin/sh\nb:x:2:2\nc:x:3:3::/c\n";
  const homes = ["a", "b", "c"].map((name) =>
    resolveUser(name, { passwd, group: undefined }).home
  );
  assert.deepEqual(homes, ["/", "/", "/c"]);
});

Deno.test("resolveUser() skips comments, empty and malformed lines", () => {
  const passwd = [
    "# web:x:1:1::/wrong:",
    "",
    "   ",
    "web",
    "web:x",
    "web:x::1::/wrong:",
    "web:x:one:1::/wrong:",
    "web:x:-1:1::/wrong:",
    "web:x:1.5:1::/wrong:",
    "web:x:1:::/wrong:",
    ":x:33:1::/wrong:",
    "+::::::",
    "  web:x:33:33::/srv:  \r",
    "web:x:34:34::/later:",
  ].join("\n");
  const group = "#g:x:1:web\ng\ng:x\ng:x:y:web\ng:x::web\n:x:7:web\ng:x:8:web";
  const found = resolveUser("web:g", { passwd, group });
  assert.deepEqual(found, {
    user: { uid: 33, gid: 8, additionalGids: [8] },
    home: "/srv",
  });
  assert.equal(ids("web", { passwd, group }), "33:33/8");
});

Deno.test("resolveUser() skips entries whose ids no process can have", () => {
  const passwd = [
    "web:x:4294967295:1::/wrong:",
    "web:x:1:4294967295::/wrong:",
    "web:x:99999999999999999999:1::/wrong:",
    "web:x:33:33::/srv:",
  ].join("\n");
  const group = "g:x:4294967295:web\ng:x:4294967296:web\ng:x:8:web\n";
  assert.equal(ids("web", { passwd, group }), "33:33/8");
  assert.equal(ids("web:g", { passwd, group }), "33:8/");
});

Deno.test("resolveUser() refuses unknown names in docker's words", () => {
  assert.throws(() => resolveUser("nobody", DATABASE), {
    name: "UsageError",
    message: "unable to find user nobody: no matching entries in passwd file",
    advice: "a name from the image's /etc/passwd, or a number",
  });
  assert.throws(() => resolveUser("web:nogroup", DATABASE), {
    name: "UsageError",
    message: "unable to find group nogroup: no matching entries in group file",
    advice: "a name from the image's /etc/group, or a number",
  });
  for (const text of ["web", "-1", "+5", "0x10", "1e3", " 5", "5 "]) {
    assert.throws(() => resolveUser(text, EMPTY), { name: "UsageError" }, text);
  }
});

Deno.test("resolveUser() refuses ids above the largest one", () => {
  assert.equal(ids("4294967294:4294967294"), "4294967294:4294967294/");
  for (const id of ["4294967295", "4294967296", "9".repeat(40)]) {
    assert.throws(() => resolveUser(id, DATABASE), {
      name: "UsageError",
      message: `invalid user "${id}": it is above 4294967294`,
    });
    assert.throws(() => resolveUser(`web:${id}`, DATABASE), {
      name: "UsageError",
      message: `invalid group "${id}": it is above 4294967294`,
    });
  }
});

Deno.test("resolveUser() takes everything after the first colon for the group", () => {
  assert.throws(() => resolveUser("web:a:b", DATABASE), {
    message: "unable to find group a:b: no matching entries in group file",
  });
});

Deno.test("resolveUser() adds groups by name and number", () => {
  const database = {
    passwd: "root:x:0:0::/root:/bin/sh\nweb:x:33:33::/srv:/bin/sh\n",
    group: "root:x:0:\nweb:x:33:\nlogs:x:4:web\ntty:x:5:\n",
  };
  const gids = (text: string, ...groups: string[]): readonly number[] =>
    resolveUser(text, database, groups).user.additionalGids;
  assert.deepEqual(gids("web", "tty", "1000"), [33, 4, 5, 1000]);
  assert.deepEqual(
    gids("web", "logs", "4", "5", "tty"),
    [33, 4, 5],
    "each once",
  );
  assert.deepEqual(gids("web:tty", "tty", "logs"), [5, 4], "the own one, too");
  assert.deepEqual(gids("", "logs"), [0, 4]);
  assert.throws(() => gids("web", "nosuch"), {
    name: "UsageError",
    message: "unable to find group nosuch: no matching entries in group file",
  });
  assert.throws(() => gids("web", ""), { name: "UsageError" });
});
