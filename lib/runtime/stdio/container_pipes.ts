/**
 * Three pipes between a container without a terminal and whoever keeps it.
 *
 * @module
 */
import { fchown, openat } from "../../../ffi/calls/file.ts";
import { createPipe, type Pipe } from "../../../ffi/calls/pipe.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { STDIO } from "../plan/terminal.ts";

/** What kind of pipes. */
export interface PipeOptions {
  /** Whether the container takes input; else it has none to read. */
  readonly interactive: boolean;
  /** Owner of the pipes, so that the program may open `/dev/stdout`. */
  readonly owner: { readonly uid: number; readonly gid: number };
  /** What the container is given in place of an end that it writes to. */
  readonly outward?: (end: Fd) => Fd;
}

/** The pipes; all ends that are left are closed with the scope. */
export interface ContainerPipes extends Disposable {
  /** The container's ends, as a plan expects them of its caller. */
  readonly descriptors: ReadonlyMap<string, Fd>;
  /** Where its input goes, if it takes any. */
  readonly input: Fd | undefined;
  readonly output: Fd;
  readonly errors: Fd;
  /** Closes the container's ends here: only it has them open then. */
  letGo(): void;
}

/** Makes the pipes of a container that is about to be launched. */
export function openContainerPipes(
  { interactive, owner, outward = (end) => end }: PipeOptions,
): ContainerPipes {
  using undo = new DisposableStack();
  const open = (): Pipe => {
    const pipe = undo.use(createPipe());
    fchown(pipe.readable.number, owner.uid, owner.gid);
    return pipe;
  };
  const input = interactive ? open() : undefined;
  const output = open();
  const errors = open();
  const theirs = [
    input?.readable ??
      undo.use(openat(AT_FDCWD, "/dev/null", O_RDONLY)),
    undo.use(outward(output.writable)),
    undo.use(outward(errors.writable)),
  ];
  const resources = undo.move();
  return {
    descriptors: new Map(STDIO.flatMap((name, index) => {
      const fd = theirs[index];
      return fd === undefined ? [] : [[name, fd] as const];
    })),
    input: input?.writable,
    output: output.readable,
    errors: errors.readable,
    letGo(): void {
      for (const fd of theirs) fd[Symbol.dispose]();
    },
    [Symbol.dispose]: () => resources[Symbol.dispose](),
  };
}
