/**
 * Changes of stock as a warehouse system sends them: records of 150 bytes, and again and again a new figure of a
 * record that has come before.
 */
import type { BenchItem } from './items.ts';

/** Of ten changes so many are about a record that has come before. */
const repeated = 3;

const locations = 40;

const partNo = (record: number) => `ART-${100_000 + record}`;
const locationCode = (record: number) => `PLOCK-${record % locations}`;
const warehouseCode = 'HUVUDLAGER';

/** A whole stock record, about 150 bytes of JSON. */
export function stockRecord(record: number): BenchItem {
  return {
    PartNo: partNo(record),
    WarehouseCode: warehouseCode,
    LocationCode: locationCode(record),
    OnhandValue: (record * 7) % 250,
    IncomingValue: (record * 3) % 60,
    LeadTimeDayCount: 1 + (record % 20),
    IsActive: true,
  };
}

/** How many records so many changes are about. */
export function recordsOf(changes: number): number {
  const [tens, rest] = [Math.floor(changes / 10), changes % 10];
  return tens * (10 - repeated) + Math.min(rest, 10 - repeated);
}

/** A change by its number: seven of ten bring a record, the other three one field of a former one. */
export function stockChange(index: number): BenchItem {
  const [ten, place] = [Math.floor(index / 10), index % 10];
  const first = 10 - repeated;
  if (place < first) return stockRecord(ten * first + place);
  // Any record that has come: a multiplier that has no factor in common with most numbers scatters well enough.
  const known = (ten + 1) * first;
  const record = (index * 7919) % known;
  return {
    PartNo: partNo(record),
    WarehouseCode: warehouseCode,
    LocationCode: locationCode(record),
    OnhandValue: index % 250,
  };
}
