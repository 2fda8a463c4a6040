/**
 * The way to one customer's Connect: what the rest of the package sees of the network.
 */
import { ConnectError } from '../errors.ts';
import type { Answer, Call } from './call.ts';
import { CallRun, type SharedParts } from './call-run.ts';
import { type NetworkSettings, networkKey } from './network-settings.ts';
import { type ConnectionSettings, checkSettings } from './settings.ts';
import type { ThrottleStatus } from './throttle.ts';

const PATH = /^(?:\/\w+)+$/;

/** The settings without what is secret. */
export type PublicSettings = Omit<ConnectionSettings, 'clientSecret' | keyof NetworkSettings>;

/** One user's connection. It shares throttle, token and sockets with others; get it from the registry. */
export class Connection {
  readonly #settings: ConnectionSettings;
  readonly #parts: SharedParts;
  readonly #running: Set<CallRun>;

  /**
   * @param running where calls stand from their beginning to their end
   * @throws ConnectError `SETTINGS_INVALID`, `ADDRESS_INVALID`, `ADDRESS_NOT_HTTPS`
   */
  constructor(settings: ConnectionSettings, parts: SharedParts, running: Set<CallRun>) {
    checkSettings(settings);
    this.#settings = settings;
    this.#parts = parts;
    this.#running = running;
  }

  get settings(): PublicSettings {
    const { clientSecret: _secret, tls: _tls, proxy: _proxy, proxyRules: _rules, ...shown } = this.#settings;
    return shown;
  }

  /** Whether settings take the same way: the same proxy, under the same TLS rules. */
  hasSameNetwork(settings: NetworkSettings): boolean {
    return networkKey(this.#settings) === networkKey(settings);
  }

  /** What data of this connection belongs to: its Connect, and with that the customer and the environment. */
  get scope(): string {
    return this.#settings.addresses.connectUrl.replace(/\/+$/, '').toLowerCase();
  }

  /** The limit, the slots taken and the line, of all connections of this customer. */
  get status(): ThrottleStatus {
    return this.#parts.throttle.status;
  }

  /**
   * Carries out one operation, over as many attempts as are allowed and needed. It goes on when the connection
   * has been released meanwhile.
   *
   * Errors by code (`status` where an answer caused it; `details`: `attempts`, `perhapsReceived`):
   * - an answer about the request, never repeated: `BAD_REQUEST`, `UNAUTHORIZED`, `FORBIDDEN`, `NOT_FOUND`,
   *   `TOO_LARGE`, `REJECTED`, `REDIRECTED`, `ANSWER_TOO_LARGE`
   * - surely not carried out: `CONNECT_UNAVAILABLE`, `TOKEN_UNAVAILABLE`, `NOT_SENT` (retryable);
   *   `TOKEN_REJECTED`, `REQUEST_INVALID`, `BODY_UNREADABLE`, `BODY_LENGTH_WRONG`, `CONNECTION_CLOSED`
   * - perhaps carried out: `OUTCOME_UNKNOWN`
   *
   * @throws ConnectError
   */
  async call(call: Call): Promise<Answer> {
    const run = new CallRun(call, this.#address(call), this.#settings, this.#parts);
    this.#running.add(run);
    try {
      return await run.run();
    } finally {
      this.#running.delete(run);
    }
  }

  #address({ path, query = {} }: Call): URL {
    if (!PATH.test(path)) throw new ConnectError('REQUEST_INVALID', `"${path}" is no path of an operation.`);
    const base = this.#settings.addresses.connectUrl.replace(/\/+$/, '');
    const url = new URL(base + path);
    url.search = new URLSearchParams(query).toString();
    return url;
  }
}
