/**
 * Calls that tests send.
 */
import type { Call } from '../../../src/connection/index.ts';

/** May be sent as often as one likes. */
export const ping: Call = { method: 'GET', path: '/Job/Ping', priority: 'polls', repeatable: true };

/** Must not be carried out twice. */
export const post: Call = {
  method: 'POST',
  path: '/Product/ImportOnhands',
  body: { length: 2, chunks: () => [Buffer.from('[]')] },
  priority: 'imports',
  repeatable: false,
};
