/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type ParsedMount,
  parseMount,
} from "../../../../lib/engine/volumes/mount_flag.ts";

const PLACES = {
  cwd: "/home/me",
  volumes: "/store",
  newName: () => "abcd",
};

function parse(text: string): ParsedMount {
  return parseMount(text, PLACES);
}

const USE = { name: "v", isAnonymous: false, copyUp: "if-empty" } as const;
const VOLUME = {
  source: "/store/v/_data",
  destination: "/d",
  access: "rw",
  create: "never",
  volume: USE,
  isMount: true,
} as const;
const BIND = {
  source: "/s",
  destination: "/d",
  access: "rw",
  create: "never",
  isMount: true,
} as const;

/** Texts and the volume that each asks for. */
const VOLUMES: readonly (readonly [string, unknown])[] = [
  ["type=volume,source=v,target=/d", VOLUME],
  ["src=v,dst=/d", VOLUME],
  ["SRC=v,Destination=/d/.", VOLUME],
  ["type=volume,src=v,dst=/d,volume-driver=local", VOLUME],
  ["src=v,dst=/d,readonly", { ...VOLUME, access: "ro" }],
  ["src=v,dst=/d,ro=1", { ...VOLUME, access: "ro" }],
  ["src=v,dst=/d,ro=false", VOLUME],
  ["dst=/d", {
    ...VOLUME,
    source: "/store/abcd/_data",
    volume: { ...USE, name: "abcd", isAnonymous: true },
  }],
  ["src=v,dst=/d,volume-nocopy", {
    ...VOLUME,
    volume: { ...USE, copyUp: "never" },
  }],
  ["src=v,dst=/d,volume-label=a=1,volume-label=b", {
    ...VOLUME,
    volume: { ...USE, labels: { a: "1", b: "" } },
  }],
  ["src=v,dst=/d,volume-subpath=./a//b/", {
    ...VOLUME,
    subpath: "a/b",
    volume: { ...USE, copyUp: "never" },
  }],
  ["src=v,dst=/d,U=true,idmap", { ...VOLUME, owner: "user", ids: "mapped" }],
  ["type=bind,src=/s,dst=/d", BIND],
  ["type=bind,src=./s,dst=/d", { ...BIND, source: "/home/me/s" }],
  ['type=bind,"src=/a,b",dst=/d', { ...BIND, source: "/a,b" }],
  ["type=bind,src=/s,dst=/d,bind-propagation=rprivate", BIND],
  ["type=bind,src=/s,dst=/d,consistency=cached", BIND],
  ["type=bind,src=/s,dst=/d,bind-create-src", { ...BIND, create: "directory" }],
  ["type=bind,src=/s,dst=/d,bind-recursive=readonly,ro", {
    ...BIND,
    access: "ro",
  }],
  ["type=bind,src=/s,dst=/d,bind-nonrecursive", { ...BIND, below: "hidden" }],
  ["type=bind,src=/s,dst=/d,bind-recursive=disabled", {
    ...BIND,
    below: "hidden",
  }],
  ["type=bind,src=/s,dst=/d,bind-recursive=writable,ro", {
    ...BIND,
    access: "ro",
    below: "writable",
  }],
];

Deno.test("parseMount() reads volumes and paths of the host", () => {
  for (const [text, volume] of VOLUMES) {
    assert.deepEqual(parse(text), { kind: "volume", volume }, text);
  }
});

Deno.test("parseMount() reads a tmpfs", () => {
  assert.deepEqual(
    parse("type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770,ro"),
    {
      kind: "tmpfs",
      tmpfs: {
        destination: "/t",
        options: ["ro", "mode=1770", "size=1048576"],
        isMount: true,
      },
    },
  );
});

Deno.test("parseMount() reads an image", () => {
  assert.deepEqual(
    parse("type=image,src=alpine:3,dst=/i,ro"),
    {
      kind: "image",
      image: {
        image: "alpine:3",
        destination: "/i",
        layers: [],
      },
    },
  );
});

/** Texts and what is said about each. */
const WRONG: Readonly<Record<string, string>> = {
  "": "invalid field '' must be a key=value pair",
  "type": "invalid field 'type' must be a key=value pair",
  "src=v,dst=/d,x=1": "unexpected key 'x' in 'x=1'",
  "type=npipe,dst=/d": 'mount type unknown: "npipe"',
  "src=v": "target is required",
  "src=v,dst=d": '"d" is not an absolute path',
  "src=v,dst=/": "the root cannot be mounted over",
  "type=bind,dst=/d": "source is required",
  "type=bind,src=s,dst=/d":
    "invalid mount path: 's' mount path must be absolute",
  "type=bind,src=/s,dst=/d,ro=maybe": "invalid value for readonly: maybe",
  "type=bind,src=/s,dst=/d,volume-nocopy":
    "cannot mix 'volume-nocopy' with mount type 'bind'",
  "type=tmpfs,dst=/d,chown": "cannot mix 'chown' with mount type 'tmpfs'",
  "src=v,dst=/d,volume-driver=nfs":
    'plugin "nfs" not found: there is only local',
  "src=v,dst=/d,volume-subpath=../x":
    '"../x" must be a relative path within the volume',
  "src=v,dst=/d,volume-subpath=/x":
    '"/x" must be a relative path within the volume',
  "type=bind,src=/s,dst=/d,bind-recursive=some":
    "invalid value for bind-recursive: some",
  "type=bind,src=/s,dst=/d,bind-propagation=rshared":
    "mounts made later are never passed on: bind-propagation is rprivate, not rshared",
  "type=tmpfs,src=x,dst=/d": "a tmpfs has no source",
  "type=tmpfs,dst=/d,tmpfs-mode=8": "invalid value for tmpfs-mode: 8",
  "type=tmpfs,dst=/d,tmpfs-size=much": "invalid value for tmpfs-size: much",
  "type=image,dst=/d": "source is required",
  'src="v",dst=/d': "a quote is in a wrong place",
};

Deno.test("parseMount() tells what is wrong", () => {
  for (const [text, why] of Object.entries(WRONG)) {
    assert.throws(() => parse(text), {
      name: "UsageError",
      message: `invalid argument "${text}" for "--mount" flag: ${why}`,
    }, text);
  }
  assert.throws(() => parse("src=a/b,dst=/d"), /includes invalid characters/);
});
