/**
 * Full feeds in a SQLite file, in the words of the interface.
 */
import type { FeedStore } from '../feeds.ts';
import type { StoreClient } from './client.ts';

/** The calls of a store's client that are about full feeds. */
export function feedStore(client: StoreClient, owner: string): FeedStore {
  return {
    append: (collectionId, portion, most, at) => client.call('feeds.append', collectionId, portion, most, at),
    find: (id) => client.call('feeds.find', id),
    list: (collectionId) => client.call('feeds.list', collectionId),
    divide: (id, partitionBytes, mostBytes) => client.call('feeds.divide', id, partitionBytes, mostBytes),
    partition: (id, partition) => client.call('feeds.partition', id, partition),
    join: (id, partition, part) => client.call('feeds.join', id, partition, part),
    notes: (id) => client.call('feeds.notes', id),
    faults: (id) => client.call('feeds.faults', id),
    baselines: ({ scope, import: name, supplierId }, bounds) =>
      client.call('feeds.baselines', { scope, import: name, supplierId }, bounds),
    perhapsTaken: ({ scope, import: name, supplierId }, bounds) =>
      client.call('feeds.perhapsTaken', { scope, import: name, supplierId }, bounds),
    decide: (id, verdict) => client.call('feeds.decide', id, verdict),
    confirm: (id) => client.call('feeds.confirm', id),
    discard: (id) => client.call('feeds.discard', id),
    expire: (before) => client.call('feeds.expire', before),
    sweep: () => client.call('feeds.sweep'),
    begin: (id, batchId, at) => client.call('feeds.begin', owner, id, batchId, at),
    cuttable: (batchId, partition) => client.call('feeds.cuttable', batchId, partition),
    fill: (batchId, partition, pieces, joint, at) =>
      client.call('feeds.fill', batchId, partition, pieces, joint, at),
    joints: (batchId) => client.call('feeds.joints', batchId),
    sealed: (batchId, header) => client.call('feeds.sealed', owner, batchId, header),
    refuse: (batchId, hold, at) => client.call('feeds.refuse', batchId, hold, at),
  };
}
