/**
 * Images that are named by where they are: `docker-archive:x.tar:name`,
 * `oci:directory`, and `-` for stdin. On the start path.
 *
 * @module
 * @see containers-transports(5)
 */
import { NotFoundError } from "../../base/errors.ts";
import { pathExists } from "../../base/path_exists.ts";

/** An image of an archive or of a directory with one. */
export interface TransportSource {
  readonly kind: "images";
  /** Absolute. */
  readonly path: string;
  /** What the archive calls it; needless if it has one only. */
  readonly name?: string;
}

/** What the name begins with; what there is decides, not which one it is. */
const TRANSPORT = /^(?:docker-archive|oci-archive|oci):(.+)$/s;

/**
 * Reads a name that says where an image is.
 *
 * @param cwd What paths are relative to; absolute.
 * @returns `undefined` if it is none.
 * @throws {NotFoundError} If there is no such file.
 */
export function readTransport(
  name: string,
  cwd: string,
): TransportSource | undefined {
  const [, rest] = TRANSPORT.exec(name) ?? [];
  if (rest === undefined) return undefined;
  const absolute = rest.startsWith("/") ? rest : `${cwd}/${rest}`;
  // A path may have colons, too: the longest that is there is meant.
  for (let end = absolute.length; end > 0;) {
    const path = absolute.slice(0, end);
    if (pathExists(path)) {
      const image = absolute.slice(end + 1);
      return { kind: "images", path, ...(image === "" ? {} : { name: image }) };
    }
    end = path.lastIndexOf(":");
  }
  throw new NotFoundError(`Cannot find image "${name}": no such file`, {
    advice: "check the path",
  });
}
