/**
 * The xz decoder, as bytes. Loaded late, by whoever meets an xz file.
 *
 * @module
 */
import text from "xz-decompress/dist/package/xz-decompress.min.js" with {
  type: "text",
};

/** The package carries the program as a URL within its own text. */
const PROGRAM = /data:application\/wasm;base64,([A-Za-z0-9+/=]+)/;

/** The decoder's WebAssembly. */
export function xzProgram(): Uint8Array<ArrayBuffer> {
  const [, base64 = ""] = PROGRAM.exec(text) ?? [];
  return Uint8Array.fromBase64(base64);
}
