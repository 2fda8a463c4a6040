/**
 * Says in tests which items of one message are joined, and which are kept apart.
 */
import assert from 'node:assert/strict';
import type { ImportName } from '../../src/contract/index.ts';
import type { PrepareOptions } from '../../src/prepare/index.ts';
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

/** Only the first item is sent, as it stands; the others are rejected with the code. */
export async function assertApart(
  name: ImportName,
  items: readonly Plain[],
  changes: Changes = {},
  code = 'DUPLICATE_NOT_MERGEABLE',
) {
  const { requests, rejected } = await prepared(name, items, changes);
  assert.deepEqual(
    requests.flatMap((request) => request.items.flatMap(({ indexes }) => indexes)),
    [0],
  );
  assert.deepEqual(
    rejected.map(({ index }) => index),
    items.slice(1).map((_, index) => index + 1),
  );
  for (const { errors } of rejected) assert.equal(errors[0]?.code, code);
  assert.equal(requests[0]?.items[0]?.text, JSON.stringify(items[0]));
}
