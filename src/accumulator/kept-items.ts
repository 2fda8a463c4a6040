/**
 * Rejected items as a collection keeps them.
 */
import type { RejectedItem } from '../prepare/index.ts';
import type { NewKept } from '../store/index.ts';

/** Rejected items that are kept of one collection; they have left by the second port as well. */
export const mostRejected = { items: 1000, bytes: 4 * 1024 * 1024 };

/** An item as it is kept; one that is no JSON is kept as nothing. */
export function keptOf({ key, item, errors }: RejectedItem): NewKept {
  let text: string | undefined;
  try {
    text = JSON.stringify(item);
  } catch {
    // It holds itself, or a number that JSON has no form for.
  }
  return { key: key ?? null, text: text ?? 'null', reason: JSON.stringify({ errors }) };
}
