/** @module */
import assert from "node:assert/strict";

const MODULE = new URL("../../../lib/monitor/shed_origin.ts", import.meta.url);

/** What is told of a process that has shed its origin. */
interface Told {
  readonly cmdline: string;
  readonly environ: string;
  readonly variables: Record<string, string>;
  readonly args: string[];
}

/** Has a process of its own do it, called with a word and a variable. */
async function shed(words: readonly string[]): Promise<Told> {
  const script = `const { shedOrigin } = await import("${MODULE}");
    shedOrigin(${JSON.stringify(words)});
    console.log(JSON.stringify({
      cmdline: Deno.readTextFileSync("/proc/self/cmdline"),
      environ: Deno.readTextFileSync("/proc/self/environ"),
      variables: Deno.env.toObject(),
      args: Deno.args,
    }));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-check", script, "--", "s3cret word"],
    env: {
      PATH: "/usr/bin:/bin",
      PASSWORD: "s3cret",
      TSDOCKER_NETWORK: "é",
      ...Object.fromEntries(
        Object.entries(Deno.env.toObject())
          .filter(([name]) => /^(?:HOME|DENO_|XDG_)/.test(name)),
      ),
    },
    clearEnv: true,
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("shedOrigin() shows other words, and keeps a monitor's variables", async () => {
  const { cmdline, environ, variables, args } = await shed(["a", "b c"]);
  assert.match(cmdline, /^a\0b c\0+$/);
  assert.match(environ, /^\0*$/);
  assert.equal(variables["PASSWORD"], undefined);
  assert.equal(variables["PATH"], "/usr/bin:/bin");
  assert.equal(variables["TSDOCKER_NETWORK"], "é");
  assert.ok(args.includes("s3cret word"), "it has them still, itself");
});

Deno.test("shedOrigin() cuts words that are too long for their place", async () => {
  const { cmdline, environ } = await shed(["x".repeat(100_000)]);
  assert.ok(/^x+\0*$/.test(cmdline), "nothing else");
  assert.ok(/^x*\0*$/.test(environ), "nothing else");
});
