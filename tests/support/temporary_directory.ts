/**
 * A directory that a test may fill, removed when the scope ends.
 *
 * @module
 */
export class TemporaryDirectory implements Disposable {
  /** Absolute path. */
  readonly path: string = Deno.makeTempDirSync();

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
