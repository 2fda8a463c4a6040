/**
 * What outlives a deploy: Node-RED closes and makes anew its config nodes, but the last minute's requests, the
 * token and the requests under way must not be forgotten with them.
 */
import { createHash } from 'node:crypto';
import { ConnectError } from '../errors.ts';
import type { SlotStore } from '../store/index.ts';
import type { Backoff } from './backoff.ts';
import type { CallRun } from './call-run.ts';
import { type Clock, systemClock } from './clock.ts';
import { Connection } from './connection.ts';
import { BasicCredential, type CredentialSource } from './credential.ts';
import { HttpClient } from './http-client.ts';
import { type NetworkSettings, networkKey } from './network-settings.ts';
import type { Variables } from './proxy-rules.ts';
import { type ConnectionSettings, checkSettings, throttleKey } from './settings.ts';
import { Throttle } from './throttle.ts';
import { TokenLimiter } from './token-limiter.ts';
import { requestToken } from './token-request.ts';
import { TokenSource } from './token-source.ts';

/** What a test or a simulator may set. */
export interface RegistryOptions {
  /**
   * Length of a minute in milliseconds, 60,000 unless scaled: the window of the limits, and the measure of all
   * pauses that are not told by a server.
   */
  readonly minute?: number;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Names the proxies of connections that have none of their own; that of the process unless given. */
  readonly environment?: Variables;
}

interface SharedCredential {
  readonly source: CredentialSource;
  readonly users: Set<Connection>;
}

interface SharedToken extends SharedCredential {
  readonly source: TokenSource;
  readonly client: HttpClient;
}

interface Membership {
  readonly leaveThrottle: () => void;
  readonly credential: SharedCredential;
  readonly client: HttpClient;
}

/** Idle tokens that are kept; each is a few kilobytes. */
const MOST_TOKENS = 100;
/** How long requests under way may take to end when the process stops, in milliseconds. */
const GRACE = 2000;

/** All connections of a process, and what they share. */
export class ConnectionRegistry {
  readonly #clock: Clock;
  readonly #minute: number;
  readonly #backoff: Backoff;
  readonly #environment: Variables;
  /** One for each set of network settings that is in use. */
  readonly #clients = new Map<string, HttpClient>();
  readonly #throttles = new Map<string, Throttle>();
  readonly #limiters = new Map<string, TokenLimiter>();
  readonly #tokens = new Map<string, SharedToken>();
  readonly #members = new Map<Connection, Membership>();
  readonly #running = new Set<CallRun>();
  #closing: Promise<void> | undefined;

  constructor({
    minute = 60_000,
    clock = systemClock,
    random = Math.random,
    environment = process.env,
  }: RegistryOptions = {}) {
    this.#clock = clock;
    this.#minute = minute;
    this.#backoff = { base: minute / 60, cap: minute * 5, random };
    this.#environment = environment;
  }

  /**
   * A connection for one user, to be released by it. Whatever was acquired with the same customer shares its
   * limit, and with the same credentials its token.
   *
   * @param slots where the customer's slots are noted, unless somebody else has said so already; without it a restart
   *   of the process forgets them
   * @throws ConnectError `SETTINGS_INVALID`, `ADDRESS_INVALID`, `ADDRESS_NOT_HTTPS`, `CONNECTION_CLOSED`
   */
  acquire(settings: ConnectionSettings, slots?: SlotStore): Connection {
    this.#check(settings);
    const isBasic = settings.authentication === 'basic';
    const credential = isBasic ? this.#ownCredential(settings) : this.#sharedToken(settings);
    return this.#join(settings, credential, slots);
  }

  /**
   * The like of {@link acquire}, but with a token source that nobody else has: the credentials are tried out
   * themselves, and not a token that they once brought.
   *
   * @throws ConnectError as {@link acquire}
   */
  acquireWithNewToken(settings: ConnectionSettings, slots?: SlotStore): Connection {
    this.#check(settings);
    return this.#join(settings, this.#ownCredential(settings), slots);
  }

  /** The user is done with it; its calls under way go on. A second release does nothing. */
  release(connection: Connection): void {
    const membership = this.#members.get(connection);
    if (membership === undefined) return;
    this.#members.delete(connection);
    membership.leaveThrottle();
    membership.credential.users.delete(connection);
  }

  /** Length of a minute in milliseconds: 60,000 unless scaled. */
  get minute(): number {
    return this.#minute;
  }

  /** The time by which all connections go. */
  get clock(): Clock {
    return this.#clock;
  }

