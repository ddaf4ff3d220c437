/**
 * Finds, keeps and forgets credentials, wherever docker's configuration says
 * that they are.
 *
 * @module
 */
import { HostError } from "../../base/errors.ts";
import { removeFileIfExists } from "../../base/remove_file.ts";
import { readSettingsFile } from "../../base/settings_file.ts";
import { credentialsKeyOf } from "../host.ts";
import type { Credentials } from "./credentials.ts";
import { type DockerConfig, parseDockerConfig } from "./docker_config.ts";
import { eraseFromHelper, getFromHelper, storeInHelper } from "./helper.ts";

/** Where credentials were put: in the file, or by a helper. */
export type Kept =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "helper"; readonly name: string };

/** Credentials of one user. */
export class CredentialKeeper {
  readonly #directory: string | undefined;
  readonly #found = new Map<string, Promise<Credentials | undefined>>();

  /** @param directory Where docker's configuration is, if anywhere. */
  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  /**
   * The credentials for a registry, asked for once.
   *
   * @throws {HostError} If a helper fails, or the file is no file.
   * @throws {SpecError} If the file is malformed.
   */
  async find(registry: string): Promise<Credentials | undefined> {
    const known = this.#found.get(registry) ?? this.#look(registry);
    this.#found.set(registry, known);
    return await known;
  }

  async #look(registry: string): Promise<Credentials | undefined> {
    const config = this.#read();
    const helper = config.helperOf(registry);
    const kept = helper === undefined
      ? undefined
      : await getFromHelper(helper, credentialsKeyOf(registry));
    return kept ?? config.find(registry);
  }

  /** Keeps credentials, in place of those there were. */
  async keep(registry: string, credentials: Credentials): Promise<Kept> {
    this.#found.delete(registry);
    const config = this.#read();
    const helper = config.helperOf(registry);
    if (helper !== undefined) {
      await storeInHelper(helper, credentialsKeyOf(registry), credentials);
      return { kind: "helper", name: helper };
    }
    const path = this.#path();
    this.#write(path, config.change(registry, credentials));
    return { kind: "file", path };
  }

  /** Forgets credentials; says whether there were any. */
  async forget(registry: string): Promise<boolean> {
    this.#found.delete(registry);
    const config = this.#read();
    const server = credentialsKeyOf(registry);
    const helper = config.helperOf(registry);
    const kept = helper === undefined
      ? undefined
      : await getFromHelper(helper, server);
    if (helper !== undefined && kept !== undefined) {
      await eraseFromHelper(helper, server);
    }
    const changed = config.change(registry, undefined);
    if (changed !== undefined) this.#write(this.#path(), changed);
    return kept !== undefined || changed !== undefined;
  }

  #path(): string {
    if (this.#directory !== undefined) return `${this.#directory}/config.json`;
    throw new HostError("Cannot keep credentials: there is no home directory", {
      advice: "set HOME or DOCKER_CONFIG",
    });
  }

  #read(): DockerConfig {
    if (this.#directory === undefined) return parseDockerConfig("", "");
    const path = this.#path();
    return parseDockerConfig(readSettingsFile(path) ?? "", path);
  }

  /** Whole or not at all; where the file is a link, what it leads to. */
  #write(path: string, text: string | undefined): void {
    if (text === undefined) return;
    if (this.#directory !== undefined) {
      Deno.mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    }
    writeSecret(targetOf(path), text);
  }
}

function targetOf(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  }
}

/** The temporary file is new and only ours from its first byte on. */
function writeSecret(path: string, text: string): void {
  const temporary = `${path}.${crypto.randomUUID()}`;
  try {
    Deno.writeTextFileSync(temporary, text, { mode: 0o600, createNew: true });
    Deno.renameSync(temporary, path);
  } catch (error) {
    removeFileIfExists(temporary);
    throw error;
  }
}
