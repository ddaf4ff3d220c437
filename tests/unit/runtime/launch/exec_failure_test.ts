/** @module */
import assert from "node:assert/strict";
import { ARCH } from "../../../../ffi/arch/arch.ts";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import type { StartError } from "../../../../lib/base/errors.ts";
import {
  explainExecFailure,
  explainInitFailure,
} from "../../../../lib/runtime/launch/exec_failure.ts";
import { openHostDirectory } from "../../../../lib/runtime/rootfs/secure_path.ts";
import { runtimeSpec } from "../../../support/runtime_spec.ts";

const LITTLE_ENDIAN = true;

/** A directory that stands for the root of a container. */
class Root implements Disposable {
  readonly path = Deno.makeTempDirSync();
  readonly fd: Fd = openHostDirectory(this.path);

  /** Writes a file, an executable one unless told otherwise. */
  add(path: string, content: string | Uint8Array, mode = 0o755): void {
    const file = `${this.path}${path}`;
    Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    Deno.writeFileSync(file, bytes);
    Deno.chmodSync(file, mode);
  }

  explain(
    program: string,
    errno: keyof typeof ERRNO = "ENOENT",
    cwd = "/",
  ): StartError {
    const { process } = runtimeSpec({
      process: { args: [program], env: ["PATH=/sbin:/bin"], cwd },
    });
    return explainExecFailure(this.fd, process, ERRNO[errno]);
  }

  explainInit(program: string, errno: keyof typeof ERRNO): StartError {
    const { process } = runtimeSpec({ process: { args: [program] } });
    return explainInitFailure(this.fd, process, ERRNO[errno]);
  }

