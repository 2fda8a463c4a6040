/**
 * What a message has done although something speaks against it.
 */
import { ConnectError } from '../errors.ts';

/**
 * Whether `msg.norce.force` is set.
 *
 * @throws ConnectError `OPTION_INVALID`
 */
export function forceOf(norce: unknown): boolean {
  const { force } = (norce ?? {}) as { readonly force?: unknown };
  if (force === undefined || force === null) return false;
  if (typeof force === 'boolean') return force;
  throw new ConnectError('OPTION_INVALID', 'msg.norce.force must be true or false.', {
    details: { option: 'force' },
  });
}
