/**
 * Connect as data. Everything else that knows a field, a header list or an import reads it here.
 */
import { assortmentHeaders } from './headers/assortment.ts';
import { partyHeaders } from './headers/party.ts';
import { productHeaders } from './headers/product.ts';

export type { SystemAccount } from './accounts.ts';
export { systemAccounts } from './accounts.ts';
export { type EntityName, entities } from './entities/index.ts';
export { enums, unusualSkuTypes } from './enums.ts';
export { type EventType, eventTypes } from './events.ts';
export type { ImportName } from './imports.ts';
export { importNames, imports } from './imports.ts';
export type * from './model.ts';
export { mayBeEmptied } from './model.ts';
export type { Item } from './types.ts';

/** Every request header, by its name in the contract. */
export const headers = { ...productHeaders, ...assortmentHeaders, ...partyHeaders } as const;

/** Name of a request header, such as `SkuOnhandHeader`. */
export type HeaderName = keyof typeof headers;

/** The HTTP header that carries the settings of an import, in its official spelling. */
export const importHeaderName = 'X-StormConnect-Header';
