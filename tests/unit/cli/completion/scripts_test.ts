/**
 * The scripts ask and offer, in every shell that is installed.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  COMPLETION_SCRIPTS,
  SHELLS,
} from "../../../../lib/cli/completion/scripts.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

/** Says what it was asked, then two words and that files fit. */
const STUB = `#!/bin/sh
printf '%s|' "$@" >>"\${0%/*}/asked"
printf 'web\\tan image: *\\nwet\\t\\n:files\\n'
`;

async function run(
  shell: string,
  script: string,
  directory: string,
): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(shell, {
    args: ["-c", script],
    cwd: directory,
    env: { PATH: `${directory}:${Deno.env.get("PATH")}` },
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout);
}

function withStub(): TemporaryDirectory {
  const directory = new TemporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/tsdocker`, STUB, { mode: 0o755 });
  return directory;
}

Deno.test("the script for bash fills COMPREPLY", async () => {
  using directory = withStub();
  const script = `${COMPLETION_SCRIPTS.bash}
    compopt() { echo "compopt $*"; }
    COMP_WORDS=(tsdocker rm --force "we" after) COMP_CWORD=3
    _tsdocker tsdocker we --force
    printf '%s,' "\${COMPREPLY[@]}"; complete -p tsdocker`;
  assert.equal(
    await run("bash", script, directory.path),
    "compopt -o default\nweb,wet,complete -F _tsdocker tsdocker\n",
  );
  assert.equal(
    await Deno.readTextFile(`${directory.path}/asked`),
    "complete|--|rm|--force|we|",
  );
});

Deno.test("the script for bash asks for an empty word, too", async () => {
  using directory = withStub();
  const script = `${COMPLETION_SCRIPTS.bash}
    compopt() { :; }
    COMP_WORDS=(tsdocker rm "") COMP_CWORD=2; _tsdocker tsdocker "" rm`;
  assert.equal(await run("bash", script, directory.path), "");
  assert.equal(
    await Deno.readTextFile(`${directory.path}/asked`),
    "complete|--|rm||",
  );
});

Deno.test("the scripts are read without errors where their shells are", async () => {
  for (const shell of SHELLS) {
    const command = new Deno.Command(shell, {
      args: ["-n", "-c", COMPLETION_SCRIPTS[shell]],
      stderr: "piped",
    });
    try {
      const { code, stderr } = await command.output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    } catch (error) {
      // It is not installed.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
});
