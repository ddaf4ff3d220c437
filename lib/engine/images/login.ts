/**
 * Logging in to registries, and out.
 *
 * @module
 */
import type { Kept } from "../../registry/credentials/keeper.ts";
import { endpointOf } from "../../registry/endpoint.ts";
import { logIn, type Password } from "../../registry/login.ts";
import type { RegistryAccess } from "./registry_access.ts";

/**
 * Tries credentials on a registry, and keeps them.
 *
 * @returns Where they are kept.
 * @throws {RegistryError} If the registry does not accept them.
 */
export async function logInTo(
  registry: string,
  access: RegistryAccess,
  password: Password,
): Promise<Kept> {
  const endpoint = endpointOf(registry, access.registries);
  const credentials = await logIn(endpoint, access, password);
  return await access.keeper.keep(registry, credentials);
}
