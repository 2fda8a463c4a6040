/**
 * The error of a call about something that the store does not have.
 */
import { ConnectError } from '../../../errors.ts';

/** What a caller refers to is not there: `STORE_ENTRY_UNKNOWN`. */
export function entryUnknown(what: string): ConnectError {
  return new ConnectError('STORE_ENTRY_UNKNOWN', `The store knows no ${what}.`);
}
