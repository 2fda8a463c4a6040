/**
 * Connect as data. Everything else that knows a field, a header list or an import reads it here.
 */
import { assortmentEntities } from './entities/assortment.ts';
import { commonEntities } from './entities/common.ts';
import { customerEntities } from './entities/customer.ts';
import { priceEntities } from './entities/price.ts';
import { productEntities } from './entities/product.ts';
import { productValuesEntities } from './entities/product-values.ts';
import { supplierEntities } from './entities/supplier.ts';
import { assortmentHeaders } from './headers/assortment.ts';
import { partyHeaders } from './headers/party.ts';
import { productHeaders } from './headers/product.ts';

export type { SystemAccount } from './accounts.ts';
export { systemAccounts } from './accounts.ts';
export { enums, unusualSkuTypes } from './enums.ts';
export type { ImportName } from './imports.ts';
export { importNames, imports } from './imports.ts';
export type * from './model.ts';
export { mayBeEmptied } from './model.ts';
export type { Item } from './types.ts';

/** Every record type of the nine imports. */
export const entities = {
  ...commonEntities,
  ...productEntities,
  ...productValuesEntities,
  ...priceEntities,
  ...assortmentEntities,
  ...customerEntities,
  ...supplierEntities,
} as const;

/** Name of a record type, such as `Product.SkuOnhand`. */
export type EntityName = keyof typeof entities;

/** Every request header, by its name in the contract. */
export const headers = { ...productHeaders, ...assortmentHeaders, ...partyHeaders } as const;

/** Name of a request header, such as `SkuOnhandHeader`. */
export type HeaderName = keyof typeof headers;

/** The HTTP header that carries the settings of an import, in its official spelling. */
export const importHeaderName = 'X-StormConnect-Header';
