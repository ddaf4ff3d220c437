/**
 * Debian's docker-registry in tests: open, or with TLS by an authority of the
 * fixtures and a name and a password, `me` and `secret`, or with TLS for those
 * who have the client certificate of the fixtures.
 *
 * @module
 */
import { eventually } from "./cli.ts";

const FIXTURES = new URL("../fixtures/registry/", import.meta.url).pathname;

/** The authority that has signed its certificate. */
export const AUTHORITY = `${FIXTURES}ca.crt`;

/** The certificate that a client has to show, and its key. */
export const CLIENT = {
  cert: `${FIXTURES}client.cert`,
  key: `${FIXTURES}client.key`,
} as const;

/** `secret`, by bcrypt, which is the one kind that it takes. */
const PASSWORD_FILE =
  "me:$2y$05$DXo3ffKQKPMei7F6OTZtr.b0DWcXEPG/9XjnJr9iZTVr3N8J1TySy\n";

/** A registry that runs until the scope ends. */
export class DockerRegistry implements AsyncDisposable {
  /** Host and port. */
  readonly host: string;
  readonly #child: Deno.ChildProcess;

  private constructor(host: string, child: Deno.ChildProcess) {
    this.host = host;
    this.#child = child;
  }

  /** Starts one that keeps everything in a directory. */
  static async start(
    directory: string,
    access: "guarded" | "mutual" | "open",
  ): Promise<DockerRegistry> {
    const port = freePort();
    const host = `localhost:${port}`;
    await Deno.writeTextFile(`${directory}/htpasswd`, PASSWORD_FILE);
    const addr = `127.0.0.1:${port}`;
    const tls = {
      certificate: `${FIXTURES}server.crt`,
      key: `${FIXTURES}server.key`,
    };
    const htpasswd = { realm: "test", path: `${directory}/htpasswd` };
    const settings = {
      guarded: { http: { addr, tls }, auth: { htpasswd } },
      mutual: { http: { addr, tls: { ...tls, clientcas: [CLIENT.cert] } } },
      open: { http: { addr } },
    };
    await Deno.writeTextFile(
      `${directory}/registry.yml`,
      JSON.stringify({
        version: 0.1,
        log: { level: "error", accesslog: { disabled: true } },
        storage: { filesystem: { rootdirectory: `${directory}/registry` } },
        ...settings[access],
      }),
    );
    const child = new Deno.Command("docker-registry", {
      args: ["serve", `${directory}/registry.yml`],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const registry = new DockerRegistry(host, child);
    await eventually("the registry listens", () => registry.#isListening());
    return registry;
  }

  async #isListening(): Promise<true | undefined> {
    try {
      const [hostname = "", port] = this.host.split(":");
      (await Deno.connect({ hostname, port: Number(port) })).close();
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionRefused) return undefined;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
