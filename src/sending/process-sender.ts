/**
 * The one sender of batches of each store in this process. Node-RED may load this package twice; a batch is still
 * sent once.
 */
import type { Store } from '../store/index.ts';
import { BatchSender, type BatchSenderOptions } from './batch-sender.ts';

// The number counts incompatible changes of the sender's interface: copies that differ must not share.
const sendersKey = Symbol.for('@norce-connect/node-red/batch-senders/1');

/** The sender of a store; made with these options when it is asked for first. */
export function processBatchSender(options: BatchSenderOptions): BatchSender {
  const holder = globalThis as { [sendersKey]?: WeakMap<Store, BatchSender> };
  holder[sendersKey] ??= new WeakMap();
  const { store } = options.ledger;
  const known = holder[sendersKey].get(store);
  if (known !== undefined) return known;
  const sender = new BatchSender(options);
  holder[sendersKey].set(store, sender);
  return sender;
}
