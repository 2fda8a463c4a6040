/**
 * Merges the collected items of one partition into parts of requests.
 */
import {
  type FeedItem,
  type GivenItems,
  type ItemError,
  type PreparedItem,
  type PrepareOptions,
  type PrepareWarning,
  preparation,
  prepare,
} from '../../prepare/index.ts';
import type { NewKept, NewPiece } from '../../store/index.ts';
import { itemsOf } from './lines.ts';
import { type OpenRequests, RequestPacker } from './request-packer.ts';

/** What one partition is merged from. Plain data. */
export interface MergeJob {
  readonly options: PrepareOptions;
  /** A line for each item: its key, a tab, its text; in the order in which they were collected. */
  readonly lines: Uint8Array;
  /** Requests of the batch to which items may be added. */
  readonly open: OpenRequests;
}

/** What became of the items of a partition: each is in one place. Plain data. */
export interface Merged {
  readonly pieces: readonly NewPiece[];
  /** Those that cannot be sent any more. */
  readonly rejected: readonly NewKept[];
  readonly warnings: readonly PrepareWarning[];
}

/** The item of a text; the text itself where it is no JSON, which is rejected like any other text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The items of lines, read when their turn comes: the texts are in memory anyway, all objects need not be. */
function givenItems(items: readonly FeedItem[]): GivenItems {
  return { length: items.length, at: (index) => parsed((items[index] as FeedItem).text) };
}

function followedKeys({ follows }: PreparedItem): readonly string[] {
  return [...new Set(follows.map(({ key }) => key))];
}

/**
 * Prepares the items of one partition and puts them into the batch's requests. What is invalid by now, because
 * settings or package are newer than when it was collected, is rejected; under a switch that clears first either
 * everything goes in one request, however large, or everything is rejected.
 *
 * @throws ConnectError what `preparation` throws, where the options are not valid
 */
export async function merge({ options, lines, open }: MergeJob): Promise<Merged> {
  const prepared = preparation(options);
  const list = itemsOf(lines);
  if (list.length === 0) return { pieces: [], rejected: [], warnings: [] };
  const { requests, rejected, warnings, refusal } = await prepare(givenItems(list), prepared);
  const keptOf = (index: number, errors: readonly ItemError[]): NewKept => {
    const { key, text } = list[index] as FeedItem;
    return { key, text, reason: JSON.stringify({ errors }) };
  };
  if (refusal !== undefined) {
    const error = { path: '', code: refusal.code, message: refusal.message };
    const own = new Map(rejected.map(({ index, errors }) => [index, errors]));
    const kept = list.map((_, index) => keptOf(index, [...(own.get(index) ?? []), error]));
    return { pieces: [], rejected: kept, warnings };
  }
  const unlimited = { maximumItems: Number.POSITIVE_INFINITY, maximumBytes: Number.POSITIVE_INFINITY };
  const packer = new RequestPacker(open, prepared.plan.clearsFirst ? unlimited : options);
  for (const { stage, header, items } of requests) {
    const headerText = JSON.stringify(header);
    for (const item of items) {
      const { key, text, bytes } = item;
      packer.add(stage, headerText, { key, text, bytes, follows: followedKeys(item) });
    }
  }
  return {
    pieces: packer.finish(),
    rejected: rejected.map(({ index, errors }) => keptOf(index, errors)),
    warnings,
  };
}
