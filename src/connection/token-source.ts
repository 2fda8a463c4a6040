/**
 * One token for everybody who needs the same one: fetched once, renewed in time, never asked for in a storm.
 */
import { ConnectError } from '../errors.ts';
import { type Backoff, backoffDelay } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { CredentialSource } from './credential.ts';
import type { TokenLimiter } from './token-limiter.ts';
import type { TokenResult } from './token-request.ts';

/** Share of its life after which a token is renewed. */
const RENEWAL = 0.9;
/** In parts of a minute: a token is renewed at least this long before its end, but not before half its life. */
const LEAST_MARGIN = 1 / 6;
/** In parts of a minute: how long a rejection is remembered. */
const REJECTION_MEMORY = 1 / 2;
/** In parts of a minute: how long a token is used even if it claims to live shorter. */
const LEAST_LIFE = 1 / 60;

/** What a source needs from outside. */
export interface TokenSourceOptions {
  readonly request: () => Promise<TokenResult>;
  readonly limiter: TokenLimiter;
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** Length of a minute in milliseconds. */
  readonly minute: number;
}

interface HeldToken {
  readonly text: string;
  readonly fetchedAt: number;
  readonly renewAt: number;
  readonly expiresAt: number;
  /** It was fetched because Connect refused the one before. */
  readonly afterRefusal: boolean;
}

interface Failure {
  readonly until: number;
  /** A fresh error for everyone who asks: whoever receives one may add to it. */
  readonly error: () => ConnectError;
}

/** The token of one client id, secret and scope at one token address. */
export class TokenSource implements CredentialSource {
  readonly scheme = 'Bearer';
  readonly #options: TokenSourceOptions;
  #held: HeldToken | undefined;
  #failure: Failure | undefined;
  #failuresInARow = 0;
  #wasRefused = false;
  #underWay: Promise<HeldToken> | undefined;

  constructor(options: TokenSourceOptions) {
    this.#options = options;
  }

  /**
   * The token to send now. In the last tenth of its life it is renewed behind the back of its users.
   *
   * @throws ConnectError `TOKEN_REJECTED`, for half a minute without asking again; `TOKEN_UNAVAILABLE` (retryable;
   *   `details.retryAfter`: milliseconds until it is asked for again)
   */
  async get(): Promise<string> {
    const now = this.#options.clock.now();
    const held = this.#held;
    if (held === undefined || now >= held.expiresAt) return (await this.#fetch(now)).text;
    if (now >= held.renewAt) {
      // A failed renewal is remembered by the source and told when the token has really expired.
      this.#fetch(now).catch(() => undefined);
    }
    return held.text;
  }

  /**
   * Connect answered 401 to this token. True if another one can be had. A token that was itself fetched because
   * of a 401 is given up at most once a minute: then the token is not what is wrong.
   */
  refused(token: string): boolean {
    const held = this.#held;
    if (held === undefined || held.text !== token) return true;
    const { clock, minute } = this.#options;
    if (held.afterRefusal && clock.now() < held.fetchedAt + minute) return false;
    this.#held = undefined;
    this.#wasRefused = true;
    return true;
  }

  /** The current token's text, for cleaning messages of it; fetches nothing. */
  get secrets(): readonly string[] {
    return this.#held === undefined ? [] : [this.#held.text];
  }

  /** Nothing is remembered that anyone could need again. */
  get isIdle(): boolean {
    const now = this.#options.clock.now();
    const holds = this.#held !== undefined && now < this.#held.expiresAt;
    const remembers = this.#failure !== undefined && now < this.#failure.until;
    return !holds && !remembers && this.#underWay === undefined;
  }

  #fetch(now: number): Promise<HeldToken> {
    if (this.#underWay !== undefined) return this.#underWay;
    if (this.#failure !== undefined && now < this.#failure.until)
      return Promise.reject(this.#failure.error());
    this.#underWay = this.#request().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #request(): Promise<HeldToken> {
    const { request, limiter, clock } = this.#options;
    await limiter.turn();
    const askedAt = clock.now();
    const result = await request();
    if (result.kind !== 'granted') {
      this.#failure = this.#remember(result);
      throw this.#failure.error();
    }
    this.#failure = undefined;
    this.#failuresInARow = 0;
    this.#held = this.#hold(result.token, askedAt, result.life);
    this.#wasRefused = false;
    return this.#held;
  }

  #hold(text: string, fetchedAt: number, life: number): HeldToken {
    const { minute } = this.#options;
    const usable = Math.max(life, minute * LEAST_LIFE);
    const margin = Math.max(usable * (1 - RENEWAL), Math.min(minute * LEAST_MARGIN, usable / 2));
    return {
      text,
      fetchedAt,
      renewAt: fetchedAt + usable - margin,
      expiresAt: fetchedAt + usable,
      afterRefusal: this.#wasRefused,
    };
  }

  #remember(result: Exclude<TokenResult, { kind: 'granted' }>): Failure {
    const { clock, minute, limiter, backoff } = this.#options;
    const now = clock.now();
    this.#failuresInARow += 1;
    const status = result.status === undefined ? {} : { status: result.status };
    if (result.kind === 'rejected') {
      const message = `The token endpoint rejected the credentials (${result.status}: ${result.reason}). Check the client id, the client secret, the scope and the token address.`;
      return {
        until: now + minute * REJECTION_MEMORY,
        error: () => new ConnectError('TOKEN_REJECTED', message, status),
      };
    }
    if (result.retryAfter !== undefined) limiter.stop(result.retryAfter);
    const until = now + (result.retryAfter ?? backoffDelay(this.#failuresInARow, backoff));
    const message = `The token endpoint gave no token (${result.reason}).`;
    return {
      until,
      error: () =>
        new ConnectError('TOKEN_UNAVAILABLE', message, {
          ...status,
          retryable: true,
          details: { retryAfter: Math.max(0, until - clock.now()) },
        }),
    };
  }
}
