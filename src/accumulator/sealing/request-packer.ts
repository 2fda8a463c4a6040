/**
 * Puts merged items into the requests of a batch, partition by partition: into the request that is open for their
 * stage and header, and into a new one when that is full.
 */
import type { BatchRequest, NewPiece } from '../../store/index.ts';

/** A piece is closed before it has more bytes than this, so that nobody has to hold much at once. */
const largestPiece = 256 * 1024;

/** Gives bytes that are nobody else's, as a Buffer's may be: they go to another thread. */
const encoder = new TextEncoder();

/** Between the items of a request. */
const separator = ',\n';

/** How much may be in one request. */
export interface RequestLimit {
  readonly maximumItems: number;
  readonly maximumBytes: number;
}

/** A request to which items may still be added. */
export type OpenRequest = Pick<BatchRequest, 'number' | 'stage' | 'header' | 'items' | 'length'>;

/** Where the items of a batch go next. */
export interface OpenRequests {
  readonly requests: readonly OpenRequest[];
  /** The number of the next new one. */
  readonly next: number;
}

/** An item as it is sent. */
export interface PackedItem {
  readonly key: string;
  readonly text: string;
  /** Of the text, in UTF-8. */
  readonly bytes: number;
  /** Keys of the items that have to be written before it; none in stage 0. */
  readonly follows: readonly string[];
}

interface Request {
  readonly number: number;
  items: number;
  length: number;
  /** What has been added since the last piece was closed. */
  keys: string[];
  texts: string[];
  bytes: number;
}

interface Place {
  readonly stage: number;
  readonly header: string;
  request: Request | undefined;
}

function placeName(stage: number, header: string): string {
  return `${stage} ${header}`;
}

/** What is open among the requests of a batch: of each stage and header the last. */
export function openRequests(requests: readonly OpenRequest[]): OpenRequests {
  const last = new Map<string, OpenRequest>();
  let next = 0;
  for (const { number, stage, header, items, length } of requests) {
    const place = placeName(stage, header);
    next = Math.max(next, number + 1);
    if (number >= (last.get(place)?.number ?? 0)) last.set(place, { number, stage, header, items, length });
  }
  return { requests: [...last.values()], next };
}

/** Takes in the items of one partition. */
export class RequestPacker {
  readonly #limit: RequestLimit;
  readonly #places = new Map<string, Place>();
  readonly #pieces: NewPiece[] = [];
  #next: number;

  constructor({ requests, next }: OpenRequests, limit: RequestLimit) {
    this.#limit = limit;
    this.#next = next;
    for (const { number, stage, header, items, length } of requests) {
      const request = { number, items, length, keys: [], texts: [], bytes: 0 };
      this.#places.set(placeName(stage, header), { stage, header, request });
    }
  }

  /** Adds an item to a request of this stage under this header; one that is larger than the limit stands alone. */
  add(stage: number, header: string, { key, text, bytes, follows }: PackedItem): void {
    const place = this.#placeOf(stage, header);
    const request = this.#roomFor(bytes, place);
    if (request.bytes + separator.length + bytes > largestPiece) this.#closePiece(place);
    request.bytes += bytes + (request.texts.length === 0 ? 0 : separator.length);
    request.length += bytes + (request.items === 0 ? 0 : separator.length);
    request.items += 1;
    request.keys.push(follows.length === 0 ? key : `${key}\t${JSON.stringify(follows)}`);
    request.texts.push(text);
  }

  /** Everything that has been added. */
  finish(): readonly NewPiece[] {
    for (const place of this.#places.values()) this.#closePiece(place);
    return this.#pieces;
  }

  #placeOf(stage: number, header: string): Place {
    const name = placeName(stage, header);
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const place: Place = { stage, header, request: undefined };
    this.#places.set(name, place);
    return place;
  }

  #roomFor(bytes: number, place: Place): Request {
    const { maximumItems, maximumBytes } = this.#limit;
    const { request } = place;
    if (
      request !== undefined &&
      request.items < maximumItems &&
      request.length + separator.length + bytes <= maximumBytes
    ) {
      return request;
    }
    this.#closePiece(place);
    // Two brackets stand around the items.
    place.request = { number: this.#next, items: 0, length: 2, keys: [], texts: [], bytes: 0 };
    this.#next += 1;
    return place.request;
  }

  #closePiece({ stage, header, request }: Place): void {
    if (request === undefined || request.texts.length === 0) return;
    this.#pieces.push({
      request: request.number,
      stage,
      header,
      items: request.texts.length,
      bytes: request.bytes,
      keys: encoder.encode(request.keys.join('\n')),
      texts: encoder.encode(request.texts.join(separator)),
    });
    request.keys = [];
    request.texts = [];
    request.bytes = 0;
  }
}
