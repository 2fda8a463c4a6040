/**
 * A supplier's catalogue with its stock and costs.
 */
import type { EntityDefinition } from '../model.ts';

/** A supplier's catalogue with its stock and costs. */
export const supplierEntities = {
  'Supplier.SupplierProduct': {
    identity: [['SupplierPartNo']],
    fields: {
      SupplierPartNo: { type: 'text', key: true, required: 'always', maxLength: 50 },
      ProductName: { type: 'text' },
      CategoryCode: { type: 'text', maxLength: 255 },
      ProductType: { type: 'text' },
      Manufacturer: { type: 'text', required: 'insert', maxLength: 50 },
      ManufacturerPartNo: { type: 'text', required: 'insert', maxLength: 50 },
      EanCode: { type: 'text', maxLength: 50 },
      CommodityCode: { type: 'text', maxLength: 50 },
      GrossWeight: { type: 'decimal', nullable: false, empty: 'default' },
      NetWeight: { type: 'decimal', nullable: false, empty: 'default', deprecated: true },
      UnitOfMeasurementCode: {
        type: 'integer',
        enum: 'UnitOfMeasurementType',
        nullable: false,
        empty: 'default',
      },
      UnitOfMeasurementCount: { type: 'integer', nullable: false, empty: 'default' },
      VatCode: { type: 'integer', nullable: false, empty: 'default' },
      MainImage: { type: 'record', record: 'Common.Image', unlisted: 'harmless' },
      OnHand: {
        type: 'records',
        record: 'Supplier.SupplierOnHand',
        required: 'insert',
        unlisted: 'harmless',
        list: {
          key: ['WarehouseCode', 'LocationCode'],
          otherKeys: [['Name']],
          shorter: { switch: 'FullFile' },
          merge: { off: 'byKey', on: 'lastWins' },
        },
      },
      PriceList: {
        type: 'records',
        record: 'Supplier.SupplierPrice',
        unlisted: 'harmless',
        list: {
          key: ['PriceListCode', 'QtyBreak'],
          shorter: { switch: 'FullFile' },
          merge: { off: 'byKey', on: 'lastWins' },
        },
      },
      Images: {
        type: 'records',
        record: 'Common.Image',
        unlisted: 'harmless',
        list: { key: ['ExternalCode'], shorter: 'unstated-keep', merge: 'separate' },
      },
      ContentList: {
        type: 'records',
        record: 'Product.ProductCulture',
        unlisted: 'harmless',
        list: { key: ['CultureCode'], shorter: 'keep', merge: 'separate' },
      },
      Parametrics: {
        type: 'records',
        record: 'ExternalContent.Parametric',
        unlisted: 'harmless',
        list: { key: ['ParametricCode'], shorter: 'unstated-keep', merge: 'separate' },
      },
      LogisticWidth: { type: 'decimal' },
      LogisticHeight: { type: 'decimal' },
      LogisticDepth: { type: 'decimal' },
      ProductInfo: {
        type: 'records',
        record: 'Supplier.SupplierProductInfo',
        unlisted: 'harmless',
        list: { key: ['Code'], shorter: 'keep', merge: 'separate' },
      },
    },
  },
  'Supplier.SupplierOnHand': {
    identity: [['WarehouseCode', 'LocationCode'], ['Name']],
    fields: {
      Name: { type: 'text', key: true },
      WarehouseCode: { type: 'text', key: true },
      LocationCode: { type: 'text', key: true },
      Value: { type: 'decimal', nullable: false, empty: 'default' },
      IncomingValue: { type: 'decimal' },
      NextDeliveryDate: { type: 'date' },
      StoppedDate: { type: 'date' },
      IsReturnable: { type: 'boolean' },
      LeadTimeDayCount: { type: 'integer' },
      ExternalStockValue: { type: 'decimal' },
      PackageValue: { type: 'decimal', nullable: false, empty: 'default' },
      MinimumOrderValue: { type: 'decimal', nullable: false, empty: 'default' },
      IsActive: { type: 'boolean', nullable: false, empty: 'default' },
    },
  },
  'Supplier.SupplierPrice': {
    identity: [['PriceListCode', 'QtyBreak']],
    fields: {
      PriceListCode: { type: 'text', key: true },
      QtyBreak: { type: 'integer', nullable: false, key: true },
      CurrencyCode: { type: 'text', unlisted: 'harmless' },
      CostPurchase: { type: 'decimal', nullable: false, empty: 'default' },
      CostPurchaseValidTo: { type: 'date' },
      PriceRecommended: { type: 'decimal' },
      PriceMax: { type: 'decimal' },
      PriceDealer: { type: 'decimal' },
      IsPromotion: { type: 'boolean' },
      IsFocus: { type: 'boolean' },
      PriceRanking: { type: 'integer' },
      FreightCost: { type: 'decimal' },
      CostFee: { type: 'decimal' },
      DiscountPct: { type: 'decimal' },
      IsActive: { type: 'boolean', nullable: false, empty: 'default' },
      PriceCatalog: { type: 'decimal' },
    },
  },
  'ExternalContent.Parametric': {
    identity: [['ParametricCode']],
    fields: {
      ParametricCode: { type: 'text', key: true, required: 'always', maxLength: 50 },
      ValueCode: { type: 'text', maxLength: 255 },
      ValueText: { type: 'text', maxLength: 255 },
      ValueBoolean: { type: 'boolean' },
      ValueDecimal: { type: 'decimal' },
      ValueInt: { type: 'integer' },
      ValueDateTime: { type: 'date' },
      MultipleValues: {
        type: 'records',
        record: 'ExternalContent.ParametricMultipleCodeValuePair',
        list: { shorter: 'unstated-replace', merge: 'separate' },
      },
    },
  },
  'ExternalContent.ParametricMultipleCodeValuePair': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always', maxLength: 255 },
      Value: { type: 'text', required: 'always', maxLength: 255 },
    },
  },
  'Supplier.SupplierProductInfo': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      Value: { type: 'text' },
    },
  },
} as const satisfies Record<string, EntityDefinition>;
