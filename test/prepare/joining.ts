/**
 * Says in tests which items of one message are joined, and which follow each other.
 */
import assert from 'node:assert/strict';
import type { ImportName } from '../../src/contract/index.ts';
import type { Prepared, PrepareOptions } from '../../src/prepare/index.ts';
import { onlyRequest, prepared } from './prepared.ts';

type Changes = Partial<PrepareOptions>;
/** A record as plain JSON. */
export type Plain = Record<string, unknown>;

/** The body to which items of one record are joined. */
export async function joined(
  name: ImportName,
  items: readonly Plain[],
  changes: Changes = {},
): Promise<Plain> {
  const request = await onlyRequest(name, items, changes);
  assert.deepEqual(
    request.items.map(({ indexes }) => indexes),
    [items.map((_, index) => index)],
  );
  return JSON.parse(request.items[0]?.text ?? '') as Plain;
}

/** Given positions by stage, in the order of the stages. */
export function stagesOf({ requests, rejected }: Prepared): number[][] {
  assert.deepEqual(rejected, []);
  const stages: number[][] = [];
  for (const { stage, items } of requests) {
    stages[stage] = [...(stages[stage] ?? []), ...items.flatMap(({ indexes }) => indexes)];
  }
  return stages;
}

/** Each item is sent as it stands, after the job of the one before it. */
export async function assertInOrder(name: ImportName, items: readonly Plain[], changes: Changes = {}) {
  const { requests, rejected } = await prepared(name, items, changes);
  assert.deepEqual(rejected, []);
  const sent = requests.flatMap((request) => request.items.map((item) => ({ stage: request.stage, item })));
  assert.deepEqual(
    sent.map(({ stage, item }) => [stage, item.indexes, item.text]),
    items.map((item, index) => [index, [index], JSON.stringify(item)]),
  );
  for (const [index, { item }] of sent.entries()) {
    assert.deepEqual(
      item.follows.map(({ indexes }) => indexes),
      index === 0 ? [] : [[index - 1]],
    );
  }
}
