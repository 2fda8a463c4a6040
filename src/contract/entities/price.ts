/**
 * Prices of SKUs, and price lists with their warehouses, rules and population.
 */
import type { EntityDefinition } from '../model.ts';

/** Prices of SKUs, and price lists with their warehouses, rules and population. */
export const priceEntities = {
  'Product.SkuPriceList': {
    identity: [['PartNo', 'PriceListCode', 'QuantityBreak']],
    fields: {
      PartNo: { type: 'text', key: true, required: 'always', maxLength: 50 },
      PriceListCode: { type: 'text', key: true, required: 'always' },
      QuantityBreak: { type: 'integer', nullable: false, key: true },
      PriceSale: { type: 'decimal', nullable: false, empty: 'skipped' },
      CostPurchase: { type: 'decimal', nullable: false, empty: 'skipped' },
      CostUnit: { type: 'decimal', nullable: false, empty: 'skipped' },
      PriceRecommended: { type: 'decimal', empty: 'skipped' },
      PricePrevious: { type: 'decimal', empty: 'skipped' },
      PriceCatalog: { type: 'decimal', empty: 'skipped' },
      IsPriceDiscountable: { type: 'boolean', nullable: false, empty: 'default' },
      CurrencyCode: { type: 'text', unlisted: 'harmless' },
      IsActive: { type: 'boolean', empty: 'default' },
      PriceRule: { type: 'integer', enum: 'PriceRule', empty: 'skipped' },
      PriceRuleValue: { type: 'decimal', empty: 'skipped' },
    },
  },
  'Product.PriceList': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      Name: { type: 'text', maxLength: 50 },
      CurrencyCode: { type: 'text' },
      StartDate: { type: 'date' },
      EndDate: { type: 'date' },
      IsPrimary: { type: 'boolean', nullable: false, empty: 'default' },
      IsPublic: { type: 'boolean', nullable: false, empty: 'default' },
      IsFavorite: { type: 'boolean', nullable: false, empty: 'default' },
      TypeCode: { type: 'text' },
      Warehouses: {
        type: 'records',
        record: 'Product.Warehouse',
        list: { key: ['Code'], shorter: 'unstated-replace', merge: 'separate' },
      },
      DefaultPriceRuleCode: { type: 'text', unlisted: 'harmless', deprecated: true },
      DefaultPriceRule: { type: 'integer', enum: 'PriceRule' },
      DefaultPriceRuleValue: { type: 'decimal' },
      Description: { type: 'text' },
      IsErpIntegrated: { type: 'boolean', nullable: false, deprecated: true },
      SalesArea: { type: 'integer', enum: 'SalesArea' },
      DefaultMinMarginPercent: { type: 'decimal' },
      LimitToRecPrice: { type: 'boolean' },
      ParentPriceListCode: { type: 'text' },
      DefaultSupplementalChargeFixed: { type: 'decimal' },
      DefaultSupplementalChargePercent: { type: 'decimal' },
      PriceRules: {
        type: 'records',
        record: 'Product.PriceListPriceRule',
        list: {
          key: ['Type', 'ManufacturerCode', 'CategoryCode', 'Flags', 'MinValue', 'MaxValue'],
          shorter: { switch: 'PriceRulesCleanup' },
          merge: { off: 'separate', on: 'lastWins' },
        },
      },
      Population: { type: 'record', record: 'Product.PriceListPopulation' },
      InheritStructureCalculationRule: {
        type: 'integer',
        enum: 'InheritStructureCalculationRule',
        nullable: false,
        empty: 'default',
      },
    },
  },
  'Product.Warehouse': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      Type: { type: 'integer', enum: 'WarehouseType', nullable: false },
      Name: { type: 'text' },
      LeadTimeDayCount: { type: 'integer' },
      Locations: {
        type: 'records',
        record: 'Product.WarehouseLocation',
        required: 'always',
        unlisted: 'required',
        list: { key: ['Code'], shorter: 'unstated-keep', merge: 'separate' },
      },
    },
  },
  'Product.WarehouseLocation': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      Name: { type: 'text' },
      IsIncludedInStockCalculation: { type: 'boolean' },
      LeadTimeDayCount: { type: 'integer' },
    },
  },
  'Product.PriceListPriceRule': {
    fields: {
      Type: { type: 'integer', enum: 'PriceListPriceRuleType', nullable: false, required: 'always' },
      Value: { type: 'decimal' },
      LimitToRecPrice: { type: 'boolean' },
      MinValue: { type: 'decimal', key: true },
      MaxValue: { type: 'decimal', key: true },
      ManufacturerCode: { type: 'text', key: true },
      CategoryCode: { type: 'text', key: true },
      Flags: { type: 'texts', key: true, list: { shorter: 'replace', merge: 'lastWins' } },
      SupplementalChargeFixed: { type: 'decimal' },
      SupplementalChargePercent: { type: 'decimal' },
    },
  },
  'Product.PriceListPopulation': {
    fields: {
      Type: { type: 'integer', enum: 'PriceListPopulationType' },
      AllCategories: { type: 'record', record: 'Product.PriceListPopulationAllCategories' },
      Categories: {
        type: 'records',
        record: 'Product.PriceListPopulationCategory',
        list: {
          key: ['Code'],
          shorter: { switch: 'PopulationCleanup' },
          merge: { off: 'separate', on: 'lastWins' },
        },
      },
      RequireSupplier: { type: 'boolean' },
    },
  },
  'Product.PriceListPopulationAllCategories': {
    fields: {
      RuleType: {
        type: 'integer',
        enum: 'PriceListPopulationAllCategoriesRuleType',
        nullable: false,
        required: 'always',
      },
      RuleCodes: { type: 'texts', list: { shorter: 'replace', merge: 'lastWins' } },
    },
  },
  'Product.PriceListPopulationCategory': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      RuleType: {
        type: 'integer',
        enum: 'PriceListPopulationCategoryRuleType',
        nullable: false,
        required: 'always',
      },
      RuleCodes: { type: 'texts', list: { shorter: 'replace', merge: 'lastWins' } },
      RequireSupplier: { type: 'boolean' },
    },
  },
} as const satisfies Record<string, EntityDefinition>;
