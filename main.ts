/**
 * Where tsdocker starts: arguments in, exit status out.
 *
 * @module
 */
import { main } from "./lib/cli/app.ts";

// Not awaited: late files of the portable form import this one, and would wait
// for its end. The status is that of a program whose work never comes to one.
if (import.meta.main) {
  Deno.exitCode = 125;
  main(Deno.args).then(Deno.exit);
}
