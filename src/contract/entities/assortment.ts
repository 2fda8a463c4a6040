/**
 * Stock, relations and competitor prices: records that point to SKUs.
 */
import type { EntityDefinition } from '../model.ts';

/** Stock, relations and competitor prices: records that point to SKUs. */
export const assortmentEntities = {
  'Product.SkuOnhand': {
    identity: [['PartNo', 'LocationCode', 'WarehouseCode']],
    fields: {
      PartNo: { type: 'text', key: true, required: 'always', maxLength: 50 },
      LocationCode: { type: 'text', key: true, required: 'always' },
      WarehouseCode: { type: 'text', key: true, required: 'always' },
      OnhandValue: { type: 'decimal', nullable: false, empty: 'default' },
      IncomingValue: { type: 'decimal', empty: 'cleared' },
      NextDeliveryDate: { type: 'date', empty: 'cleared' },
      LeadTimeDayCount: { type: 'integer', empty: 'cleared' },
      OnOrderValue: { type: 'decimal', deprecated: true },
      MinimumValue: { type: 'decimal', empty: 'cleared' },
      MaximumValue: { type: 'decimal', empty: 'cleared' },
      IsActive: { type: 'boolean' },
      Infos: {
        type: 'records',
        record: 'Product.Info',
        list: { key: ['Code'], shorter: 'keep', merge: 'separate' },
      },
    },
  },
  'Product.Relation': {
    identity: [['PartNo', 'RelatedPartNo', 'RelationTypeCode']],
    fields: {
      PartNo: { type: 'text', key: true, required: 'always' },
      IsVariantUnique: { type: 'boolean', nullable: false, empty: 'default' },
      RelatedPartNo: { type: 'text', key: true, required: 'always' },
      IsRelatedVariantUnique: { type: 'boolean', nullable: false, empty: 'default' },
      IsActive: { type: 'boolean', nullable: false, empty: 'default' },
      RelationTypeCode: { type: 'text', key: true, required: 'always' },
      DefaultName: { type: 'text' },
      DefaultSubHeader: { type: 'text' },
      DefaultSubDescription: { type: 'text' },
      DefaultDescriptionHeader: { type: 'text' },
      DefaultDescription: { type: 'text' },
      Cultures: {
        type: 'records',
        record: 'Product.RelationCulture',
        list: { key: ['CultureCode'], shorter: 'keep', merge: 'byKey' },
      },
      SortOrder: { type: 'integer' },
    },
  },
  'Product.RelationCulture': {
    identity: [['CultureCode']],
    fields: {
      CultureCode: { type: 'text', key: true, required: 'always' },
      Name: { type: 'text', empty: 'cleared' },
      SubHeader: { type: 'text', empty: 'cleared' },
      SubDescription: { type: 'text', empty: 'cleared' },
      DescriptionHeader: { type: 'text', empty: 'cleared' },
      Description: { type: 'text', empty: 'cleared' },
    },
  },
  'Product.CompetitorSku': {
    identity: [['PartNo', 'CompetitorCode', 'Source']],
    fields: {
      PartNo: { type: 'text', key: true, required: 'always' },
      Source: { type: 'text', key: true, required: 'always' },
      CompetitorCode: { type: 'text', key: true, required: 'always' },
      CompetitorName: { type: 'text' },
      CompetitorPartNo: { type: 'text', required: 'always', unlisted: 'required' },
      ProductName: { type: 'text' },
      CurrencyCode: { type: 'text', unlisted: 'required' },
      PriceSale: { type: 'decimal', nullable: false, required: 'always', unlisted: 'required' },
      PriceSaleInclFreight: { type: 'decimal', nullable: false, required: 'always', unlisted: 'required' },
      IsPricesInclVat: { type: 'boolean', nullable: false, required: 'always', unlisted: 'required' },
      SalesArea: {
        type: 'integer',
        enum: 'SalesArea',
        enumAs: 'name',
        nullable: false,
        unlisted: 'required',
      },
      VatRate: { type: 'decimal' },
      IsInStock: { type: 'boolean', nullable: false, required: 'always', unlisted: 'required' },
      ExternalPopularities: {
        type: 'records',
        record: 'Product.ExternalPopularity',
        deprecated: true,
        list: { key: ['PartNo', 'Source'], shorter: 'unstated-replace', merge: 'separate' },
      },
    },
  },
  'Product.ExternalPopularity': {
    identity: [['PartNo']],
    fields: {
      Source: { type: 'text' },
      PartNo: { type: 'text', key: true, required: 'always' },
      PopularityValue: { type: 'decimal', nullable: false },
    },
  },
} as const satisfies Record<string, EntityDefinition>;
