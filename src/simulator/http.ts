/**
 * The few things about node:http that every route needs.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A body larger than the simulator takes. */
export class BodyTooLarge extends Error {}

/**
 * Reads a whole body.
 * @param received told the number of bytes so far, with each part that arrives.
 * @throws {BodyTooLarge} beyond `limit` bytes.
 */
export async function readBody(
  request: IncomingMessage,
  limit: number,
  received?: (bytes: number) => void,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    received?.(bytes);
    // The rest is read and dropped: an answer in the middle of a body would rarely be heard.
    if (bytes <= limit) chunks.push(chunk);
  }
  if (bytes > limit) throw new BodyTooLarge();
  return Buffer.concat(chunks, bytes);
}

/** An answer as a route hands it back. */
export interface Answer {
  readonly status: number;
  /** JSON, unless `html` or `text` is given. */
  readonly body?: unknown;
  readonly html?: string;
  /** What is to go out in place of the JSON text. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The text that an answer consists of. */
export function textOf({ body, html, text }: Answer): string {
  return text ?? html ?? (body === undefined ? '' : JSON.stringify(body));
}

/** Writes status line and headers of an answer, but does not send them by themselves. */
export function beginAnswer(response: ServerResponse, answer: Answer): ServerResponse {
  const type = answer.html === undefined ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8';
  return response.writeHead(answer.status, {
    ...answer.headers,
    'content-type': type,
    'content-length': Buffer.byteLength(textOf(answer)),
  });
}

/** Sends an answer. */
export function sendAnswer(response: ServerResponse, answer: Answer): void {
  beginAnswer(response, answer).end(textOf(answer));
}

/** An error body as ASP.NET writes it. */
export function refuse(status: number, message: string, headers?: Readonly<Record<string, string>>): Answer {
  const answer = { status, body: { Message: message } };
  return headers === undefined ? answer : { ...answer, headers };
}
