/**
 * What a message tells an accumulator to do beside collecting its items.
 */
import type { FeedMessage, ResetTarget } from '../accumulator/index.ts';
import { ConnectError } from '../errors.ts';

/** What is to be done once the items of the message are on disk. */
export interface Control {
  readonly flush: boolean;
  readonly requeue: boolean;
  readonly reset: ResetTarget | undefined;
  /** Full feeds that are held are sent all the same. */
  readonly confirm: boolean;
}

/** Properties that are for the accumulator alone: they never leave it. */
export const controlNames = ['flush', 'requeue', 'reset', 'confirm'] as const;

/** Properties that say where a message stands in a full feed: where one is collected they never leave either. */
export const feedNames = ['parts', 'begin', 'complete'] as const;

const resetTargets: readonly unknown[] = ['waiting', 'failed', 'rejected', 'feeds'] satisfies ResetTarget[];

function invalid(name: string, message: string): ConnectError {
  return new ConnectError('OPTION_INVALID', `msg.${name} ${message}`, { details: { option: name } });
}

/** Whether the message asks for it; `false`, null and what is missing do not. */
function isAsked(value: unknown, name: string): boolean {
  if (value !== undefined && value !== null && typeof value !== 'boolean') {
    throw invalid(name, 'must be true or false.');
  }
  return value === true;
}

function resetOf({ reset, confirm }: Readonly<Record<string, unknown>>): ResetTarget | undefined {
  if (reset === undefined || reset === null) return undefined;
  if (!resetTargets.includes(reset)) throw invalid('reset', `must be one of ${resetTargets.join(', ')}.`);
  if (confirm === true) return reset as ResetTarget;
  throw new ConnectError(
    'RESET_NOT_CONFIRMED',
    'msg.reset throws data away for good, and is done only where msg.confirm is true as well. Nothing was done.',
  );
}

/**
 * What a message asks for; undefined where it has none of these properties.
 *
 * @param takesFeeds Whether there can be a full feed to be confirmed.
 * @throws ConnectError `OPTION_INVALID`, `RESET_NOT_CONFIRMED`
 */
export function controlOf(
  message: Readonly<Record<string, unknown>>,
  takesFeeds: boolean,
): Control | undefined {
  const flush = isAsked(message.flush, 'flush');
  const requeue = isAsked(message.requeue, 'requeue');
  const reset = resetOf(message);
  // Beside a reset it is that which is confirmed.
  const confirm = takesFeeds && reset === undefined && isAsked(message.confirm, 'confirm');
  return flush || requeue || confirm || reset !== undefined ? { flush, requeue, reset, confirm } : undefined;
}

/**
 * Makes sure that a message that throws something away brings nothing: its items could be meant to be thrown away too,
 * or to come in the place of what is.
 *
 * @param brings Whether it brings items, or is a step of a full feed.
 * @throws ConnectError `RESET_WITH_ITEMS`
 */
export function refuseResetWithItems(control: Control | undefined, brings: boolean): void {
  if (control?.reset === undefined || !brings) return;
  throw new ConnectError(
    'RESET_WITH_ITEMS',
    'A message with msg.reset must not bring items, begin a full feed or complete one. Nothing was thrown away, and nothing was kept of it; send two messages.',
  );
}

function partOf(parts: unknown): Pick<FeedMessage, 'sequence' | 'part'> {
  if (parts === undefined || parts === null) return {};
  const { id, index, count } = parts as {
    readonly id?: unknown;
    readonly index?: unknown;
    readonly count?: unknown;
  };
  const isNumber = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
  if (!isNumber(index)) throw invalid('parts', 'must have an index, from 0.');
  if (count !== undefined && count !== null && (!isNumber(count) || count <= index)) {
    throw invalid('parts', 'must have a count above its index, or none.');
  }
  const part = isNumber(count) ? { index, count } : { index };
  return id === undefined || id === null ? { part } : { sequence: String(id), part };
}

/**
 * Where a message stands in the sequence that makes a full feed.
 *
 * @throws ConnectError `OPTION_INVALID`
 */
export function feedMessageOf(message: Readonly<Record<string, unknown>>): FeedMessage {
  return {
    ...partOf(message.parts),
    begins: isAsked(message.begin, 'begin'),
    completes: isAsked(message.complete, 'complete'),
  };
}

/**
 * The items of a message; undefined where it is about control only, such as an inject node's.
 *
 * @param isControl Whether the message asks for something else.
 * @throws ConnectError `PAYLOAD_INVALID`
 */
export function itemsOf(payload: unknown, isControl: boolean): readonly unknown[] | undefined {
  if (Array.isArray(payload)) return payload;
  if (typeof payload === 'object' && payload !== null && !Buffer.isBuffer(payload)) return [payload];
  if (isControl) return undefined;
  throw new ConnectError(
    'PAYLOAD_INVALID',
    `msg.payload must be an item or an array of items, not ${payload === null ? 'null' : typeof payload}.`,
  );
}
