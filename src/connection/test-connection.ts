/**
 * Tries settings out for the person who is typing them.
 */
import { ConnectError } from '../errors.ts';
import type { SlotStore } from '../store/index.ts';
import { processRegistry } from './process-registry.ts';
import type { ConnectionRegistry } from './registry.ts';
import type { ConnectionSettings } from './settings.ts';

/** What a successful test tells. */
export interface ConnectionTest {
  /** What Job/Ping answered. */
  readonly text: string;
  /** Milliseconds for token and ping together, standing in line included. */
  readonly duration: number;
}

/** How long a person waits for a test, in milliseconds: for all attempts, and for a place in the line. */
const LONGEST_TEST = 10_000;
const LONGEST_LINE = 30_000;

/**
 * Fetches a new token and asks Job/Ping, through the throttle that everybody shares.
 *
 * @throws ConnectError as `Connection.call`; the message says what to mend
 */
export async function testConnection(
  settings: ConnectionSettings,
  registry: ConnectionRegistry = processRegistry(),
  slots?: SlotStore,
): Promise<ConnectionTest> {
  const connection = registry.acquireWithNewToken(
    {
      ...settings,
      timeout: Math.min(settings.timeout, LONGEST_TEST),
      deadline: Math.min(settings.deadline, LONGEST_TEST),
    },
    slots,
  );
  const signal = AbortSignal.timeout(LONGEST_LINE);
  const begin = performance.now();
  try {
    const { text } = await connection.call({
      method: 'GET',
      path: '/Job/Ping',
      priority: 'orders',
      repeatable: true,
      signal,
    });
    return { text, duration: performance.now() - begin };
  } catch (error) {
    if (signal.aborted && error instanceof ConnectError && error.code === 'NOT_SENT') {
      throw new ConnectError(
        'CONNECT_UNAVAILABLE',
        "No request could be sent within 30 s: the customer's limit is used up by others, or Connect has asked for a pause. Try again later.",
        { retryable: true, cause: error },
      );
    }
    throw error;
  } finally {
    registry.release(connection);
  }
}
