/**
 * One request and its answer over HTTP/1.1, and a precise word on whether the server may have received it.
 */
import type { Dispatcher } from 'undici';
import { ConnectError } from '../errors.ts';
import type { Clock } from './clock.ts';
import { Dispatchers } from './dispatchers.ts';
import { HttpExchange, type HttpOutcome, type HttpRequest } from './http-exchange.ts';
import type { NetworkSettings } from './network-settings.ts';
import type { Variables } from './proxy-rules.ts';

/** What a client needs from outside. */
export interface HttpClientOptions {
  readonly clock: Clock;
  /** Milliseconds after the last request at which the dispatchers are closed. */
  readonly idle: number;
  readonly network?: NetworkSettings;
  /** Names the proxies where the settings name none; that of the process unless given. */
  readonly environment?: Variables;
}

/**
 * undici dispatchers of its own, made at the first request and closed when they have long been idle. Each request has a
 * socket of its own: a kept one may be closed by the server just when it is used again, and then nobody knows
 * whether a POST was received. At 60 requests a minute a handshake each costs nothing.
 */
export class HttpClient {
  readonly #clock: Clock;
  readonly #idle: number;
  readonly #dispatchers: Dispatchers;
  #underWay = 0;
  #cancelClose: (() => void) | undefined;
  #onQuiet: (() => void) | undefined;
  #isClosed = false;

  constructor({ clock, idle, network = {}, environment = process.env }: HttpClientOptions) {
    this.#clock = clock;
    this.#idle = idle;
    this.#dispatchers = new Dispatchers(network, environment);
  }

  /**
   * Sends a request. Redirects are answers, bodies are not compressed.
   *
   * @throws ConnectError `REQUEST_INVALID` (a header or address that HTTP does not allow), `BODY_UNREADABLE` (the
   *   body failed while it was read), `BODY_LENGTH_WRONG`, `SETTINGS_INVALID` (the environment names a proxy that is no
   *   address), `CONNECTION_CLOSED`: all before a whole request was sent
   */
  async send(request: HttpRequest): Promise<HttpOutcome> {
    this.#underWay += 1;
    this.#cancelClose?.();
    try {
      const dispatcher = await this.#dispatcher(request.url);
      return await new HttpExchange(request, this.#clock).run(dispatcher);
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
    await this.#dispatchers.destroy();
  }

  /** Nothing is under way, and nothing is kept open. */
  get isIdle(): boolean {
    return this.#underWay === 0 && this.#dispatchers.isEmpty;
  }

  async #dispatcher(url: URL): Promise<Dispatcher> {
    const undici = await import('undici');
    if (this.#isClosed) throw new ConnectError('CONNECTION_CLOSED', 'The connection has been closed.');
    return this.#dispatchers.for(undici, url);
  }

  #becomeQuiet(): void {
    this.#onQuiet?.();
    if (this.#isClosed) return;
    this.#cancelClose = this.#clock.after(this.#idle, () => void this.#dispatchers.destroy(), true);
  }
}
