/**
 * Where tsdocker starts: arguments in, exit status out.
 *
 * @module
 */
import { main } from "./lib/cli/app.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
