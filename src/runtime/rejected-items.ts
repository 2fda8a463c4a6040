/**
 * How items that cannot be sent leave a node: by its second port, with their reasons.
 */
import type { Node, NodeAPI } from 'node-red';
import type { RejectedItem } from '../prepare/index.ts';

/** Most rejected items whose reasons a warning in the log repeats. */
const mostNamed = 3;

/** Why items were rejected, without the items themselves. */
export function reasonsOf(rejected: readonly RejectedItem[]): Record<string, unknown>[] {
  return rejected.map(({ index, key, errors }) => ({ index, ...(key === undefined ? {} : { key }), errors }));
}

/** What stands under `msg.norce` where the payload is rejected items. */
export function rejectedProperties(rejected: readonly RejectedItem[]): Record<string, unknown> {
  return {
    code: 'ITEMS_REJECTED',
    message: `${rejected.length} items cannot be sent.`,
    outcome: 'not sent',
    items: rejected.length,
    rejected: reasonsOf(rejected),
  };
}

/** Tells the log of rejected items that nobody else hears of. */
export function warnUnlessWired(node: Node, rejected: readonly RejectedItem[]): void {
  const isWired = ((node as Node & { wires?: string[][] }).wires?.[1]?.length ?? 0) > 0;
  if (rejected.length === 0 || isWired) return;
  const reasons = rejected
    .slice(0, mostNamed)
    .map(({ index, errors }) => `item ${index}${errors[0]?.path ?? ''}: ${errors[0]?.message ?? ''}`);
  node.warn(
    `${rejected.length} items were not sent, and nothing is wired to the second port. ${reasons.join(' ')}`,
  );
}

/** Properties of a message for one of the messages that leave for it: later nodes change what they get. */
export function ownCopy(RED: NodeAPI, properties: Record<string, unknown>): Record<string, unknown> {
  try {
    return RED.util.cloneMessage(properties);
  } catch {
    // A getter inside them throws. What became of the items matters more than whose these are.
    return properties;
  }
}
