/**
 * Reads an archive on another thread: decompresses it into a pipe, takes the
 * digest of what it holds, and keeps a copy of it as it came, while the main
 * thread unpacks. The worker is started from the text of functions, as the
 * program is a single file.
 *
 * @module
 */
import type {
  ArchiveAnswer,
  ArchiveFindings,
  ArchiveJob,
  FailurePlace,
} from "./archive_job.ts";
import { archiveWorkerMain, WORKER_PARTS } from "./archive_worker_main.ts";

/** Why a worker has failed. */
export class ArchiveFailure extends Error {
  /** @param compression How the archive is packed, if that is known. */
  constructor(
    reason: string,
    readonly at: FailurePlace,
    readonly compression = "none",
  ) {
    super(reason);
  }
}

/** A running worker. */
export interface ArchiveWorker extends Disposable {
  /** Resolves once the worker has its files open. */
  readonly opened: Promise<void>;
  /**
   * What it has found at the end. It may be awaited late.
   *
   * @throws {ArchiveFailure} If the archive is corrupt, or cannot be copied.
   */
  readonly findings: Promise<ArchiveFindings>;
}

/** Starts a worker; it ends with its disposal. */
export function startArchiveWorker(job: ArchiveJob): ArchiveWorker {
  const parts = Object.entries(WORKER_PARTS).map(([name, part]) =>
    `${name}: ${part}`
  );
  const source = `(${archiveWorkerMain})({ ${parts.join(",\n")} });`;
  // Deno keeps compiled code by address: that of a blob would be new each time.
  const url = `data:text/javascript,${encodeURIComponent(source)}`;
  const worker = new Worker(url, { type: "module" });
  const opened = Promise.withResolvers<void>();
  const findings = Promise.withResolvers<ArchiveFindings>();
  const fail = (error: ArchiveFailure): void => {
    opened.reject(error);
    findings.reject(error);
  };
  worker.onmessage = ({ data }: MessageEvent<ArchiveAnswer>): void => {
    if (data.type === "opened") opened.resolve();
    else if (data.type === "done") findings.resolve(data.findings);
    else fail(new ArchiveFailure(data.reason, data.at, data.compression));
  };
  worker.onerror = (event): void => {
    event.preventDefault();
    fail(new ArchiveFailure(event.message, "content"));
  };
  // Whoever awaits them is told; until then a failure is not unhandled.
  opened.promise.catch(() => {});
  findings.promise.catch(() => {});
  worker.postMessage(job);
  return {
    opened: opened.promise,
    findings: findings.promise,
    [Symbol.dispose](): void {
      worker.terminate();
    },
  };
}
