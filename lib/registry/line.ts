/**
 * Requests as a registry's client sends them: across redirects, not waiting
 * for ever, and with errors in our own words.
 *
 * @module
 */
import type { Reading } from "./body.ts";
import { brokenOff, unreachable } from "./connection.ts";
import { type Reach, sendFollowing } from "./follow.ts";
import { RegistryError } from "./registry_error.ts";
import { PassingError } from "./retry.ts";
import type { HttpRequest } from "./transport.ts";

/** How requests travel. */
export interface Route {
  readonly reach: Reach;
  /** How long an answer may take. */
  readonly silenceMs: number;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** A request; the line has a signal of its own. */
export interface LineRequest extends Omit<HttpRequest, "signal"> {
  /** Called to be told whom to tell of progress while a body is sent. */
  readonly listen?: (heard: () => void) => void;
}

/** Sends requests, and knows who has answered any. */
export class Line {
  readonly #route: Route;
  readonly #answered = new Set<string>();

  constructor(route: Route) {
    this.#route = route;
  }

  /** How answers of a host are to be read. */
  readingOf({ host }: URL): Reading {
    return { host, silenceMs: this.#route.silenceMs };
  }

  /**
   * Sends a request and waits for the beginning of the answer.
   *
   * @throws {PassingError} If a host does not answer that did so before.
   * @throws {RegistryError} If it cannot be reached.
   */
  async send({ listen, ...request }: LineRequest): Promise<Response> {
    const { reach, silenceMs, signal } = this.#route;
    // The host that is spoken to, after redirects.
    let spokenTo = request.url;
    const silent = new AbortController();
    const giveUp = (): void => silent.abort();
    let timer = setTimeout(giveUp, silenceMs);
    listen?.(() => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, silenceMs);
    });
    try {
      return await sendFollowing({
        ...request,
        signal: AbortSignal.any([signal, silent.signal]),
      }, (url) => {
        const send = reach(url);
        return async (hop) => {
          spokenTo = hop.url;
          const answer = await send(hop);
          this.#answered.add(spokenTo.host);
          return answer;
        };
      });
    } catch (error) {
      signal.throwIfAborted();
      const { host } = spokenTo;
      if (silent.signal.aborted) throw tooLate(host, silenceMs);
      if (error instanceof RegistryError) throw error;
      throw this.#answered.has(host)
        ? brokenOff(error, host)
        : unreachable(error, spokenTo);
    } finally {
      clearTimeout(timer);
    }
  }
}

function tooLate(host: string, silenceMs: number): PassingError {
  const seconds = Math.round(silenceMs / 1000);
  const message = `Cannot reach "${host}": no answer came for ${seconds} s`;
  return new PassingError(0, undefined, message);
}
