/**
 * How ImportProducts writes products, variants and SKUs, field by field.
 */
import type { RecordRules } from './record-rules.ts';
import { additionalImages, image, infos, parametrics, productFlags } from './shared-rules.ts';

/** Texts of a product in one language; a supplier's content has the same fields. */
export function productCulture(
  list: 'ProductCultureFieldsThatAreSet' | 'ContentFieldsThatAreSet',
): RecordRules {
  return { entity: 'Product.ProductCulture', list, key: ['CultureCode'], remembers: ['Name'] };
}

/** The product level; its variants are records of their own. */
export const productRules: RecordRules = {
  entity: 'Product.Product',
  list: 'ProductFieldsThatAreSet',
  key: [],
  listValues: { AssortmentCode: 'Assortment' },
  ungoverned: ['ProductFlags'],
  elsewhere: ['Code', 'Variants'],
  remembers: ['Categories'],
  children: {
    Cultures: { rules: productCulture('ProductCultureFieldsThatAreSet') },
    Categories: { rules: { entity: 'Product.ProductCategory', key: ['Code'] }, unstated: 'replace' },
    MainImage: { rules: image },
    AdditionalImages: additionalImages('ProductFieldsThatAreSet'),
    Family: { rules: { entity: 'Product.ProductFamily', key: ['Code'] } },
    ProductFlags: productFlags,
    ProductParametrics: parametrics('ProductFieldsThatAreSet'),
    VariantDefinitionGroup: {
      rules: {
        entity: 'Product.VariantDefinitionGroup',
        key: ['Code'],
        children: {
          Types: { rules: { entity: 'Product.VariantDefinitionType', key: ['Code'] }, unstated: 'upsert' },
        },
      },
    },
  },
};

/** The variant level; its SKUs are records of their own. */
export const variantRules: RecordRules = {
  entity: 'Product.Variant',
  list: 'VariantFieldsThatAreSet',
  key: [],
  ungoverned: ['VariantFlags'],
  elsewhere: ['Skus', 'ManufacturerPartNo'],
  children: {
    Cultures: {
      rules: {
        entity: 'Product.VariantCulture',
        list: 'VariantCultureFieldsThatAreSet',
        key: ['CultureCode'],
        remembers: ['Name'],
      },
    },
    MainImage: { rules: image },
    AdditionalImages: additionalImages('VariantFieldsThatAreSet'),
    VariantFlags: productFlags,
    VariantParametrics: parametrics('VariantFieldsThatAreSet'),
    NonParametricVariantDefinitions: {
      rules: {
        entity: 'Product.VariantDefinition',
        key: ['TypeCode'],
        children: {
          Cultures: { rules: { entity: 'Product.VariantDefinitionCulture', key: ['CultureCode'] } },
        },
      },
      unstated: 'upsert',
    },
    DeliveryMethods: {
      rules: { entity: 'Product.DeliveryMethod', key: ['Code'], whenAbsent: { IsActive: 'true' } },
    },
  },
};

/** The SKU; its standard price goes to the prices. */
export const skuRules: RecordRules = {
  entity: 'Product.Sku',
  list: 'SkuFieldsThatAreSet',
  key: ['PartNo'],
  listValues: { VatRates: 'VatRate' },
  ungoverned: ['Cultures'],
  elsewhere: ['StandardPrice'],
  children: {
    VatRates: { rules: { entity: 'Product.VatRate', key: ['SalesArea'] }, unstated: 'upsert' },
    Cultures: {
      rules: { entity: 'Product.SkuCulture', list: 'SkuCultureFieldsThatAreSet', key: ['CultureCode'] },
    },
    StructureItems: {
      rules: {
        entity: 'Product.SkuStructureItem',
        list: 'SkuStructureItemFieldsThatAreSet',
        key: ['StructurePartNo', 'PartNo'],
        ungoverned: ['Quantity'],
        children: {
          StandardStructureItemPrice: { rules: { entity: 'Product.SkuStructureItemPriceList', key: [] } },
          AdditionalInfo: infos,
        },
      },
      unstated: 'replace',
    },
  },
};
