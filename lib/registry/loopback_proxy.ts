/**
 * Proxies are for other machines: what is meant for this one goes there
 * without, as in docker. Deno learns of proxies from the environment alone, and
 * when a client is made.
 *
 * @module
 */

/** What no proxy is asked for, whatever the user says. */
const LOOPBACK = "localhost,127.0.0.0/8,::1";
/** The first that is set counts. */
const VARIABLES = ["NO_PROXY", "no_proxy"] as const;

/** Makes a client that reaches this machine without a proxy. */
export function withoutLoopbackProxy<T>(create: () => T): T {
  const [name] = VARIABLES;
  const own = Deno.env.get(name);
  const [others] = VARIABLES.flatMap((variable) =>
    Deno.env.get(variable) ?? []
  );
  Deno.env.set(name, [others ?? "", LOOPBACK].join(","));
  try {
    return create();
  } finally {
    if (own === undefined) Deno.env.delete(name);
    else Deno.env.set(name, own);
  }
}
