/**
 * What hangs on a product as a whole value: categories, flags, parametrics, definitions, rates.
 */
import type { EntityDefinition } from '../model.ts';

/** What hangs on a product as a whole value: categories, flags, parametrics, definitions, rates. */
export const productValuesEntities = {
  'Product.ProductCategory': {
    identity: [['Code']],
    fields: {
      SortOrder: { type: 'integer', nullable: false },
      Code: { type: 'text', key: true, required: 'always' },
    },
  },
  'Product.ProductFamily': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      Name: { type: 'text' },
    },
  },
  'Product.Flag': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      IsSet: { type: 'boolean', nullable: false, required: 'always' },
      StopDate: { type: 'date' },
      IsCreateOnly: { type: 'boolean' },
      IsLimitedUpdate: { type: 'boolean' },
    },
  },
  'Product.ParametricValue': {
    identity: [['ParametricCode']],
    fields: {
      ParametricCode: { type: 'text', key: true, required: 'always' },
      ValueBoolean: { type: 'boolean', empty: 'skipped' },
      ValueDecimal: { type: 'decimal', empty: 'skipped' },
      ValueInteger: { type: 'integer', empty: 'skipped' },
      ValueDateTime: { type: 'date', empty: 'skipped' },
      Cultures: {
        type: 'records',
        record: 'Product.ParametricValueCulture',
        empty: 'skipped',
        list: { key: ['CultureCode'], shorter: 'keep', merge: 'byKey' },
      },
      ValueList: { type: 'record', record: 'Product.ParametricValueList', empty: 'skipped' },
      MultipleValueList: {
        type: 'records',
        record: 'Product.ParametricValueList',
        empty: 'skipped',
        list: { key: ['Code'], shorter: 'unstated-replace', merge: 'separate' },
      },
    },
  },
  'Product.ParametricValueCulture': {
    identity: [['CultureCode']],
    fields: {
      CultureCode: { type: 'text', key: true, required: 'always' },
      ValueText: { type: 'text', required: 'always', maxLength: 255 },
    },
  },
  'Product.ParametricValueList': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      Value: { type: 'text' },
      Cultures: {
        type: 'records',
        record: 'Product.ParametricValueListCulture',
        list: { key: ['CultureCode'], shorter: 'keep', merge: 'byKey' },
      },
      Description: { type: 'text' },
    },
  },
  'Product.ParametricValueListCulture': {
    identity: [['CultureCode']],
    fields: {
      CultureCode: { type: 'text', key: true, required: 'always' },
      Value: { type: 'text' },
      Description: { type: 'text' },
    },
  },
  'Product.VariantDefinitionGroup': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true },
      Name: { type: 'text' },
      Types: {
        type: 'records',
        record: 'Product.VariantDefinitionType',
        list: { key: ['Code'], shorter: 'unstated-keep', merge: 'separate' },
      },
    },
  },
  'Product.VariantDefinitionType': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      Name: { type: 'text' },
      SortOrder: { type: 'integer', nullable: false },
      ParametricCode: { type: 'text' },
    },
  },
  'Product.VariantDefinition': {
    identity: [['TypeCode']],
    fields: {
      TypeCode: { type: 'text', key: true, required: 'always' },
      Cultures: {
        type: 'records',
        record: 'Product.VariantDefinitionCulture',
        list: { key: ['CultureCode'], shorter: 'keep', merge: 'separate' },
      },
    },
  },
  'Product.VariantDefinitionCulture': {
    identity: [['CultureCode']],
    fields: {
      CultureCode: { type: 'text', key: true, required: 'always' },
      Value: { type: 'text' },
    },
  },
  'Product.DeliveryMethod': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      PackagePercentage: { type: 'decimal' },
      IsActive: { type: 'boolean', empty: 'default' },
    },
  },
  'Product.VatRate': {
    identity: [['SalesArea']],
    fields: {
      SalesArea: { type: 'integer', enum: 'SalesArea', key: true, required: 'always' },
      Rate: { type: 'decimal' },
    },
  },
} as const satisfies Record<string, EntityDefinition>;
