/**
 * Merges the collected items of one partition into parts of requests.
 */
import {
  type FeedItem,
  type GivenItems,
  type ItemError,
  isDivisible,
  type Preparation,
  type PreparedItem,
  type PreparedRequest,
  type PrepareOptions,
  type PrepareWarning,
  preparation,
  prepare,
} from '../../prepare/index.ts';
import type { FailedLine, NewestLine, NewPiece, Partition } from '../../store/index.ts';
import { itemsOf } from './lines.ts';
import { type OpenRequests, RequestPacker } from './request-packer.ts';

/** What one partition is merged from. Plain data. */
export interface MergeJob extends Partition {
  readonly options: PrepareOptions;
  /** Requests of the batch to which items may be added. */
  readonly open: OpenRequests;
}

/** What became of the items of a partition: each is in one place. Plain data. */
export interface Merged {
  readonly pieces: readonly NewPiece[];
  /** Those that cannot be sent any more. */
  readonly rejected: readonly FailedLine[];
  /** How new the items are whose ages are not those of all the others, see {@link BatchStore.fill}. */
  readonly newest: readonly NewestLine[];
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

/**
 * The newest line of each item of which that has to be known. Mostly nothing came back and nothing is rejected, so that
 * nothing is kept. Where items of other keys may write what a rejected line would have written, it is known of all.
 *
 * @param returned How many lines from the front came back.
 */
function newestLines(
  requests: readonly PreparedRequest[],
  list: readonly FeedItem[],
  returned: number,
  rejected: readonly FailedLine[],
  prepared: Preparation,
): NewestLine[] {
  if (returned === 0 && rejected.length === 0) return [];
  const isForAll = rejected.length > 0 && !isDivisible(prepared);
  const keys = new Set([...list.slice(0, returned), ...rejected].map(({ key }) => key));
  // Under settings that are newer than its line an item may have another key.
  for (const { items } of requests) {
    for (const { key, indexes } of items) if ((indexes[0] as number) < returned) keys.add(key);
  }
  return requests.flatMap(({ stage, items }) =>
    items
      .filter(({ key }) => isForAll || keys.has(key))
      .map(({ key, indexes }) => ({ key, stage, line: indexes.at(-1) as number })),
  );
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
export async function merge({ options, lines, returned, open }: MergeJob): Promise<Merged> {
  const prepared = preparation(options);
  const list = itemsOf(lines);
  if (list.length === 0) return { pieces: [], rejected: [], newest: [], warnings: [] };
  const { requests, rejected, warnings, refusal } = await prepare(givenItems(list), prepared, returned > 0);
  const keptOf = (line: number, errors: readonly ItemError[]): FailedLine => {
    const { key, text } = list[line] as FeedItem;
    return { key, text, reason: JSON.stringify({ errors }), line };
  };
  if (refusal !== undefined) {
    const error = { path: '', code: refusal.code, message: refusal.message };
    const own = new Map(rejected.map(({ index, errors }) => [index, errors]));
    const kept = list.map((_, index) => keptOf(index, [...(own.get(index) ?? []), error]));
    return { pieces: [], rejected: kept, newest: [], warnings };
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
  const kept = rejected.map(({ index, errors }) => keptOf(index, errors));
  const newest = newestLines(requests, list, returned, kept, prepared);
  return { pieces: packer.finish(), rejected: kept, newest, warnings };
}
