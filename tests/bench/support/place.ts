/**
 * What is measured, unless the environment names something else.
 *
 * @module
 */
const CHECKOUT = decodeURIComponent(
  new URL("../../..", import.meta.url).pathname,
);

/** The program that `TSDOCKER` names, or the one built in the checkout. */
export function programPath(): string {
  return Deno.env.get("TSDOCKER") ?? `${CHECKOUT}tsdocker`;
}

/** The image that `TSDOCKER_TEST_IMAGE` names, or the checkout's. */
export function imagePath(): string {
  return Deno.env.get("TSDOCKER_TEST_IMAGE") ??
    `${CHECKOUT}images/busybox.tar`;
}