  /** True from the beginning of {@link close}: it cannot be used again. */
  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  /** Cancels what waits, gives what is under way two seconds, and lets go of everything. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    for (const run of this.#running) run.cancel();
    for (const connection of this.#members.keys()) this.release(connection);
    await Promise.all([...this.#clients.values()].map((client) => client.close(GRACE)));
    this.#clients.clear();
    this.#throttles.clear();
    this.#tokens.clear();
    this.#limiters.clear();
  }

  #check(settings: ConnectionSettings): void {
    if (this.isClosed) throw new ConnectError('CONNECTION_CLOSED', 'The connections have been closed.');
    checkSettings(settings);
  }

  #ownCredential(settings: ConnectionSettings): SharedCredential {
    const { authentication, clientId, clientSecret } = settings;
    const isBasic = authentication === 'basic';
    const source = isBasic ? new BasicCredential(clientId, clientSecret) : this.#tokenSource(settings);
    return { source, users: new Set() };
  }

  #join(
    settings: ConnectionSettings,
    credential: SharedCredential,
    slots: SlotStore | undefined,
  ): Connection {
    const throttle = this.#throttle(throttleKey(settings), slots);
    const client = this.#client(settings);
    const connection = new Connection(
      settings,
      {
        throttle,
        credentials: credential.source,
        http: client,
        clock: this.#clock,
        backoff: this.#backoff,
      },
      this.#running,
    );
    credential.users.add(connection);
    const leaveThrottle = throttle.join(settings.requestsPerMinute);
    this.#members.set(connection, { leaveThrottle, credential, client });
    return connection;
  }

  #throttle(key: string, slots: SlotStore | undefined): Throttle {
    for (const [other, throttle] of this.#throttles) if (throttle.isIdle) this.#throttles.delete(other);
    const known = this.#throttles.get(key);
    if (known !== undefined) return known;
    const throttle = new Throttle({
      window: this.#minute,
      clock: this.#clock,
      backoff: this.#backoff,
      ...(slots === undefined ? {} : { notes: { slots, name: key } }),
    });
    this.#throttles.set(key, throttle);
    return throttle;
  }

  #sharedToken(settings: ConnectionSettings): SharedToken {
    const key = tokenKey(settings);
    const known = this.#tokens.get(key);
    // What is looked up last is forgotten last.
    this.#tokens.delete(key);
    this.#forgetTokens();
    const token = known ?? {
      source: this.#tokenSource(settings),
      users: new Set(),
      client: this.#client(settings),
    };
    this.#tokens.set(key, token);
    return token;
  }

  #forgetTokens(): void {
    const unused = [...this.#tokens].filter(([, token]) => token.users.size === 0);
    const live = unused.filter(([, token]) => !token.source.isIdle);
    const kept = new Set(live.slice(-MOST_TOKENS).map(([key]) => key));
    for (const [key] of unused) if (!kept.has(key)) this.#tokens.delete(key);
  }

  #client({ tls, proxy, proxyRules }: NetworkSettings): HttpClient {
    const network = {
      ...(tls === undefined ? {} : { tls }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(proxyRules === undefined ? {} : { proxyRules }),
    };
    const key = networkKey(network);
    this.#forgetClients(key);
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const options = { clock: this.#clock, idle: this.#minute, environment: this.#environment };
    const client = new HttpClient({ ...options, network });
    this.#clients.set(key, client);
    return client;
  }

  /** A replaced certificate or proxy is not needed again, and its secrets have no reason to stay in memory. */
  #forgetClients(wanted: string): void {
    const used = new Set([...this.#members.values(), ...this.#tokens.values()].map(({ client }) => client));
    for (const [key, client] of this.#clients) {
      if (key !== wanted && client.isIdle && !used.has(client)) this.#clients.delete(key);
    }
  }

  #tokenSource(settings: ConnectionSettings): TokenSource {
    const { addresses, clientId, clientSecret, scope, timeout } = settings;
    const client = this.#client(settings);
    const identity = { tokenUrl: addresses.tokenUrl, clientId, clientSecret, scope };
    return new TokenSource({
      request: () => requestToken(identity, client, this.#clock, timeout),
      limiter: this.#limiter(new URL(addresses.tokenUrl).host),
      clock: this.#clock,
      backoff: this.#backoff,
      minute: this.#minute,
    });
  }

  #limiter(host: string): TokenLimiter {
    const limiter = this.#limiters.get(host) ?? new TokenLimiter(this.#clock, this.#minute);
    this.#limiters.set(host, limiter);
    return limiter;
  }
}

/**
 * The secret is in it only as a hash: a changed one is another key, and the key may be seen. A token goes the way of
 * its connection, so a changed way is another key too.
 */
function tokenKey(settings: ConnectionSettings): string {
  const { addresses, clientId, clientSecret, scope } = settings;
  const hash = createHash('sha256').update(clientSecret).digest('hex');
  return JSON.stringify([addresses.tokenUrl, clientId, scope, hash, networkKey(settings)]);
}
