/**
 * The HTTP side of event nodes: one door below Node-RED's `httpNodeRoot` for all of them.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import { ConnectError } from '../errors.ts';
import { availability } from './deploy.ts';

/** An address that takes events. */
export interface Webhook {
  /** Below `httpNodeRoot`, with a slash at its beginning and none at its end. */
  readonly path: string;
  /** Name of the header that carries the secret, in lower case. */
  readonly header: string;
  readonly secret: string;
  /**
   * Takes a body that is a JSON object; resolves when the event is on disk.
   *
   * @throws ConnectError `EVENT_INVALID` for one that cannot be meant; anything else asks for a repeat
   */
  receive(body: Body): Promise<void>;
}

/** Most bytes of a body. Norce's events are a few hundred. */
export const longestBody = 256 * 1024;
/** Norce waits 5 s: an answer after that is a repeat anyway. In milliseconds. */
const longestAnswer = 4000;

type Next = () => void;
type Body = Readonly<Record<string, unknown>>;

/** A request that Express has passed on, perhaps after one of its parsers has read the body. */
interface WebRequest extends IncomingMessage {
  readonly _body?: boolean;
  readonly body?: unknown;
}

interface Door {
  /** By path. */
  readonly hooks: Map<string, Webhook>;
  /** Paths of webhooks that are gone, or away while a deploy is under way. */
  readonly closed: Set<string>;
}

/** Doors by the web application that they stand in. */
const doors = new WeakMap<object, Door>();

/** Whether a path is one that a webhook may have. */
export function isWebhookPath(path: string): boolean {
  return /^(?:\/[\w.~-]+)+$/.test(path);
}

/**
 * Opens an address until the function that is returned is called.
 *
 * @throws ConnectError `PATH_IN_USE`
 */
export function openWebhook(RED: NodeAPI, webhook: Webhook): () => void {
  const { hooks, closed } = doorOf(RED);
  const key = webhook.path.toLowerCase();
  if (hooks.has(key)) {
    throw new ConnectError('PATH_IN_USE', `Another event node has the path ${webhook.path} already.`);
  }
  hooks.set(key, webhook);
  closed.delete(key);
  return () => {
    if (hooks.get(key) !== webhook) return;
    hooks.delete(key);
    closed.add(key);
  };
}

/** Routes cannot be taken away from Express again, so one that stays looks up who is behind it now. */
function doorOf(RED: NodeAPI): Door {
  const known = doors.get(RED.httpNode);
  if (known !== undefined) return known;
  const door: Door = { hooks: new Map(), closed: new Set() };
  doors.set(RED.httpNode, door);
  RED.httpNode.use((request: WebRequest, response: ServerResponse, next: Next) => {
    const [path = ''] = (request.url ?? '').split('?');
    const key = path.replace(/\/$/, '').toLowerCase();
    const webhook = door.hooks.get(key);
    if (webhook !== undefined) serve(webhook, request, response).catch(() => answer(response, 500));
    // Norce repeats after a 5xx alone: what comes during a deploy must not be told that nobody is here.
    else if (door.closed.has(key) && availability(RED) !== 'open') answer(response, 503);
    else next();
  });
  return door;
}

async function serve(webhook: Webhook, request: WebRequest, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    answer(response, 405);
    return;
  }
  if (!isSecret(request.headers[webhook.header], webhook.secret)) {
    answer(response, 401);
    return;
  }
  const body = await bodyOf(request);
  if (body === 'too large') answer(response, 413);
  else if (body === undefined) answer(response, 400);
  else answer(response, await received(webhook, body));
}

/** The status for an event: what is not on disk in time is asked for again. */
async function received(webhook: Webhook, body: Body): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(() => resolve(503), longestAnswer);
  });
  const kept = webhook.receive(body).then(
    () => 200,
    (thrown: unknown) => (thrown instanceof ConnectError && thrown.code === 'EVENT_INVALID' ? 400 : 503),
  );
  const status = await Promise.race([kept, late]);
  clearTimeout(timer);
  return status;
}

/** Compares in a time that says nothing of how much of it is right. */
function isSecret(given: string | string[] | undefined, secret: string): boolean {
  const text = Array.isArray(given) ? given.join() : (given ?? '');
  return timingSafeEqual(hash(text), hash(secret));
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The body as a JSON object; undefined where it is none. */
async function bodyOf(request: WebRequest): Promise<Body | 'too large' | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > longestBody) return 'too large';
  // Where Node-RED's editor has the same root, its parser of JSON has read the body already.
  if (request._body === true) {
    const body = asBody(request.body);
    return body !== undefined && Buffer.byteLength(JSON.stringify(body)) > longestBody ? 'too large' : body;
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestBody) return 'too large';
    chunks.push(chunk);
  }
  try {
    return asBody(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))));
  } catch {
    // No JSON, or no UTF-8.
    return undefined;
  }
}

function asBody(value: unknown): Body | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Body) : undefined;
}

function answer(response: ServerResponse, status: number): void {
  if (response.headersSent || response.destroyed) return;
  // What is left of a body that was not read must not be taken for the next request.
  if (status !== 200) response.setHeader('connection', 'close');
  response.statusCode = status;
  response.end();
}
