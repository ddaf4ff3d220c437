/**
 * The mount of a root made of layers. What mount(2) is told must fit into one
 * page, which the paths of forty layers or so fill; more are opened first and
 * named by their descriptors.
 *
 * @module
 * @see mount(2), "The data argument"
 * @see Linux Documentation/filesystems/overlayfs.rst, "Multiple lower layers"
 */
import { flags } from "../../../ffi/constants/symbolic.ts";
import { SpecError } from "../../base/errors.ts";
import type { Mount } from "../../oci/runtime_spec.ts";
import { parseMountOptions } from "./mount_options.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { Composed, PrepareStep } from "./step.ts";

/** What is mounted as the root. */
export interface RootMount extends Mount {
  /**
   * The directories that its option `lowerdir` spells, the topmost first.
   * Absent: it is no overlay, or its options are short.
   */
  readonly lower?: readonly string[];
}

/** A page without the NUL at its end, on every architecture we run on. */
const MAX_DATA_BYTES = 4095;
/** What `/proc/self/fd/N:` can be at most below the usual limit of 1024. */
const REFERENCE_BYTES = 19;
const LOWERDIR = "lowerdir=";

/**
 * Plans mounting a root.
 *
 * @param path Where; absolute on the host.
 * @throws {SpecError} If it has more layers than can be mounted.
 */
export function rootMountSteps(
  path: string,
  mount: RootMount,
): readonly PrepareStep[] {
  const { data, ...options } = parseMountOptions(mount.options);
  const { lower = [] } = mount;
  const isShort = lower.length === 0 || byteLength(data) <= MAX_DATA_BYTES;
  const step = (text: string | Composed | null): PrepareStep => ({
    call: "mount",
    args: [mount.source, path, mount.type, options.flags, text],
    why: "the root: what the container writes goes to its own layer",
  });
  if (isShort) return [step(data === "" ? null : data)];
  const rest = parseMountOptions(
    mount.options.filter((option) => !option.startsWith(LOWERDIR)),
  ).data;
  assertMountable(lower, rest);
  return [
    ...lower.map(openLayer),
    step({
      composed: [
        LOWERDIR,
        ...lower.flatMap((_, index) => [
          ...(index === 0 ? [] : [":"]),
          { result: layerName(index) },
        ]),
        `,${rest}`,
      ],
    }),
  ];
}

function assertMountable(lower: readonly string[], rest: string): void {
  const needed = LOWERDIR.length + lower.length * REFERENCE_BYTES +
    byteLength(rest);
  if (needed <= MAX_DATA_BYTES) return;
  throw new SpecError(
    "/root",
    `Cannot mount a root of ${lower.length} layers: mount(2) takes no more than ${MAX_DATA_BYTES} bytes of options`,
  );
}

function openLayer(directory: string, index: number): PrepareStep {
  return {
    call: "openat",
    args: [
      AT_FDCWD,
      directory,
      flags(OPEN, "O_PATH", "O_DIRECTORY", "O_CLOEXEC"),
    ],
    as: layerName(index),
    why: index === 0
      ? "layers are named by descriptors: so many paths do not fit into a page"
      : "as above",
  };
}

function layerName(index: number): string {
  return `layer.${index}`;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
