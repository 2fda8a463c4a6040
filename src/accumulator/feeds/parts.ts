/**
 * What is done with one partition of a full feed: first its items are checked and joined, then, when all of the feed
 * is known, they are cut into parts of requests. Plain data in, plain data out: it runs in the thread that merges.
 */
import { createHash } from 'node:crypto';
import { ConnectError } from '../../errors.ts';
import {
  cutPart,
  type FeedCut,
  type FeedItem,
  feedPart,
  type JointFields,
  type PreparedRequest,
  type PrepareOptions,
  preparation,
  type RejectedItem,
} from '../../prepare/index.ts';
import type { JoinedPart, NewKept, NewPiece } from '../../store/index.ts';
import { itemsOf, linesOf } from '../sealing/lines.ts';
import { type OpenRequest, openRequests, RequestPacker } from '../sealing/request-packer.ts';

/** One partition to be joined. */
export interface JoinJob {
  readonly options: PrepareOptions;
  /** A line for each item: its key, a tab, its text; in the order in which they were collected. */
  readonly lines: Uint8Array;
}

/** A joined partition. */
export interface Joined {
  readonly part: JoinedPart;
  readonly rejected: readonly NewKept[];
}

/** Names and keys are compared, not read: this many characters of a digest never meet by chance. */
const digestLength = 22;

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, digestLength);
}

function keptOf({ index, errors, key }: RejectedItem, items: readonly FeedItem[]): NewKept {
  return { key: key ?? null, text: items[index]?.text ?? 'null', reason: JSON.stringify({ errors }) };
}

/**
 * Checks and joins the items of one partition.
 *
 * @throws ConnectError what `preparation` throws, where the options are not valid
 */
export async function joinPartition({ options, lines }: JoinJob): Promise<Joined> {
  const given = itemsOf(lines);
  const { items, notes, names, rejected } = await feedPart(
    given.map(({ text }) => JSON.parse(text) as unknown),
    preparation(options),
  );
  return {
    part: {
      lines: linesOf(items),
      notes: JSON.stringify(notes),
      names: names.map(([name, key]) => `${digest(name)} ${digest(key)}`).join('\n'),
      rejected: rejected.length,
    },
    rejected: rejected.map((item) => keptOf(item, given)),
  };
}

/** One partition to be cut. */
export interface CutJob {
  readonly options: PrepareOptions;
  /** As {@link joinPartition} left it. */
  readonly lines: Uint8Array;
  readonly cut: FeedCut;
  /** The requests of the batch so far. */
  readonly requests: readonly OpenRequest[];
}

/** A cut partition, or why the feed must not be sent. */
export type Cut =
  | { readonly pieces: readonly NewPiece[]; readonly joint: JointFields | null }
  | { readonly refusal: { readonly code: string; readonly message: string } };

/** The request that is the feed; its header is known when all of it has been cut. */
const feedRequest = 0;
const unknownHeader = '{}';
/** It is never divided. */
const unlimited = { maximumItems: Number.POSITIVE_INFINITY, maximumBytes: Number.POSITIVE_INFINITY };

/** Pieces of the FullFile request. */
function wholePieces(items: readonly FeedItem[], requests: readonly OpenRequest[]): readonly NewPiece[] {
  const open = openRequests(requests.filter(({ number }) => number === feedRequest));
  const packer = new RequestPacker({ requests: open.requests, next: feedRequest }, unlimited);
  // The header of the open request stands until all has been cut.
  for (const { key, text } of items) {
    packer.add(0, unknownHeader, { key, text, bytes: Buffer.byteLength(text), follows: [] });
  }
  return packer.finish();
}

/** Pieces of the requests that follow. */
function changePieces(
  changes: readonly PreparedRequest[],
  requests: readonly OpenRequest[],
  options: PrepareOptions,
): readonly NewPiece[] {
  const open = openRequests(requests.filter(({ number }) => number !== feedRequest));
  const packer = new RequestPacker({ requests: open.requests, next: Math.max(open.next, 1) }, options);
  for (const { stage, header, items } of changes) {
    const text = JSON.stringify(header);
    for (const item of items) {
      // What it follows is the same record, in the feed or in a change after that.
      packer.add(stage, text, { key: item.key, text: item.text, bytes: item.bytes, follows: [item.key] });
    }
  }
  return packer.finish();
}

/**
 * Cuts the items of one partition into parts of requests.
 *
 * @throws ConnectError what `preparation` throws, where the options are not valid
 */
export async function cutPartition({ options, lines, cut, requests }: CutJob): Promise<Cut> {
  const items = itemsOf(lines);
  if ('header' in cut) return { pieces: wholePieces(items, requests), joint: null };
  const parts = await cutPart(items, cut.masks, preparation(options));
  if (parts instanceof ConnectError) return { refusal: { code: parts.code, message: parts.message } };
  const pieces = [...wholePieces(parts.first, requests), ...changePieces(parts.changes, requests, options)];
  return { pieces, joint: parts.joint };
}
