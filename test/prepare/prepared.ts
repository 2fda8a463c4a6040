/**
 * Short ways to prepare items in tests.
 */
import assert from 'node:assert/strict';
import type { ImportName } from '../../src/contract/index.ts';
import {
  type ItemError,
  type Prepared,
  type PreparedRequest,
  type PrepareOptions,
  preparation,
  prepare,
} from '../../src/prepare/index.ts';

/** The supplier of all supplier products in tests. */
export const supplierId = 7;

/** Options under which the items decide everything. */
export function optionsOf(name: ImportName, changes: Partial<PrepareOptions> = {}): PrepareOptions {
  return {
    import: name,
    accountId: 1,
    ...(name === 'import-supplier-products' ? { supplierId } : {}),
    fullFile: false,
    fields: 'carried',
    clear: {},
    switches: {},
    unknownProperties: 'reject',
    maximumItems: 1000,
    maximumBytes: 10_000_000,
    ...changes,
  };
}

/** Prepares items. */
export function prepared(
  name: ImportName,
  items: readonly unknown[],
  changes: Partial<PrepareOptions> = {},
): Promise<Prepared> {
  return prepare(items, preparation(optionsOf(name, changes)));
}

/** The one request that items come to, none of them rejected. */
export async function onlyRequest(
  name: ImportName,
  items: readonly unknown[],
  changes: Partial<PrepareOptions> = {},
): Promise<PreparedRequest> {
  const { requests, rejected, refusal } = await prepared(name, items, changes);
  assert.deepEqual(rejected, []);
  assert.equal(refusal, undefined);
  assert.equal(requests.length, 1);
  return requests[0] as PreparedRequest;
}

/** The body of the one item that a request holds. */
export async function onlyBody(
  name: ImportName,
  item: unknown,
  changes: Partial<PrepareOptions> = {},
): Promise<unknown> {
  const { items } = await onlyRequest(name, [item], changes);
  assert.equal(items.length, 1);
  return JSON.parse(items[0]?.text ?? '');
}

/** The errors for which an item is rejected. */
export async function errorsOf(
  name: ImportName,
  item: unknown,
  changes: Partial<PrepareOptions> = {},
): Promise<readonly ItemError[]> {
  const { requests, rejected } = await prepared(name, [item], changes);
  assert.deepEqual(requests, []);
  assert.equal(rejected.length, 1);
  assert.equal(rejected[0]?.index, 0);
  assert.equal(rejected[0]?.item, item);
  return rejected[0]?.errors ?? [];
}

/** Code and place of each error, joined by a blank. */
export async function codesOf(
  name: ImportName,
  item: unknown,
  changes: Partial<PrepareOptions> = {},
): Promise<string[]> {
  return (await errorsOf(name, item, changes)).map(({ code, path }) => `${code} ${path}`);
}

/** A stock record. */
export function stock(fields: object = { OnhandValue: 1 }, partNo = 'P1'): Record<string, unknown> {
  return { PartNo: partNo, WarehouseCode: 'W', LocationCode: 'L', ...fields };
}

/** A price record. */
export function price(
  fields: object = { PriceSale: 1 },
  partNo = 'P1',
  list = 'SEK',
): Record<string, unknown> {
  return { PartNo: partNo, PriceListCode: list, ...fields };
}

/** A product of one variant, with SKUs as given. */
export function product(fields: object, ...skus: object[]): Record<string, unknown> {
  return { Code: 'C', ManufacturerCode: 'M', ...fields, Variants: [{ ManufacturerPartNo: 'V', Skus: skus }] };
}
