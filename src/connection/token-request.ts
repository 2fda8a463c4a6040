/**
 * The OAuth 2.0 client credentials grant (RFC 6749, 4.4) against the token endpoint. The protocol is
 * oauth4webapi's; the way to the network is ours.
 */
import type { Client, TokenEndpointResponse } from 'oauth4webapi';
import { ConnectError } from '../errors.ts';
import { isLoopback } from './addresses.ts';
import { excerptOf } from './answer-excerpt.ts';
import type { Clock } from './clock.ts';
import type { HttpClient } from './http-client.ts';
import type { HttpOutcome } from './http-exchange.ts';
import { readRetryAfter } from './retry-after.ts';

/** Who asks for a token, and where. */
export interface TokenIdentity {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Norce names the environment here: `playground`, `stage` or `prod`. */
  readonly scope: string;
}

/** How a token request ended. */
export type TokenResult =
  | {
      readonly kind: 'granted';
      readonly token: string /** Milliseconds from the request. */;
      readonly life: number;
    }
  /** The endpoint answered that it will not: the same question gets the same answer. */
  | { readonly kind: 'rejected'; readonly status: number; readonly reason: string }
  /** No usable answer. */
  | {
      readonly kind: 'unavailable';
      readonly status: number | undefined;
      readonly reason: string;
      readonly retryAfter: number | undefined;
    };

/** RFC 6749 leaves the life open when it is not told; Norce documents 3600 s. */
const DOCUMENTED_LIFE = 3600;
/** A token endpoint that needs longer is as good as down, in milliseconds. */
const LONGEST_WAIT = 30_000;
/** Visible ASCII: anything else could end the header line that carries the token. */
const HEADER_SAFE = /^[\x21-\x7e]{1,16384}$/;

/**
 * Asks once. Reasons hold neither the secret nor a token.
 *
 * @throws ConnectError `CONNECTION_CLOSED`
 */
export async function requestToken(
  identity: TokenIdentity,
  http: HttpClient,
  clock: Clock,
  timeout: number,
): Promise<TokenResult> {
  const url = new URL(identity.tokenUrl);
  let outcome: HttpOutcome | undefined;
  const oauth = await import('oauth4webapi');
  const server = { issuer: url.origin, token_endpoint: url.href };
  const client: Client = { client_id: identity.clientId };
  const send = async (_address: string, init: { body: URLSearchParams; headers: Record<string, string> }) => {
    const content = Buffer.from(init.body.toString());
    outcome = await http.send({
      method: 'POST',
      url,
      headers: { ...init.headers, 'accept-encoding': 'identity' },
      body: { length: content.length, chunks: () => [content] },
      timeout: Math.min(timeout, LONGEST_WAIT),
    });
    if (outcome.kind !== 'answer') throw new Error('no answer');
    // Statuses without a body are none that could grant a token.
    return new Response(outcome.text, {
      status: [204, 205, 304].includes(outcome.status) ? 500 : outcome.status,
      headers: { 'content-type': outcome.headers['content-type'] ?? '' },
    });
  };
  try {
    const response = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(identity.clientSecret),
      new URLSearchParams(identity.scope === '' ? {} : { scope: identity.scope }),
      { [oauth.customFetch]: send, [oauth.allowInsecureRequests]: isLoopback(url) },
    );
    return granted(await oauth.processClientCredentialsResponse(server, client, response));
  } catch (error) {
    if (error instanceof ConnectError) throw error;
    // The library's errors hold the answer's body; the outcome says all that may be shown.
    return refusalOf(outcome, identity, clock);
  }
}

function granted(response: TokenEndpointResponse): TokenResult {
  if (!HEADER_SAFE.test(response.access_token) || response.token_type !== 'bearer') {
    return {
      kind: 'unavailable',
      status: 200,
      reason: 'the answer holds no usable token',
      retryAfter: undefined,
    };
  }
  const life = (response.expires_in ?? DOCUMENTED_LIFE) * 1000;
  return { kind: 'granted', token: response.access_token, life };
}

function refusalOf(outcome: HttpOutcome | undefined, identity: TokenIdentity, clock: Clock): TokenResult {
  if (outcome?.kind !== 'answer') {
    const reason = outcome !== undefined && 'cause' in outcome ? outcome.cause.message : 'no usable answer';
    return { kind: 'unavailable', status: undefined, reason, retryAfter: undefined };
  }
  const { status, text, headers } = outcome;
  if (status < 300) {
    // Never an excerpt here: the body may hold a token.
    return { kind: 'unavailable', status, reason: 'the answer is not a token answer', retryAfter: undefined };
  }
  const reason = excerptOf(text, [identity.clientSecret]) || `status ${status}`;
  const isRejection = status < 500 && status !== 408 && status !== 429;
  return isRejection
    ? { kind: 'rejected', status, reason }
    : { kind: 'unavailable', status, reason, retryAfter: readRetryAfter(headers, clock.date()) };
}
