/**
 * Where tsdocker starts: arguments in, exit status out.
 *
 * @module
 */
if (import.meta.main) Deno.exit(Deno.args[0] === "version" ? 0 : 125);
