/**
 * Finds a statically linked busybox: the one of Debian's busybox-static that
 * is installed, or that package fetched into a cache. Needs no root, except to
 * fetch package lists where there are none.
 *
 * @module
 */

/** Where Debian's package puts it. */
const INSTALLED = ["/bin/busybox", "/usr/bin/busybox"];

const PACKAGE = "busybox-static";

/** Runs a program and tells whether it succeeded. */
async function succeeds(
  program: string,
  args: string[],
  cwd: string,
): Promise<boolean> {
  const child = new Deno.Command(program, {
    args,
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return await child.output().then((output) => output.success, () => false);
}

/** ELF program header type of the dynamic loader's name. */
const PT_INTERP = 3;

/**
 * Whether a 64-bit little-endian ELF file needs no dynamic loader.
 *
 * @see elf(5)
 */
export function isStatic(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64 || view.getUint32(0) !== 0x7f454c46) return false;
  const start = Number(view.getBigUint64(32, LITTLE_ENDIAN));
  const size = view.getUint16(54, LITTLE_ENDIAN);
  const count = view.getUint16(56, LITTLE_ENDIAN);
  for (let index = 0; index < count; index++) {
    const type = view.getUint32(start + index * size, LITTLE_ENDIAN);
    if (type === PT_INTERP) return false;
  }
  return true;
}

const LITTLE_ENDIAN = true;

async function readIfStatic(path: string): Promise<Uint8Array | undefined> {
  const bytes = await Deno.readFile(path).catch(() => undefined);
  return bytes !== undefined && isStatic(bytes) ? bytes : undefined;
}

/** Fetches the package into `cache`, bringing the package lists up to date if needed. */
async function download(cache: string): Promise<void> {
  const args = ["-q", "-o", "APT::Sandbox::User=root", "download", PACKAGE];
  if (await succeeds("apt-get", args, cache)) return;
  await succeeds("apt-get", ["-q", "update"], cache);
  if (await succeeds("apt-get", args, cache)) return;
  throw new Error(
    `Cannot fetch the Debian package ${PACKAGE}: apt-get install ${PACKAGE} as root`,
  );
}

async function fromPackage(cache: string): Promise<Uint8Array | undefined> {
  for await (const { name } of Deno.readDir(cache)) {
    if (!name.startsWith(PACKAGE) || !name.endsWith(".deb")) continue;
    await succeeds("dpkg-deb", ["-x", name, "unpacked"], cache);
  }
  return await readIfStatic(`${cache}/unpacked/bin/busybox`) ??
    await readIfStatic(`${cache}/unpacked/usr/bin/busybox`);
}

/**
 * Reads a static busybox.
 *
 * @param cache Directory for the package, made if missing.
 * @returns The program's bytes.
 * @throws {Error} If there is none and none can be fetched.
 */
export async function busyboxProgram(cache: string): Promise<Uint8Array> {
  for (const path of INSTALLED) {
    const bytes = await readIfStatic(path);
    if (bytes !== undefined) return bytes;
  }
  await Deno.mkdir(cache, { recursive: true });
  const cached = await fromPackage(cache);
  if (cached !== undefined) return cached;
  await download(cache);
  const bytes = await fromPackage(cache);
  if (bytes === undefined) {
    throw new Error(`The Debian package ${PACKAGE} holds no static busybox`);
  }
  return bytes;
}

/**
 * The places busybox wants to be found at, such as `bin/sh`, by asking it.
 *
 * @param program Its bytes; they are run, so the architecture must be ours.
 */
export async function appletPaths(program: Uint8Array): Promise<string[]> {
  const directory = await Deno.makeTempDir({ prefix: "busybox-" });
  try {
    const path = `${directory}/busybox`;
    await Deno.writeFile(path, program, { mode: 0o755 });
    const { stdout } = await new Deno.Command(path, { args: ["--list-full"] })
      .output();
    return new TextDecoder().decode(stdout).trim().split("\n");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
