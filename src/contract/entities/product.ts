/**
 * Products with their variants, SKUs and texts, as ImportProducts takes them.
 */
import type { EntityDefinition } from '../model.ts';

/** Products with their variants, SKUs and texts, as ImportProducts takes them. */
export const productEntities = {
  'Product.Product': {
    identity: [['Code'], ['ManufacturerCode', 'Variants[].ManufacturerPartNo'], ['Variants[].Skus[].PartNo']],
    fields: {
      ManufacturerCode: { type: 'text', key: true, required: 'insert' },
      ManufacturerName: { type: 'text' },
      Alias: { type: 'text', maxLength: 255 },
      Code: { type: 'text', key: true },
      Variants: {
        type: 'records',
        record: 'Product.Variant',
        list: {
          key: ['ManufacturerPartNo'],
          otherKeys: [['Skus[].PartNo']],
          shorter: { switch: 'FullFile' },
          merge: { off: 'byKey', on: 'lastWins' },
        },
      },
      Cultures: {
        type: 'records',
        record: 'Product.ProductCulture',
        list: { key: ['CultureCode'], shorter: 'keep', merge: 'byKey' },
      },
      Categories: {
        type: 'records',
        record: 'Product.ProductCategory',
        list: { key: ['Code'], shorter: 'unstated-replace', merge: 'separate' },
      },
      MainImage: { type: 'record', record: 'Common.Image' },
      AdditionalImages: {
        type: 'records',
        record: 'Common.Image',
        list: {
          key: ['ExternalCode'],
          shorter: { switch: 'AdditionalImagesCleanup' },
          merge: { off: 'byKey', on: 'lastWins' },
        },
      },
      Family: { type: 'record', record: 'Product.ProductFamily' },
      ProductFlags: {
        type: 'records',
        record: 'Product.Flag',
        unlisted: 'harmless',
        list: { key: ['Code'], shorter: 'keep', merge: 'byKey' },
      },
      ProductParametrics: {
        type: 'records',
        record: 'Product.ParametricValue',
        list: {
          key: ['ParametricCode'],
          shorter: { switch: 'ParametricsCleanup' },
          merge: { off: 'byKey', on: 'lastWins' },
        },
      },
      VariantDefinitionGroup: { type: 'record', record: 'Product.VariantDefinitionGroup' },
      AssortmentCode: { type: 'text' },
    },
  },
  'Product.Variant': {
    identity: [['ManufacturerPartNo'], ['Skus[].PartNo']],
    fields: {
      ManufacturerPartNo: { type: 'text', key: true, required: 'insert', maxLength: 50 },
      SortOrderValue: { type: 'integer' },
      StockDisplayBreakPoint: { type: 'integer' },
      IsDangerousGoods: { type: 'boolean', nullable: false, empty: 'default' },
      TranslationRequested: { type: 'date', empty: 'cleared' },
      Cultures: {
        type: 'records',
        record: 'Product.VariantCulture',
        list: { key: ['CultureCode'], shorter: 'keep', merge: 'byKey' },
      },
      Skus: {
        type: 'records',
        record: 'Product.Sku',
        list: { key: ['PartNo'], shorter: 'keep', merge: 'byKey' },
      },
      MainImage: { type: 'record', record: 'Common.Image' },
      AdditionalImages: {
        type: 'records',
        record: 'Common.Image',
        list: {
          key: ['ExternalCode'],
          shorter: { switch: 'AdditionalImagesCleanup' },
          merge: { off: 'byKey', on: 'lastWins' },
        },
      },
      VariantFlags: {
        type: 'records',
        record: 'Product.Flag',
        unlisted: 'harmless',
        list: { key: ['Code'], shorter: 'keep', merge: 'byKey' },
      },
      VariantParametrics: {
        type: 'records',
        record: 'Product.ParametricValue',
        list: {
          key: ['ParametricCode'],
          shorter: { switch: 'ParametricsCleanup' },
          merge: { off: 'byKey', on: 'lastWins' },
        },
      },
      NonParametricVariantDefinitions: {
        type: 'records',
        record: 'Product.VariantDefinition',
        list: { key: ['TypeCode'], shorter: 'unstated-keep', merge: 'separate' },
      },
      DeliveryMethods: {
        type: 'records',
        record: 'Product.DeliveryMethod',
        list: { key: ['Code'], shorter: 'keep', merge: 'separate' },
      },
    },
  },
  'Product.Sku': {
    identity: [['PartNo']],
    fields: {
      PartNo: { type: 'text', key: true, required: 'always', maxLength: 50 },
      Status: { type: 'integer', enum: 'SkuStatus', nullable: false, required: 'insert' },
      Type: { type: 'integer', enum: 'SkuType', nullable: false, required: 'insert' },
      IntegrationPartNo: { type: 'text', maxLength: 50 },
      CommodityCode: { type: 'text', maxLength: 50 },
      EanCode: { type: 'text', maxLength: 50 },
      TrackingCode: { type: 'text', maxLength: 50 },
      UnitOfMeasurementType: { type: 'integer', enum: 'UnitMeasurementType', nullable: false },
      UnitOfMeasurementCount: { type: 'decimal', nullable: false, empty: 'default' },
      IsDropShipOnly: { type: 'boolean' },
      IsBuyable: { type: 'boolean', nullable: false, empty: 'default' },
      DiscountClass: { type: 'text' },
      RecommendedSalesQty: { type: 'decimal' },
      IsRecommendedSalesQtyFixed: { type: 'boolean' },
      ActualWeight: { type: 'decimal', empty: 'cleared' },
      VolumeWeight: { type: 'decimal' },
      LogisticWidth: { type: 'decimal' },
      LogisticHeight: { type: 'decimal' },
      LogisticDepth: { type: 'decimal' },
      StandardPrice: { type: 'record', record: 'Product.SkuPriceList' },
      VatRates: {
        type: 'records',
        record: 'Product.VatRate',
        list: { key: ['SalesArea'], shorter: 'unstated-keep', merge: 'separate' },
      },
      Cultures: {
        type: 'records',
        record: 'Product.SkuCulture',
        unlisted: 'harmless',
        list: { key: ['CultureCode'], shorter: 'keep', merge: 'byKey' },
      },
      StartDate: { type: 'date' },
      StopDate: { type: 'date' },
      StructureItems: {
        type: 'records',
        record: 'Product.SkuStructureItem',
        list: { key: ['StructurePartNo', 'PartNo'], shorter: 'unstated-replace', merge: 'separate' },
      },
    },
  },
  'Product.VariantCulture': {
    identity: [['CultureCode']],
    fields: {
      CultureCode: { type: 'text', key: true, required: 'always' },
      Name: { type: 'text', maxLength: 255 },
      SubHeader: { type: 'text', maxLength: 255 },
      SubDescription: { type: 'text' },
      DescriptionHeader: { type: 'text', maxLength: 255 },
      Description: { type: 'text' },
      Synonyms: { type: 'text', maxLength: 500 },
      Title: { type: 'text', maxLength: 255 },
      Tags: { type: 'text' },
      MetaTags: { type: 'text' },
      MetaDescription: { type: 'text' },
      UniqueUrlName: { type: 'text' },
      IsUniqueUrlNameManuallyMaintained: { type: 'boolean', nullable: false },
    },
  },
  'Product.SkuCulture': {
    identity: [['CultureCode']],
    fields: {
      CultureCode: { type: 'text', key: true, required: 'always' },
      ErpName: { type: 'text', maxLength: 255 },
      Comment: { type: 'text', maxLength: 255 },
    },
  },
  'Product.SkuStructureItem': {
    identity: [['StructurePartNo', 'PartNo']],
    fields: {
      StructurePartNo: { type: 'text', key: true, required: 'always' },
      PartNo: { type: 'text', key: true, required: 'always' },
      Quantity: { type: 'decimal', nullable: false, required: 'always', unlisted: 'required' },
      SortOrder: { type: 'integer' },
      StandardStructureItemPrice: { type: 'record', record: 'Product.SkuStructureItemPriceList' },
      AdditionalInfo: {
        type: 'records',
        record: 'Product.Info',
        list: { key: ['Code'], shorter: 'keep', merge: 'separate' },
      },
    },
  },
  'Product.SkuStructureItemPriceList': {
    identity: [['StructurePartNo', 'PartNo', 'PriceListCode', 'ItemPriceListCode', 'QuantityBreak']],
    fields: {
      StructurePartNo: { type: 'text', key: true, required: 'always' },
      PartNo: { type: 'text', key: true, required: 'always' },
      PriceListCode: { type: 'text', key: true, required: 'always' },
      ItemPriceListCode: { type: 'text', key: true, required: 'always' },
      QuantityBreak: { type: 'integer', nullable: false, key: true },
      PriceSale: { type: 'decimal', nullable: false, unlisted: 'required' },
      CurrencyCode: { type: 'text' },
    },
  },
} as const satisfies Record<string, EntityDefinition>;
