/**
 * Takes every HTTP request in: counts it, lets faults strike, asks for the token, and passes it on.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { importHeaderName } from '../contract/index.ts';
import { serveConnect } from './connect-service.ts';
import { type Struck, strikeAnswer, strikeFirst } from './fault-strike.ts';
import type { FaultEffect, FaultQueue } from './faults.ts';
import type { Answer } from './http.ts';
import { BodyTooLarge, readBody, refuse, sendAnswer } from './http.ts';
import { type Inspected, serveInspection } from './inspection.ts';
import type { JobBoard } from './job-board.ts';
import type { RequestLimit } from './limit.ts';
import type { RecordedRequest } from './recorded-request.ts';
import { jobAskedFor } from './recorded-request.ts';
import type { TokenIssuer, TokenRequest } from './tokens.ts';

/** Path of the token endpoint. */
export const tokenPath = '/identity/1.0/connect/token';
/** Path of Connect's base address. */
export const connectPath = '/commerce/connect/4.0';

const operationPattern = /^\/commerce\/connect\/4\.0(?:\/api)?(\/[^/]+\/[^/]+)\/?$/i;
const tokenBodyLimit = 100_000;

/** What the front door needs from the simulator. */
export interface FrontDoorOptions {
  readonly simulator: Inspected;
  readonly board: JobBoard;
  readonly tokens: TokenIssuer;
  readonly limit: RequestLimit;
  readonly faults: FaultQueue;
  /** Takes the record of a request, to be completed when it is answered. */
  readonly record: (request: RecordedRequest) => void;
  /** Likewise, for the token endpoint. */
  readonly recordToken: (request: TokenRequest) => void;
  readonly bodyLimit: number;
  readonly retryAfter: boolean;
  readonly latency: { readonly minimum: number; readonly maximum: number };
  readonly random: () => number;
}

type Draft<Recorded> = { -readonly [Key in keyof Recorded]: Recorded[Key] };

/** The HTTP side of the simulator. */
export class FrontDoor {
  readonly #options: FrontDoorOptions;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
  }

  /** Answers one request; a caller that breaks off is not an error. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = performance.now();
    try {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (url.pathname === '/' || url.pathname.startsWith('/simulator/')) {
        sendAnswer(response, await serveInspection(request, url, this.#options.simulator));
      } else if (url.pathname === tokenPath) await this.#serveToken(request, response, at);
      else await this.#serveConnect(request, response, url, at);
    } catch (error) {
      if (response.destroyed || response.headersSent || request.errored) return;
      sendAnswer(response, refuse(500, `Internal error: ${String(error)}`));
    }
  }

  async #serveToken(request: IncomingMessage, response: ServerResponse, at: number): Promise<void> {
    const draft: Draft<TokenRequest> = { at, clientId: '', status: null };
    this.#options.recordToken(draft);
    response.once('finish', () => {
      draft.status = response.statusCode;
    });
    const fault = this.#options.faults.take(tokenPath);
    const struck: Struck = { request, response, received: () => undefined };
    if (fault !== undefined && (await strikeFirst(fault, struck))) return;
    if (request.method !== 'POST') {
      sendAnswer(response, refuse(405, 'Use POST.', { allow: 'POST' }));
      return;
    }
    const form = new URLSearchParams((await readBody(request, tokenBodyLimit)).toString('utf8'));
    const address = request.socket.remoteAddress ?? '';
    const answer = this.#options.tokens.answer(form, request.headers.authorization, address);
    draft.clientId = answer.clientId;
    await this.#delay();
    await this.#finish(struck, { ...answer, headers: this.#waitHeaders(answer.wait ?? 0) }, fault);
  }

  async #serveConnect(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    at: number,
  ): Promise<void> {
    const draft: Draft<RecordedRequest> = {
      at,
      method: request.method ?? '',
      path: url.pathname + url.search,
      status: null,
      header: parseHeader(request.headers[importHeaderName.toLowerCase()]),
      items: 0,
      bytes: 0,
      jobId: jobAskedFor(url),
      isOverLimit: false,
      fault: null,
    };
    this.#options.record(draft);
    response.once('finish', () => {
      draft.status = response.statusCode;
    });
    const turnedAway = this.#turnAway();
    if (turnedAway !== undefined) {
      draft.isOverLimit = true;
      await this.#delay();
      sendAnswer(response, turnedAway);
      return;
    }
    const fault = this.#options.faults.take(url.pathname);
    draft.fault = fault?.kind ?? null;
    const received = (bytes: number): void => {
      draft.bytes = bytes;
    };
    const struck: Struck = { request, response, received };
    if (fault !== undefined && (await strikeFirst(fault, struck))) return;
    if (fault?.kind === 'expiredToken') this.#options.tokens.revoke(request.headers.authorization);
    const answer = await this.#answer(struck, url, draft, fault);
    await this.#delay();
    await this.#finish(struck, answer, fault);
  }

  /** A request over the limit goes no further, not even to a fault. */
  #turnAway(): Answer | undefined {
    const milliseconds = this.#options.limit.admit();
    if (milliseconds === 0) return undefined;
    return refuse(429, 'Too many requests.', this.#waitHeaders(milliseconds));
  }

  async #answer(
    { request, received }: Struck,
    url: URL,
    draft: Draft<RecordedRequest>,
    fault: FaultEffect | undefined,
  ): Promise<Answer> {
    if (!this.#options.tokens.accepts(request.headers.authorization)) {
      return refuse(401, 'Unauthorized.', { 'www-authenticate': 'Bearer' });
    }
    const operation = operationPattern.exec(url.pathname)?.[1];
    if (operation === undefined) return refuse(404, 'There is no such address.');
    try {
      const body = await readBody(request, this.#options.bodyLimit, received);
      const outcome = serveConnect(
        {
          method: draft.method,
          operation,
          query: url.searchParams,
          headers: request.headers,
          body,
          jobWillFail: fault?.kind === 'failedJob',
        },
        this.#options.board,
      );
      draft.items = outcome.items ?? 0;
      draft.jobId = outcome.jobId ?? draft.jobId;
      await outcome.answerAfter;
      return outcome.answer;
    } catch (error) {
      if (error instanceof BodyTooLarge) return refuse(413, 'The body is too large.');
      throw error;
    }
  }

  /** Sends the answer, as far as a fault leaves it whole. */
  async #finish(struck: Struck, answer: Answer, fault: FaultEffect | undefined): Promise<void> {
    if (fault === undefined) sendAnswer(struck.response, answer);
    else await strikeAnswer(fault, struck, answer);
  }

  #waitHeaders(milliseconds: number): Readonly<Record<string, string>> {
    if (milliseconds === 0 || !this.#options.retryAfter) return {};
    return { 'retry-after': String(Math.max(1, Math.ceil(milliseconds / 1000))) };
  }

  async #delay(): Promise<void> {
    const { latency, random } = this.#options;
    if (latency.maximum === 0) return;
    const milliseconds = latency.minimum + random() * (latency.maximum - latency.minimum);
    await wait(milliseconds, undefined, { ref: false });
  }
}

function parseHeader(text: string | string[] | undefined): unknown {
  if (typeof text !== 'string') return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
