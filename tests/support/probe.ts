/**
 * The program that looks around inside a container.
 *
 * @module
 */
import { staticProgram } from "./static_program.ts";

const PROBE = staticProgram({
  source: "probe/probe.c",
  variable: "TSDOCKER_TEST_PROBE",
});

/** What is missing to have the probe; `undefined` if nothing is. */
export const missingCompiler = PROBE.missing;

/** The probe, a static executable. */
export const buildProbe = PROBE.build;
