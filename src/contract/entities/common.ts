/**
 * Images, which products, companies and supplier products share.
 */
import type { EntityDefinition } from '../model.ts';

/** Images, which products, companies and supplier products share. */
export const commonEntities = {
  'Common.Image': {
    identity: [['ExternalCode']],
    fields: {
      FileTypeName: { type: 'text', required: 'always' },
      ExternalCode: { type: 'text', key: true, required: 'always' },
      Filename: { type: 'text', maxLength: 50 },
      Url: { type: 'text', required: 'always' },
      LastModified: { type: 'date', deprecated: true },
      Cultures: {
        type: 'records',
        record: 'Common.ImageCulture',
        list: { key: ['CultureCode'], shorter: 'keep', merge: 'separate' },
      },
    },
  },
  'Common.ImageCulture': {
    identity: [['CultureCode']],
    fields: {
      CultureCode: { type: 'text', key: true, required: 'always' },
      Name: { type: 'text' },
      Description: { type: 'text' },
      AltText: { type: 'text' },
    },
  },
  'Product.ProductCulture': {
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
  'Product.Info': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      Value: { type: 'text', required: 'always' },
    },
  },
} as const satisfies Record<string, EntityDefinition>;
