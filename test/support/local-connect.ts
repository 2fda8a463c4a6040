/**
 * How tests reach a local Connect.
 */

/** Addresses of a local Connect. */
export interface LocalConnect {
  readonly connectUrl: string;
  readonly tokenUrl: string;
}

/** Credentials of the flow's connection. */
export const credentials = { clientId: 'simulator', clientSecret: 'simulator-secret' };
