/**
 * An image that appears in a container, for reading only.
 *
 * @module
 */

/** An image among a container's files. */
export interface ImageMount {
  /** As the user wrote it. */
  readonly image: string;
  /** Absolute, normalized path inside the container. */
  readonly destination: string;
  /** Its layers, the topmost first; none until it has been opened. */
  readonly layers: readonly string[];
}
