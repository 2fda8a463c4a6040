/**
 * The identity server: OAuth2 client credentials in, bearer tokens out, three times a minute per address.
 */
import { randomUUID } from 'node:crypto';
import { TokenBucket } from './limit.ts';

/** An integration user that may ask for tokens. */
export interface SimulatorClient {
  readonly id: string;
  readonly secret: string;
  /** Scopes it may ask for; playground, stage and prod unless given. */
  readonly scopes?: readonly string[];
}

/** One request at the token endpoint. */
export interface TokenRequest {
  /** `performance.now()` at arrival, in milliseconds. */
  readonly at: number;
  /** Empty until it has been read, and for good when a fault strikes before. */
  readonly clientId: string;
  /** Null until a whole answer has gone out, and for good when none does. */
  readonly status: number | null;
}

/** The token endpoint's answer. */
export interface TokenAnswer {
  /** Who asked. */
  readonly clientId: string;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Milliseconds to wait, with a 429. */
  readonly wait?: number;
}

type Verdict = Omit<TokenAnswer, 'clientId'>;

/** How a {@link TokenIssuer} keeps time. */
export interface TokenIssuerOptions {
  readonly clients: readonly SimulatorClient[];
  /** Milliseconds that a token lives. */
  readonly lifetime: number;
  /** Milliseconds of one minute. */
  readonly minute: number;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
}

const environments = ['playground', 'stage', 'prod'];
const requestsPerMinute = 3;
const burst = 20;

/** Issues tokens and recognises them again. */
export class TokenIssuer {
  readonly #options: TokenIssuerOptions;
  readonly #clients: Map<string, SimulatorClient>;
  readonly #expiries = new Map<string, number>();
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: TokenIssuerOptions) {
    this.#options = options;
    this.#clients = new Map(options.clients.map((client) => [client.id, client]));
  }

  /**
   * Answers one request at the token endpoint.
   * @param form the form-encoded body.
   * @param authorization the Authorization header, for clients that identify themselves by HTTP Basic.
   * @param address the caller's IP address, which the limit counts by.
   */
  answer(form: URLSearchParams, authorization: string | undefined, address: string): TokenAnswer {
    const credentials = readCredentials(form, authorization);
    return { clientId: credentials.id, ...this.#decide(form, credentials, address) };
  }

  /** Whether an Authorization header carries a token that still lives. */
  accepts(authorization: string | undefined): boolean {
    const expiry = this.#expiries.get(tokenOf(authorization));
    return expiry !== undefined && this.#options.now() < expiry;
  }

  /** Ends the life of the token that an Authorization header carries. */
  revoke(authorization: string | undefined): void {
    this.#expiries.delete(tokenOf(authorization));
  }

  /** Ends the life of every token issued so far. */
  revokeAll(): void {
    this.#expiries.clear();
  }

  /** Gives a client a new secret; tokens issued before live on. */
  changeSecret(clientId: string, secret: string): void {
    const client = this.#clients.get(clientId);
    if (client !== undefined) this.#clients.set(clientId, { ...client, secret });
  }

  #decide(form: URLSearchParams, credentials: { id: string; secret: string }, address: string): Verdict {
    const wait = this.#bucketOf(address).admit();
    if (wait > 0) return { status: 429, body: { error: 'too_many_requests' }, wait };
    if (!form.has('grant_type')) return refusal(400, 'invalid_request', 'grant_type is missing.');
    if (form.get('grant_type') !== 'client_credentials') return refusal(400, 'unsupported_grant_type');
    const client = this.#clients.get(credentials.id);
    if (client === undefined || client.secret !== credentials.secret) return refusal(401, 'invalid_client');
    const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
    const allowed = client.scopes ?? environments;
    if (scopes.length === 0 || scopes.some((scope) => !allowed.includes(scope))) {
      return refusal(400, 'invalid_scope');
    }
    return { status: 200, body: this.#issue(scopes.join(' ')) };
  }

  #issue(scope: string): Readonly<Record<string, unknown>> {
    const now = this.#options.now();
    for (const [token, expiry] of this.#expiries) if (expiry <= now) this.#expiries.delete(token);
    const token = randomUUID();
    this.#expiries.set(token, now + this.#options.lifetime);
    const seconds = Math.max(1, Math.floor(this.#options.lifetime / 1000));
    return { access_token: token, expires_in: seconds, token_type: 'Bearer', scope };
  }

  #bucketOf(address: string): TokenBucket {
    const known = this.#buckets.get(address);
    if (known !== undefined) return known;
    const refill = this.#options.minute / requestsPerMinute;
    const bucket = new TokenBucket({
      capacity: requestsPerMinute + burst,
      refill,
      now: this.#options.now,
    });
    this.#buckets.set(address, bucket);
    return bucket;
  }
}

/** The token in an Authorization header; empty where there is none. */
function tokenOf(authorization = ''): string {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
}

function refusal(status: number, error: string, description?: string): Verdict {
  return { status, body: description === undefined ? { error } : { error, error_description: description } };
}

function readCredentials(
  form: URLSearchParams,
  authorization: string | undefined,
): { id: string; secret: string } {
  const encoded = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) {
    return { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? '' };
  }
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return { id: formDecode(id), secret: formDecode(secret) };
}

/** RFC 6749 encodes both parts as form values before Basic joins them. */
function formDecode(text: string): string {
  return new URLSearchParams(`value=${text}`).get('value') ?? '';
}
