/**
 * Headers of the imports of prices, price lists, stock, relations and competitor prices.
 */

import type { HeaderDefinition } from '../model.ts';
import { createOnly, deprecated, field, modifier } from './list-values.ts';

/** Headers of the imports of prices, price lists, stock, relations and competitor prices. */
export const assortmentHeaders = {
  SkuPriceListHeader: {
    fullFile: true,
    lists: {
      SkuPriceListFieldsThatAreSet: {
        governs: ['Product.SkuPriceList'],
        role: 'set',
        values: [
          field(3, 'PriceSale'),
          field(4, 'CostPurchase'),
          field(5, 'CostUnit'),
          field(6, 'PriceRecommended'),
          field(7, 'PricePrevious'),
          field(8, 'PriceCatalog'),
          field(9, 'IsPriceDiscountable'),
          field(10, 'IsActive'),
          createOnly(11, 'IsPriceDiscountableCreateOnly', 'IsPriceDiscountable'),
          field(12, 'PriceRule', 'PriceRule', 'PriceRuleValue'),
          modifier(13, 'FullfileResetInheritance'),
        ],
      },
      IgnoreSkuPriceListFieldsWhenEmpty: {
        governs: ['Product.SkuPriceList'],
        role: 'mandatory',
        values: [
          field(3, 'PriceSale'),
          field(4, 'CostPurchase'),
          field(5, 'CostUnit'),
          field(6, 'PriceRecommended'),
          field(7, 'PricePrevious'),
          field(8, 'PriceCatalog'),
          field(10, 'IsActive'),
        ],
      },
    },
    dependencies: [],
  },
  PriceListHeader: {
    fullFile: false,
    lists: {
      PriceListFieldsThatAreSet: {
        governs: ['Product.PriceList'],
        role: 'set',
        values: [
          field(0, 'Name'),
          field(1, 'CurrencyCode'),
          field(2, 'StartDate'),
          field(3, 'EndDate'),
          field(4, 'IsPublic'),
          field(5, 'IsPrimary'),
          field(6, 'TypeCode'),
          field(7, 'Warehouses'),
          field(8, 'DefaultPriceRule', 'DefaultPriceRule', 'DefaultPriceRuleValue'),
          field(9, 'Description'),
          deprecated(field(10, 'IsErpIntegrated')),
          modifier(11, 'DoNotCreateApplicationPriceList'),
          field(12, 'SalesArea'),
          field(13, 'DefaultMinMarginPercent'),
          field(14, 'LimitToRecPrice'),
          field(15, 'ParentPriceListCode'),
          field(16, 'DefaultSupplementalChargeFixed'),
          field(17, 'DefaultSupplementalChargePercent'),
          field(18, 'PriceRules'),
          modifier(19, 'PriceRulesCleanup', { cleans: 'PriceRules', clearsFirst: true }),
          modifier(20, 'PriceRulesLimitedUpdate'),
          field(21, 'Population'),
          modifier(22, 'PopulationCleanup', { cleans: 'Population', clearsFirst: true }),
          field(23, 'IsFavorite'),
          field(24, 'InheritStructureCalculationRule'),
        ],
      },
      WarehouseFieldsThatAreSet: {
        governs: ['Product.Warehouse'],
        role: 'set',
        values: [field(0, 'Type'), field(1, 'Name'), field(2, 'LeadTimeDayCount')],
      },
      WarehouseLocationFieldsThatAreSet: {
        governs: ['Product.WarehouseLocation'],
        role: 'set',
        values: [field(0, 'Name'), field(1, 'LeadTimeDayCount'), field(2, 'IsIncludedInStockCalculation')],
      },
      PriceListPriceRuleFieldsThatAreSet: {
        governs: ['Product.PriceListPriceRule'],
        role: 'set',
        values: [
          field(0, 'Type'),
          field(1, 'Value'),
          field(2, 'LimitToRecPrice'),
          field(3, 'SupplementalChargeFixed'),
          field(4, 'SupplementalChargePercent'),
        ],
      },
    },
    dependencies: [
      {
        when: 'WarehouseFieldsThatAreSet',
        needs: 'PriceListFieldsThatAreSet',
        value: 'Warehouses',
        status: 'documented',
      },
      {
        when: 'WarehouseLocationFieldsThatAreSet',
        needs: 'PriceListFieldsThatAreSet',
        value: 'Warehouses',
        status: 'documented',
      },
      { when: 'WarehouseFieldsThatAreSet', needs: 'WarehouseLocationFieldsThatAreSet', status: 'documented' },
      { when: 'WarehouseLocationFieldsThatAreSet', needs: 'WarehouseFieldsThatAreSet', status: 'documented' },
      {
        when: 'PriceListPriceRuleFieldsThatAreSet',
        needs: 'PriceListFieldsThatAreSet',
        value: 'PriceRules',
        status: 'inferred',
      },
    ],
  },
  SkuOnhandHeader: {
    fullFile: true,
    lists: {
      SkuOnhandFieldsThatAreSet: {
        governs: ['Product.SkuOnhand'],
        role: 'set',
        values: [
          field(3, 'OnhandValue'),
          field(4, 'IncomingValue'),
          field(5, 'NextDeliveryDate'),
          field(6, 'LeadTimeDayCount'),
          deprecated(field(7, 'OnOrderValue')),
          field(8, 'MinimumValue'),
          field(9, 'MaximumValue'),
          field(10, 'IsActive'),
          field(11, 'Infos'),
        ],
      },
    },
    dependencies: [],
  },
  RelationHeader: {
    fullFile: true,
    lists: {
      RelationFieldsThatAreSet: {
        governs: ['Product.Relation'],
        role: 'set',
        values: [
          field(1, 'IsActive'),
          field(2, 'IsVariantUnique'),
          createOnly(3, 'IsVariantUniqueCreateOnly', 'IsVariantUnique'),
          field(4, 'IsRelatedVariantUnique'),
          createOnly(5, 'IsRelatedVariantUniqueCreateOnly', 'IsRelatedVariantUnique'),
          field(6, 'DefaultName'),
          field(7, 'DefaultSubHeader'),
          field(8, 'DefaultSubDescription'),
          field(9, 'DefaultDescriptionHeader'),
          field(10, 'DefaultDescription'),
          field(11, 'Cultures'),
          field(12, 'SortOrder'),
        ],
      },
      RelationCultureFieldsThatAreSet: {
        governs: ['Product.RelationCulture'],
        role: 'set',
        values: [
          field(1, 'Name'),
          createOnly(2, 'NameCreateOnly', 'Name'),
          field(3, 'SubHeader'),
          field(4, 'SubDescription'),
          field(5, 'DescriptionHeader'),
          field(6, 'Description'),
          createOnly(7, 'DescriptionCreateOnly', 'Description'),
        ],
      },
    },
    dependencies: [
      {
        when: 'RelationCultureFieldsThatAreSet',
        needs: 'RelationFieldsThatAreSet',
        value: 'Cultures',
        status: 'documented',
      },
    ],
  },
  CompetitorSkuHeader: {
    fullFile: true,
    lists: {
      CompetitorSkuFieldsThatAreSet: {
        governs: ['Product.CompetitorSku'],
        role: 'set',
        values: [
          field(0, 'CompetitorName'),
          field(1, 'ProductName'),
          field(2, 'VatRate'),
          deprecated(field(3, 'ExternalPopularities')),
        ],
      },
    },
    dependencies: [],
  },
} as const satisfies Record<string, HeaderDefinition>;
