/**
 * Collected lines, and what requests come to, in tests of sealing.
 */

import assert from 'node:assert/strict';
import { openRequests } from '../../../src/accumulator/sealing/request-packer.ts';
import type { ImportName } from '../../../src/contract/index.ts';
import { outlineOf } from '../../../src/contract/outline.ts';
import { keysOfItem, type RequestHeader } from '../../../src/prepare/index.ts';
import type { BatchStore, KeptItem, NewBlock, NewPiece, Store } from '../../../src/store/index.ts';
import { brokenDependencies, untruths } from '../../prepare/truths.ts';
import { textOf } from '../../support/bytes.ts';

/** The line of an item as an accumulator appends it. */
export function lineOf(name: ImportName, item: Record<string, unknown>): string {
  return `${keysOfItem(name, item)[0]}\t${JSON.stringify(item)}`;
}

/** Lines as one block of a collection. */
export function blockOf(lines: readonly string[], supplierId: number | null = null): NewBlock {
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line.slice(line.indexOf('\t') + 1)), 0);
  return { lines: lines.join('\n'), items: lines.length, bytes, supplierId };
}

/** An item of a request as it was read from a piece. */
export interface SentItem {
  readonly key: string;
  readonly text: string;
  readonly follows: readonly string[];
}

/** A request put together from its pieces. */
export interface SentRequest {
  readonly number: number;
  readonly stage: number;
  readonly header: string;
  readonly items: readonly SentItem[];
  readonly body: string;
}

/** The items of a piece. */
export function itemsOf({ keys, texts }: Pick<NewPiece, 'keys' | 'texts'>): SentItem[] {
  const each = textOf(texts).split(',\n');
  const lines = textOf(keys).split('\n');
  assert.equal(lines.length, each.length);
  return lines.map((line, index) => {
    const [key, follows = '[]'] = line.split('\t') as [string, string?];
    return { key, text: each[index] as string, follows: JSON.parse(follows) };
  });
}

/** The requests that pieces make, in the order of their numbers. */
export function requestsOf(pieces: readonly NewPiece[]): SentRequest[] {
  const byNumber = new Map<number, NewPiece[]>();
  for (const piece of pieces) {
    assert.equal(piece.bytes, piece.texts.length);
    assert.equal(piece.items, itemsOf(piece).length);
    assert.ok(piece.items === 1 || piece.bytes <= 256 * 1024, `a piece of ${piece.bytes} bytes`);
    byNumber.set(piece.request, [...(byNumber.get(piece.request) ?? []), piece]);
  }
  const requests = [...byNumber].map(([number, own]) => {
    const [{ stage, header }] = own as [NewPiece];
    for (const piece of own) assert.deepEqual([piece.stage, piece.header], [stage, header]);
    const body = `[${own.map(({ texts }) => textOf(texts)).join(',\n')}]`;
    return { number, stage, header, items: own.flatMap(itemsOf), body };
  });
  return requests.sort((left, right) => left.number - right.number);
}

/** The requests that are open after those, as the store would tell of them. */
export function openAfter(requests: readonly SentRequest[]) {
  return openRequests(
    requests.map(({ number, stage, header, items, body }) => ({
      ...{ number, stage, header, items: items.length },
      length: Buffer.byteLength(body),
    })),
  );
}

/** Fails unless requests keep to the limit, are as few as it allows, and hold no key twice in a stage. */
export function assertLawful(
  requests: readonly SentRequest[],
  limit: { readonly maximumItems: number; readonly maximumBytes: number },
): void {
  const former = new Map<string, SentRequest>();
  const keys = new Set<string>();
  for (const request of requests) {
    const { stage, header, items, body } = request;
    assert.equal((JSON.parse(body) as unknown[]).length, items.length);
    assert.ok(items.length <= limit.maximumItems);
    assert.ok(Buffer.byteLength(body) <= limit.maximumBytes);
    const before = former.get(`${stage} ${header}`);
    if (before !== undefined) {
      const first = items[0] as SentItem;
      const together = Buffer.byteLength(`${before.body},\n${first.text}`);
      const isFull = before.items.length === limit.maximumItems || together > limit.maximumBytes;
      assert.ok(isFull, `request ${request.number} was begun although another was open`);
    }
    former.set(`${stage} ${header}`, request);
    for (const { key, follows } of items) {
      const inStage = `${stage} ${key}`;
      assert.ok(!keys.has(inStage), `${key} stands twice in stage ${stage}`);
      keys.add(inStage);
      assert.equal(follows.length > 0, stage > 0);
    }
  }
  for (const { stage, items } of requests) {
    for (const followed of items.flatMap(({ follows }) => follows)) {
      const isEarlier = Array.from({ length: stage }, (_, earlier) => `${earlier} ${followed}`);
      assert.ok(
        isEarlier.some((each) => keys.has(each)),
        `${followed} is in no earlier stage`,
      );
    }
  }
}

/** Fails unless the field lists of requests are true for every record in them, at every level. */
export function assertTrue(name: ImportName, requests: readonly SentRequest[]): void {
  const { root } = outlineOf(name);
  for (const { header: text, items } of requests) {
    const header = JSON.parse(text) as RequestHeader;
    assert.deepEqual(brokenDependencies(name, header), []);
    for (const item of items) assert.deepEqual(untruths(JSON.parse(item.text), root, header), []);
  }
}

/** The requests of a batch as they are read back for sending, little by little. */
export async function readRequests(batches: BatchStore, id: string): Promise<SentRequest[]> {
  const requests: SentRequest[] = [];
  for (const { number, stage, header, items: count, length } of await batches.requests(id)) {
    const items: SentItem[] = [];
    const texts: string[] = [];
    for (let after = -1; ; ) {
      const pieces = await batches.pieces(id, number, after, 1000);
      if (pieces.length === 0) break;
      for (const piece of pieces) {
        items.push(...itemsOf(piece));
        texts.push(textOf(piece.texts));
        after = piece.position;
      }
    }
    const body = `[${texts.join(',\n')}]`;
    assert.deepEqual([items.length, Buffer.byteLength(body)], [count, length]);
    requests.push({ number, stage, header, items, body });
  }
  return requests.sort((left, right) => left.number - right.number);
}

/** Everything that a collection keeps of what failed. */
export function failedOf({ collections }: Store, id: number): Promise<readonly KeptItem[]> {
  return collections.kept(id, 'failed', 0, 10_000);
}
