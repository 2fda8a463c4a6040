/**
 * One request and its answer over HTTP/1.1, and a precise word on whether the server may have received it.
 */
import type { Agent } from 'undici';
import { ConnectError } from '../errors.ts';
import type { Clock } from './clock.ts';
import { HttpExchange, type HttpOutcome, type HttpRequest } from './http-exchange.ts';

/** Sockets to one host: as many as a customer's limit, so that a request that holds a slot never waits for one. */
const SOCKETS = 60;
const CONNECT_TIMEOUT = 10_000;

/** What a client needs from outside. */
export interface HttpClientOptions {
  readonly clock: Clock;
  /** Milliseconds after the last request at which the agent is closed. */
  readonly idle: number;
}

/**
 * An undici agent of its own, made at the first request and closed when it has long been idle. Each request has a
 * socket of its own: a kept one may be closed by the server just when it is used again, and then nobody knows
 * whether a POST was received. At 60 requests a minute a handshake each costs nothing.
 */
export class HttpClient {
  readonly #clock: Clock;
  readonly #idle: number;
  #agent: Agent | undefined;
  #underWay = 0;
  #cancelClose: (() => void) | undefined;
  #onQuiet: (() => void) | undefined;
  #isClosed = false;

  constructor({ clock, idle }: HttpClientOptions) {
    this.#clock = clock;
    this.#idle = idle;
  }

  /**
   * Sends a request. Redirects are answers, bodies are not compressed.
   *
   * @throws ConnectError `REQUEST_INVALID` (a header or address that HTTP does not allow), `BODY_UNREADABLE` (the
   *   body failed while it was read), `BODY_LENGTH_WRONG`, `CONNECTION_CLOSED`: all before a whole request was sent
   */
  async send(request: HttpRequest): Promise<HttpOutcome> {
    this.#underWay += 1;
    this.#cancelClose?.();
    try {
      const agent = await this.#open();
      return await new HttpExchange(request, this.#clock).run(agent);
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#becomeQuiet();
    }
  }

  /** Lets what is under way end for the given milliseconds, then cuts it off. */
  async close(grace: number): Promise<void> {
    this.#isClosed = true;
    this.#cancelClose?.();
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.after(grace, resolve);
        this.#onQuiet = () => {
          cancel();
          resolve();
        };
      });
    }
    await this.#dropAgent();
  }

  async #open(): Promise<Agent> {
    const undici = await import('undici');
    if (this.#isClosed) throw new ConnectError('CONNECTION_CLOSED', 'The connection has been closed.');
    this.#agent ??= new undici.Agent({
      connections: SOCKETS,
      pipelining: 0,
      allowH2: false,
      // The exchange keeps time itself: undici's timers are rough and do not see that a body makes progress.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: CONNECT_TIMEOUT },
    });
    return this.#agent;
  }

  #becomeQuiet(): void {
    this.#onQuiet?.();
    if (this.#isClosed) return;
    this.#cancelClose = this.#clock.after(this.#idle, () => void this.#dropAgent(), true);
  }

  async #dropAgent(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    await agent?.destroy();
  }
}
