/**
 * Decompresses xz by the decoder of the `xz-decompress` package, which is
 * WebAssembly. It runs in a worker that gets its text, so it names nothing of
 * this file.
 *
 * @module
 * @see The .xz File Format 1.2.1, section 2, "Overall Structure of .xz File"
 */

/**
 * Decompresses what `xz` makes, and several such files one after the other.
 *
 * @param program The decoder.
 * @param pieces The compressed bytes, as they come.
 * @throws {Error} If they are corrupt, or use what the decoder does not know.
 */
export async function* unpackXz(
  program: WebAssembly.Module,
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  /** What the decoder answers: to go on, that this was all, or why not. */
  const GOES_ON = 0;
  const DONE = 1;
  const REASONS: Readonly<Record<number, string>> = {
    2: "its checksum is of an unknown kind",
    3: "out of memory",
    4: "it needs more memory than the decoder has",
    5: "something that is no xz data follows",
    6: "its checksum or a filter is not supported",
    7: "it is damaged",
    8: "unexpected end of file",
  };
  /** Members of the decoder's state, counted in words. */
  const BUFFER_BYTES = 0;
  const INPUT = 1;
  const INPUT_AT = 2;
  const INPUT_BYTES = 3;
  const OUTPUT = 4;
  const OUTPUT_BYTES = 5;
  const WORDS = 6;

  const { memory, ...calls } = new WebAssembly.Instance(program)
    .exports as unknown as {
      readonly memory: WebAssembly.Memory;
      readonly create_context: () => number;
      readonly supply_input: (state: number, length: number) => void;
      readonly get_next_output: (state: number) => number;
    };
  const state = calls.create_context();

  /** Memory moves when it grows, so that it is looked up each time. */
  function word(index: number): number {
    return new Uint32Array(memory.buffer, state, WORDS)[index] ?? 0;
  }

  function put(input: Uint8Array): void {
    new Uint8Array(memory.buffer).set(input, word(INPUT));
    calls.supply_input(state, input.length);
  }

  /** What it makes of its input, until it needs more. */
  function* outputs(): Generator<Uint8Array, boolean> {
    for (;;) {
      const code = calls.get_next_output(state);
      if (code !== GOES_ON && code !== DONE) {
        throw new Error(REASONS[code] ?? `error ${code}`);
      }
      const start = word(OUTPUT);
      const length = word(OUTPUT_BYTES);
      const output = new Uint8Array(memory.buffer, start, length).slice();
      new Uint32Array(memory.buffer, state, WORDS)[OUTPUT_BYTES] = 0;
      if (length > 0) yield output;
      if (code === DONE) return true;
      if (length === 0 && word(INPUT_AT) === word(INPUT_BYTES)) return false;
    }
  }

  const roomBytes = word(BUFFER_BYTES);
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += roomBytes) {
      put(piece.subarray(at, at + roomBytes));
      yield* outputs();
    }
  }
  // No input means that this was all: only then it says so.
  put(new Uint8Array(0));
  if (!(yield* outputs())) throw new Error("unexpected end of file");
}
