/** @module */
import assert from "node:assert/strict";
import { isSyscallError } from "../../../ffi/errno.ts";
import { AttachClient } from "../../../lib/monitor/attach_client.ts";
import { AttachServer } from "../../../lib/monitor/attach_server.ts";
import { Output, withDeadline } from "../../support/cli.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

const ATTACH = new URL("../../fixtures/monitor/attach.ts", import.meta.url);
const OPTIONS = {
  tty: false,
  stdin: false,
  outputs: [],
  detachKeys: new Uint8Array(0),
};

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Somebody attached in a process of its own, and what it has typed. */
class Session implements AsyncDisposable {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #child: Deno.ChildProcess;

  constructor({ path }: TemporaryDirectory, options: object = {}) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", ATTACH.pathname],
        ...[path, JSON.stringify(options)],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.stdout = new Output(this.#child.stdout, "stdout of a session");
    this.stderr = new Output(this.#child.stderr, "stderr of a session");
    this.input = this.#child.stdin.getWriter();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.input.close().catch(() => undefined);
    await this.#child.status;
    await Promise.all([this.stdout.cancel(), this.stderr.cancel()]);
  }
}

/** What arrives at a server, until the input has ended. */
function gatherInput(server: AttachServer): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let text = "";
  server.serve({
    onInput(input): Promise<void> {
      text += new TextDecoder().decode(input);
      return Promise.resolve();
    },
    onEndOfInput: () => resolve(text),
    onResize: () => {},
  });
  return withDeadline(promise, "the end of the input");
}

Deno.test("AttachClient connects the caller's streams, and tells the status", async () => {
  using directory = new TemporaryDirectory();
  using server = new AttachServer(directory.path);
  const input = gatherInput(server);
  await using session = new Session(directory);
  await server.attached;
  await session.input.write(bytes("typed \x10\x11"));
  await session.input.close();
  assert.equal(await input, "typed \x10\x11");
  await server.broadcast("stdout", bytes("out\n"));
  await server.broadcast("stderr", bytes("err\n"));
  await server.end(7);
  assert.equal(
    await session.stdout.rest(),
    'out\n{"kind":"exited","exitCode":7}\n',
  );
  assert.equal(await session.stderr.rest(), "err\n");
});

Deno.test("AttachClient shows only what is asked for", async () => {
  using directory = new TemporaryDirectory();
  using server = new AttachServer(directory.path);
  await using session = new Session(directory, { outputs: ["stderr"] });
  await server.attached;
  await server.broadcast("stdout", bytes("out\n"));
  await server.broadcast("stderr", bytes("err\n"));
  await server.end(0);
  assert.equal(await session.stderr.rest(), "err\n");
  assert.equal(
    await session.stdout.rest(),
    '{"kind":"exited","exitCode":0}\n',
  );
});

Deno.test("AttachClient leaves by its keys if there is a terminal", async () => {
  using directory = new TemporaryDirectory();
  using server = new AttachServer(directory.path);
  const input = gatherInput(server);
  await using session = new Session(directory, { tty: true, detachKeys: "pq" });
  await session.input.write(bytes("abpqcd"));
  assert.equal(await session.stdout.rest(), '{"kind":"detached"}\n');
  await using other = new Session(directory);
  await other.input.write(bytes("next"));
  await other.input.close();
  assert.equal(await input, "abnext");
  await server.end(0);
});

Deno.test("AttachClient tells when its monitor has gone without a word", async () => {
  using directory = new TemporaryDirectory();
  const server = new AttachServer(directory.path);
  using client = await AttachClient.connect(directory.path, OPTIONS);
  const end = client.run();
  await server.attached;
  server[Symbol.dispose]();
  assert.deepEqual(await end, { kind: "lost" });
});

Deno.test("AttachClient.connect() says that nobody listens", async () => {
  using directory = new TemporaryDirectory();
  await assert.rejects(
    AttachClient.connect(`${directory.path}/none`, OPTIONS),
    (error) => isSyscallError(error, "ENOENT"),
  );
  await assert.rejects(AttachClient.connect(directory.path, OPTIONS), {
    name: "NotFound",
  });
});
