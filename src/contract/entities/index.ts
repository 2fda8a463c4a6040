/**
 * Every record type of the nine imports, put together from the files beside this one.
 */
import { assortmentEntities } from './assortment.ts';
import { commonEntities } from './common.ts';
import { customerEntities } from './customer.ts';
import { priceEntities } from './price.ts';
import { productEntities } from './product.ts';
import { productValuesEntities } from './product-values.ts';
import { supplierEntities } from './supplier.ts';

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
