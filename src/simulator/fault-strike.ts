/**
 * Lets a fault strike a request: before anything is done, or at its answer.
 */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { FaultEffect, FaultParameters, RetryAfter } from './faults.ts';
import { type Answer, beginAnswer, refuse, sendAnswer, textOf } from './http.ts';

/** The request that is struck. */
export interface Struck {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Told the number of bytes of the body that have been received before the strike. */
  readonly received: (bytes: number) => void;
}

const page = '<!doctype html><title>Maintenance</title><p>Back soon.';
const noHttp = 'This is no HTTP at all.\r\n\r\n';
const defaultDuration = 1000;
const mostPieces = 20;

const messages: Readonly<Record<number, string>> = {
  400: 'The request is invalid.',
  401: 'Unauthorized.',
  403: 'Forbidden.',
  404: 'There is no such address.',
  408: 'The request took too long.',
  413: 'The body is too large.',
  429: 'Too many requests.',
  500: 'An error has occurred.',
  502: 'Bad gateway.',
  503: 'Service unavailable.',
  504: 'The gateway timed out.',
};

/**
 * Lets a fault strike that leaves the request undone.
 *
 * @returns whether it did, so that the request has ended.
 */
export async function strikeFirst(
  fault: FaultEffect,
  { request, response, received }: Struck,
): Promise<boolean> {
  if (!leavesUndone(fault)) return false;
  const answer = replacement(fault);
  if (answer !== undefined) sendAnswer(response, answer);
  else if (fault.kind === 'garbage') response.socket?.end(noHttp);
  else if (fault.kind === 'reset') {
    if (fault.at === 'body') received(await firstBytes(request));
    response.socket?.resetAndDestroy();
  }
  return true;
}

/** Sends the answer of a request that was dealt with, as far as the fault leaves it whole. */
export async function strikeAnswer(fault: FaultEffect, { response }: Struck, answer: Answer): Promise<void> {
  const other = replacement(fault);
  if (other !== undefined) {
    sendAnswer(response, other);
    return;
  }
  switch (fault.kind) {
    case 'garbage':
      response.socket?.end(noHttp);
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'lostAnswer':
      response.socket?.destroy();
      return;
    case 'stall':
      stallAt(fault.at, response, answer);
      return;
    case 'truncated':
      sendHalf(response, answer, () => response.socket?.end());
      return;
    case 'malformed':
      sendAnswer(response, { ...answer, text: halfOf(textOf(answer)) });
      return;
    case 'slow':
      await drip(response, answer, fault.duration ?? defaultDuration);
      return;
    case 'jobId':
      sendAnswer(response, { ...answer, body: withJobId(answer.body, fault.form ?? 'missing') });
      return;
    case 'noAccessToken':
      sendAnswer(response, { ...answer, body: without(answer.body, 'access_token') });
      return;
    default:
      sendAnswer(response, answer);
  }
}

function leavesUndone(fault: FaultEffect): boolean {
  switch (fault.kind) {
    case 'unauthorized':
    case 'tooManyRequests':
    case 'serverError':
    case 'unavailable':
    case 'redirect':
    case 'invalidClient':
      return true;
    case 'status':
    case 'html':
    case 'garbage':
      return fault.carriedOut !== true;
    case 'reset':
      return fault.at !== 'taken';
    case 'stall':
      return (fault.at ?? 'start') === 'start';
    default:
      return false;
  }
}

/** The whole answer that a fault puts in place of the right one. */
function replacement(fault: FaultEffect): Answer | undefined {
  switch (fault.kind) {
    case 'unauthorized':
      return refusal({ status: 401 });
    case 'tooManyRequests':
      return refusal({ status: 429, retryAfter: 1 });
    case 'serverError':
      return refusal({ status: 500 });
    case 'unavailable':
      return refusal({ status: 503 });
    case 'status':
      return refusal(fault);
    case 'html':
      return { status: 200, html: page };
    case 'redirect':
      return { status: fault.status ?? 302, headers: { location: fault.location ?? '/elsewhere' } };
    case 'invalidClient':
      return { status: 401, body: { error: 'invalid_client' } };
    default:
      return undefined;
  }
}

function refusal({ status = 500, body = 'json', retryAfter }: FaultParameters['status']): Answer {
  const headers = {
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfterText(retryAfter) }),
  };
  if (body === 'json') return refuse(status, messages[status] ?? '', headers);
  return body === 'html' ? { status, html: page, headers } : { status, headers };
}

function retryAfterText(value: RetryAfter): string {
  if (typeof value !== 'object') return String(value);
  return new Date(Date.now() + value.date * 1000).toUTCString();
}

/** Waits until a part of the body has arrived. @returns its bytes; 0 where there is no body. */
async function firstBytes(request: IncomingMessage): Promise<number> {
  const ended = new AbortController();
  try {
    const first = once(request, 'data', { signal: ended.signal });
    const end = once(request, 'end', { signal: ended.signal });
    const [chunk] = (await Promise.race([first, end])) as [Buffer?];
    return chunk?.length ?? 0;
  } finally {
    ended.abort();
  }
}

function stallAt(at: FaultParameters['stall']['at'], response: ServerResponse, answer: Answer): void {
  if (at === 'headers') beginAnswer(response, answer).flushHeaders();
  else if (at === 'answer') sendHalf(response, answer);
}

function sendHalf(response: ServerResponse, answer: Answer, then?: () => void): void {
  beginAnswer(response, answer).write(halfOf(textOf(answer)), then);
}

function halfOf(text: string): string {
  return text.slice(0, Math.floor(text.length / 2));
}

async function drip(response: ServerResponse, answer: Answer, duration: number): Promise<void> {
  const bytes = Buffer.from(textOf(answer));
  const size = Math.max(1, Math.ceil(bytes.length / mostPieces));
  const pieces = Math.max(1, Math.ceil(bytes.length / size));
  beginAnswer(response, answer).flushHeaders();
  for (let piece = 1; piece <= pieces; piece++) {
    await wait(duration / pieces, undefined, { ref: false });
    if (response.destroyed) return;
    const part = bytes.subarray((piece - 1) * size, piece * size);
    // What ends with the last piece is remembered as answered before its reader can have read it.
    if (piece < pieces) response.write(part);
    else response.end(part);
  }
}

/** The answer to an import with its job id in another form; other answers stay as they are. */
function withJobId(body: unknown, form: NonNullable<FaultParameters['jobId']['form']>): unknown {
  if (typeof body !== 'object' || body === null || !('JobId' in body)) return body;
  const id = Number(body.JobId);
  switch (form) {
    case 'number':
      return { ...body, JobId: id };
    case 'missing':
      return without(body, 'JobId');
    case 'null':
      return { ...body, JobId: null };
    case 'empty':
      return { ...body, JobId: '' };
    case 'negative':
      return { ...body, JobId: String(-id) };
    case 'object':
      return { ...body, JobId: { Id: String(id) } };
    case 'float':
      return { ...body, JobId: id + 0.5 };
    case 'word':
      return { ...body, JobId: `job ${id}` };
    case 'nested':
      return { ...(without(body, 'JobId') as object), Header: { JobId: String(id) } };
  }
}

function without(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([property]) => property !== name));
}