  [Symbol.dispose](): void {
    this.fd[Symbol.dispose]();
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** An ELF file for a machine, with a loader somewhere if it wants one. */
function elf(
  machine: number,
  loader?: { offset: bigint; bytes: bigint },
): Uint8Array {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(18, machine, LITTLE_ENDIAN);
  if (loader === undefined) return bytes;
  view.setBigUint64(32, 64n, LITTLE_ENDIAN);
  view.setUint16(54, 56, LITTLE_ENDIAN);
  view.setUint16(56, 1, LITTLE_ENDIAN);
  view.setUint32(64, 3, LITTLE_ENDIAN);
  view.setBigUint64(72, loader.offset, LITTLE_ENDIAN);
  view.setBigUint64(96, loader.bytes, LITTLE_ENDIAN);
  bytes.set(new TextEncoder().encode("/lib/ld.so\0garbage"), 200);
  return bytes;
}

const OWN_MACHINE = ARCH === "x86_64" ? 62 : 183;
const OTHER = ARCH === "x86_64"
  ? { machine: 183, name: "aarch64" }
  : { machine: 62, name: "x86_64" };
const LOADER = { offset: 200n, bytes: 11n };

interface Case {
  readonly claim: string;
  readonly program: string;
  readonly add?: (root: Root) => void;
  readonly errno?: keyof typeof ERRNO;
  readonly cwd?: string;
  readonly reason: StartError["reason"];
  readonly message: string;
}

const CASES: readonly Case[] = [
  {
    claim: "a name that is in no directory of PATH",
    program: "nope",
    reason: "not-found",
    message: 'exec "nope": executable file not found in $PATH',
  },
  {
    claim: "a path that is not there",
    program: "/bin/nope",
    reason: "not-found",
    message: 'exec "/bin/nope": no such file or directory',
  },
  {
    claim: "a directory",
    program: "/bin",
    add: (root) => root.add("/bin/x", ""),
    errno: "EACCES",
    reason: "not-executable",
    message: 'exec "/bin": permission denied: is a directory',
  },
  {
    claim: "a file that nobody may execute",
    program: "tool",
    add: (root) => root.add("/bin/tool", "#!/bin/sh\n", 0o644),
    errno: "EACCES",
    reason: "not-executable",
    message: 'exec "tool": permission denied: "/bin/tool" is not executable',
  },
  {
    claim: "a file that is no program",
    program: "/bin/text",
    add: (root) => root.add("/bin/text", "echo hi\n"),
    errno: "ENOEXEC",
    reason: "not-executable",
    message:
      'exec "/bin/text": exec format error: "/bin/text" is no program and has no "#!" line',
  },
  {
    claim: "an empty file",
    program: "/bin/empty",
    add: (root) => root.add("/bin/empty", ""),
    errno: "ENOEXEC",
    reason: "not-executable",
    message:
      'exec "/bin/empty": exec format error: "/bin/empty" is no program and has no "#!" line',
  },
  {
    claim: "a script whose interpreter is missing",
    program: "/s",
    add: (root) => root.add("/s", "#!/usr/bin/python9 -u\n"),
    reason: "not-found",
    message:
      'exec "/s": no such file or directory: "/s" needs the interpreter "/usr/bin/python9", which the image does not have',
  },
  {
    claim: "a script with an interpreter that a NUL cuts short",
    program: "/s",
    add: (root) => root.add("/s", "#!/nope\0/bin/sh\n"),
    reason: "not-found",
    message:
      'exec "/s": no such file or directory: "/s" needs the interpreter "/nope", which the image does not have',
  },
  {
    claim: "a script without an interpreter by the kernel's error",
    program: "/s",
    add: (root) => root.add("/s", "#!\n"),
    errno: "ENOEXEC",
    reason: "not-executable",
    message: 'exec "/s": ENOEXEC (exec format error)',
  },
  {
    claim: "a script from Windows",
    program: "/s",
    add: (root) => {
      root.add("/bin/sh", elf(OWN_MACHINE));
      root.add("/s", "#!/bin/sh\r\necho\r\n");
    },
    reason: "not-found",
    message:
      'exec "/s": no such file or directory: the "#!" line of "/s" ends in a carriage return (CRLF)',
  },
  {
    claim: "a program for another machine",
    program: "/p",
    add: (root) => root.add("/p", elf(OTHER.machine)),
    errno: "ENOEXEC",
    reason: "not-executable",
    message:
      `exec "/p": exec format error: "/p" is for ${OTHER.name}, this machine is ${ARCH}`,
  },
  {
    claim: "a program whose loader is missing",
    program: "/p",
    add: (root) => root.add("/p", elf(OWN_MACHINE, LOADER)),
    reason: "not-found",
    message:
      'exec "/p": no such file or directory: "/p" needs the loader "/lib/ld.so", which the image does not have',
  },
  {
    claim: "a program with its loader by the kernel's error",
    program: "/p",
    add: (root) => {
      root.add("/p", elf(OWN_MACHINE, LOADER));
      root.add("/lib/ld.so", "");
    },
    errno: "EACCES",
    reason: "not-executable",
    message: 'exec "/p": EACCES (permission denied)',
  },
  {
    claim: "a relative path from the working directory",
    program: "./p",
    add: (root) => root.add("/work/p", "text"),
    errno: "ENOEXEC",
    cwd: "/work",
    reason: "not-executable",
    message:
      'exec "./p": exec format error: "./p" is no program and has no "#!" line',
  },
  {
    claim: "a link that leads outside the root as one inside it",
    program: "/link",
    add: (root) => Deno.symlinkSync("/../../../bin/sh", `${root.path}/link`),
    reason: "not-found",
    message: 'exec "/link": no such file or directory',
  },
];

for (const { claim, program, add, errno, cwd, reason, message } of CASES) {
  Deno.test(`explainExecFailure() explains ${claim}`, () => {
    using root = new Root();
    add?.(root);
    const error = root.explain(program, errno, cwd);
    assert.equal(error.message, message);
    assert.equal(error.reason, reason);
  });
}

Deno.test("explainExecFailure() advises what to do about it", () => {
  using root = new Root();
  root.add("/s", "#!/bin/sh\r\n");
  root.add("/t", "#!/bin/sh\n", 0o600);
  assert.equal(root.explain("/s").advice, "sed -i 's/\\r$//' on it");
  assert.equal(root.explain("/t").advice, "chmod +x /t in the image");
  assert.equal(root.explain("/u").advice, undefined);
});

Deno.test("explainExecFailure() survives a loader at any place and of any length", () => {
  using root = new Root();
  const values = [
    255n,
    256n,
    (1n << 53n) - 1n,
    1n << 53n,
    (1n << 63n) - 1n,
    1n << 63n,
  ];
  for (const offset of [...values, 0xffff_ffff_ffff_ffffn]) {
    for (const bytes of [0n, 4097n, 1n << 62n, 0xffff_ffff_ffff_ffffn]) {
      root.add("/p", elf(OWN_MACHINE, { offset, bytes }));
      const { name, reason } = root.explain("/p", "ENOEXEC");
      assert.equal(name, "StartError");
      assert.equal(reason, "not-executable");
    }
  }
});

Deno.test("explainExecFailure() neither opens nor waits for a FIFO", async () => {
  using root = new Root();
  const made = await new Deno.Command("mkfifo", {
    args: ["-m", "755", `${root.path}/fifo`],
  }).output();
  assert.ok(made.success);
  assert.match(root.explain("/fifo", "EACCES").message, /not a file$/);
});

Deno.test("explainInitFailure() is about the host, whatever the program is", () => {
  using root = new Root();
  for (const errno of ["EPERM", "EACCES", "ENOSYS", "ENOENT"] as const) {
    const error = root.explainInit("/nosuch", errno);
    assert.equal(error.reason, "setup");
    assert.match(
      error.message,
      new RegExp(`^Cannot execute a file in memory, .*: ${errno} \\(`),
    );
    assert.match(error.advice ?? "", /seccomp profile/);
  }
});

Deno.test("explainInitFailure() is about the program that is given too much", () => {
  using root = new Root();
  root.add("/p", elf(OWN_MACHINE));
  for (const errno of ["E2BIG", "EAGAIN", "ENOMEM"] as const) {
    const { reason, message } = root.explainInit("/p", errno);
    assert.equal(reason, "not-executable");
    assert.ok(message.startsWith(`exec "/p": ${errno} (`), message);
  }
});
