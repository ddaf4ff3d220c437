/**
 * Prelinks the Deno that runs it. It is unpacked beside the program and run
 * once, before anything else can be started from there; if it fails, starts
 * are as good and slower.
 *
 * @module
 */
import { prelinkFile } from "./prelink/prelink_file.ts";
import { randomBase } from "./prelink/random_base.ts";

if (import.meta.main) {
  await prelinkFile(Deno.execPath(), randomBase(Deno.build.arch));
}
