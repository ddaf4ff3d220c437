/**
 * A container's `/etc/hosts`. Pure.
 *
 * @module
 * @see hosts(5)
 */

/** The lines every container's file begins with. */
const LOCALHOST = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
ff00::\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;

/** The file of a container without a network of its own to be found in. */
export function formatHosts(): string {
  return LOCALHOST;
}
