/**
 * A store that says of each of its calls when it begins and ends.
 */
import type { FollowedJob, Store } from '../../../src/store/index.ts';

/** Hears of calls. */
export interface MarkListener {
  begins(call: number, operation: string, values: readonly unknown[]): void;
  ends(call: number, operation: string, result: unknown): void;
}

type Operation = (...values: readonly unknown[]) => Promise<unknown>;
type Room = Readonly<Record<string, Operation>>;

/** The same store, watched. Changes take the place of what it does itself. */
export function markedStore(
  store: Store,
  listener: MarkListener,
  changes: { readonly [Name in keyof Store]?: Partial<Store[Name]> } = {},
): Store {
  let calls = 0;
  const watch = (name: string, carryOut: Operation): Operation =>
    async function watched(...values) {
      calls += 1;
      const call = calls;
      listener.begins(call, name, values);
      let result: unknown;
      try {
        result = await carryOut(...values);
      } finally {
        listener.ends(call, name, result);
      }
      return result;
    };
  const rooms = Object.entries(store).map(([name, room]): [string, Room] => {
    const operations: Room = { ...room, ...changes[name as keyof Store] };
    const watched = Object.entries(operations).map(([operation, carryOut]): [string, Operation] => [
      operation,
      watch(`${name}.${operation}`, carryOut),
    ]);
    return [name, Object.fromEntries(watched)];
  });
  const marked = { ...Object.fromEntries(rooms), ready: () => store.ready(), close: () => store.close() };
  return marked as unknown as Store;
}

/** What a call is about, as far as the one outside wants to know. */
export function aboutCall(operation: string, values: readonly unknown[]): { readonly about?: string } {
  switch (operation) {
    case 'jobs.end':
      return { about: String(values[1]) };
    case 'requests.accepted':
      return { about: `${values[0]} ${values[1]}` };
    case 'requests.failed':
    case 'batches.distribute':
    case 'batches.partition':
    case 'batches.sealed':
    case 'batches.claimOutcome':
    case 'batches.finishOutcome':
      return { about: String(values[0]) };
    default:
      return {};
  }
}

/** Likewise, for what a call came to. */
export function aboutResult(operation: string, result: unknown): { readonly about?: string } {
  if (operation === 'requests.begin' && result !== undefined) return { about: String(result) };
  if (operation === 'requests.accepted' && result !== undefined) {
    return { about: (result as FollowedJob).jobId };
  }
  if (operation === 'batches.begin' && typeof result === 'object' && result !== null && 'id' in result) {
    return { about: String(result.id) };
  }
  return {};
}
