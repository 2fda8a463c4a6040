/**
 * The few things about node:http that every route needs.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A body larger than the simulator takes. */
export class BodyTooLarge extends Error {}

/**
 * Reads a whole body.
 * @throws {BodyTooLarge} beyond `limit` bytes.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped: an answer in the middle of a body would rarely be heard.
    if (bytes <= limit) chunks.push(chunk);
  }
  if (bytes > limit) throw new BodyTooLarge();
  return Buffer.concat(chunks, bytes);
}

/** An answer as a route hands it back. */
export interface Answer {
  readonly status: number;
  /** JSON, unless `html` is given. */
  readonly body?: unknown;
  readonly html?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends an answer; `cut` sends only the first half of its text. */
export function sendAnswer(response: ServerResponse, answer: Answer, cut = false): void {
  const text = answer.html ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
  const sent = cut ? text.slice(0, Math.floor(text.length / 2)) : text;
  const type = answer.html === undefined ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8';
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-type': type,
    'content-length': Buffer.byteLength(sent),
  });
  response.end(sent);
}

/** An error body as ASP.NET writes it. */
export function refuse(status: number, message: string, headers?: Readonly<Record<string, string>>): Answer {
  const answer = { status, body: { Message: message } };
  return headers === undefined ? answer : { ...answer, headers };
}
