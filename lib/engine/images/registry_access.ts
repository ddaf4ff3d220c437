/**
 * Registries as the user has set them up: the file about mirrors, docker's
 * configuration with credentials.
 *
 * @module
 */
import { readSettingsFile } from "../../base/settings_file.ts";
import { NotFoundError } from "../../base/errors.ts";
import { withCertificates } from "../../registry/certificate_directories.ts";
import { CredentialKeeper } from "../../registry/credentials/keeper.ts";
import { parseRegistries, type Registries } from "../../registry/registries.ts";
import { PATIENCE } from "../../registry/retry.ts";
import type { Surroundings } from "../../registry/session.ts";
import { Transports } from "../../registry/transport.ts";

/** Where the user has set up registries. */
export interface RegistrySetup {
  /** The file about mirrors and insecure registries. */
  readonly registriesFile: string;
  /** Whether the file has to be there, since the user has named it. */
  readonly isNamed: boolean;
  /** Where docker's configuration is, if anywhere. */
  readonly dockerConfig: string | undefined;
  /** Where there are directories with certificates, one for each registry. */
  readonly certificateDirectories: readonly string[];
}

/** What is needed to talk to registries; closed with its scope. */
export interface RegistryAccess extends Surroundings, Disposable {
  readonly keeper: CredentialKeeper;
}

/**
 * Opens registries.
 *
 * @param signal Ends everything that is done with them.
 * @throws {SpecError} If the file is malformed.
 * @throws {NotFoundError} If the file is named but not there.
 */
export function openRegistries(
  setup: RegistrySetup,
  signal: AbortSignal,
): RegistryAccess {
  const transports = new Transports();
  const keeper = new CredentialKeeper(setup.dockerConfig);
  return {
    transports,
    registries: withCertificates(
      readRegistries(setup),
      setup.certificateDirectories,
    ),
    keeper,
    credentials: (registry) => keeper.find(registry),
    patience: PATIENCE,
    signal,
    [Symbol.dispose]: () => transports[Symbol.dispose](),
  };
}

function readRegistries(
  { registriesFile, isNamed }: RegistrySetup,
): Registries {
  const text = readSettingsFile(registriesFile);
  if (text !== undefined) return parseRegistries(text, registriesFile);
  if (!isNamed) return new Map();
  throw new NotFoundError(`There is no file "${registriesFile}"`, {
    advice: "TSDOCKER_REGISTRIES names it",
  });
}
