/**
 * The body of an import request, streamed from the JSON texts of its items.
 */
import type { Body } from '../connection/index.ts';
import type { PreparedRequest } from '../prepare/index.ts';

/** Characters that are put together into one chunk: large enough for few writes, small enough to stay cheap. */
const chunkCharacters = 64 * 1024;

function* chunksOf(texts: Iterable<string>): Generator<Uint8Array> {
  let pending = '[';
  let isFirst = true;
  for (const text of texts) {
    pending += isFirst ? text : `,${text}`;
    isFirst = false;
    if (pending.length >= chunkCharacters) {
      yield Buffer.from(pending);
      pending = '';
    }
  }
  yield Buffer.from(`${pending}]`);
}

function* textsOf(request: PreparedRequest): Generator<string> {
  for (const item of request.items) yield item.text;
}

/** A JSON array of the request's items, of known length and as often as needed. */
export function requestBody(request: PreparedRequest): Body {
  return { length: request.bytes, chunks: () => chunksOf(textsOf(request)) };
}
