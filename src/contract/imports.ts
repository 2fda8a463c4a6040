/**
 * The nine documented imports of Connect, under the names of their nodes.
 */
import type { ImportDefinition } from './model.ts';

/** Every import, keyed by the name that nodes, messages and batches use for it. */
export const imports = {
  'import-products': {
    noun: 'product',
    service: 'Product',
    operation: 'ImportProducts',
    path: '/Product/ImportProducts',
    header: 'ProductHeader',
    entity: 'Product.Product',
    usualIdentity: 'Code',
    fullFile: {
      scope:
        'Products that were in a cluster (Code) of the feed and are missing from it leave the cluster; by an older text every product missing from the feed is inactivated.',
      disputed: true,
      requires: ['Code'],
    },
  },
  'import-prices': {
    noun: 'price',
    service: 'Product',
    operation: 'ImportSkuPriceLists',
    path: '/Product/ImportSkuPriceLists',
    header: 'SkuPriceListHeader',
    entity: 'Product.SkuPriceList',
    fullFile: {
      scope: 'Prices missing from the feed are deactivated on each price list that occurs in it.',
      cutBy: ['PriceListCode'],
    },
  },
  'import-price-lists': {
    noun: 'price list',
    service: 'Product',
    operation: 'ImportPriceLists',
    path: '/Product/ImportPriceLists',
    header: 'PriceListHeader',
    entity: 'Product.PriceList',
  },
  'import-onhands': {
    noun: 'stock record',
    service: 'Product',
    operation: 'ImportOnhands',
    path: '/Product/ImportOnhands',
    header: 'SkuOnhandHeader',
    entity: 'Product.SkuOnhand',
    fullFile: {
      scope:
        'Stock records missing from the feed are deactivated in each warehouse and location that occurs in it.',
      cutBy: ['WarehouseCode', 'LocationCode'],
    },
  },
  'import-relations': {
    noun: 'relation',
    service: 'Product',
    operation: 'ImportRelations',
    path: '/Product/ImportRelations',
    header: 'RelationHeader',
    entity: 'Product.Relation',
    fullFile: {
      scope: 'Relations missing from the feed are deactivated, most likely in the whole catalogue.',
    },
  },
  'import-competitor-skus': {
    noun: 'competitor price',
    service: 'Product',
    operation: 'ImportCompetitorSkus',
    path: '/Product/ImportCompetitorSkus',
    header: 'CompetitorSkuHeader',
    entity: 'Product.CompetitorSku',
    fullFile: {
      scope:
        'Prices missing from the feed are deactivated; whether of the competitors in the feed or of the others is not clear.',
    },
  },
  'import-customers': {
    noun: 'customer',
    service: 'Customer',
    operation: 'ImportCustomers',
    path: '/Customer/ImportCustomers',
    header: 'CustomerHeader',
    entity: 'Customer.Customer',
  },
  'import-companies': {
    noun: 'company',
    service: 'Customer',
    operation: 'ImportCompanies',
    path: '/Customer/ImportCompanies',
    header: 'CustomerHeader',
    entity: 'Customer.Company',
  },
  'import-supplier-products': {
    noun: 'supplier product',
    service: 'Supplier',
    operation: 'ImportProducts',
    path: '/Supplier/ImportProducts',
    header: 'SupplierProductHeader',
    entity: 'Supplier.SupplierProduct',
    fullFile: {
      scope:
        'The supplier is inactivated on categories missing from the feed; stock and prices that a product lacks are inactivated in warehouses and price lists that occur in it.',
      bounds: ['CategoryCode'],
    },
    supplier: true,
  },
} as const satisfies Record<string, ImportDefinition>;

/** Name of an import: what its node is called without the prefix `norce-`. */
export type ImportName = keyof typeof imports;

/** All import names, in the order in which data is usually brought into Norce. */
export const importNames = Object.keys(imports) as ImportName[];
