/**
 * Settings that tests start from.
 */
import type { ConnectionSettings } from '../../../src/connection/index.ts';

export const SECRET = 'p&ss"w<ö>rd+the secret/=%41';

export function settingsFor(
  addresses: ConnectionSettings['addresses'],
  changes: Partial<ConnectionSettings> = {},
): ConnectionSettings {
  return {
    customer: 'acme',
    addresses,
    clientId: 'client',
    clientSecret: SECRET,
    scope: 'playground',
    requestsPerMinute: 60,
    timeout: 2000,
    deadline: 10_000,
    ...changes,
  };
}
