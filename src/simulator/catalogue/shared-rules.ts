/**
 * Rules of the records that several imports carry: images, flags, info fields, prices below a product.
 */
import { lists } from './import-request.ts';
import type { ChildRules, RecordChange, RecordRules } from './record-rules.ts';

const imageCulture: RecordRules = {
  entity: 'Common.ImageCulture',
  list: 'ImageCultureFieldsThatAreSet',
  key: ['CultureCode'],
};

/** An image; matched by its external code. */
export const image: RecordRules = {
  entity: 'Common.Image',
  key: ['ExternalCode'],
  children: { Cultures: { rules: imageCulture } },
};

/** Extra info fields; the missing ones stay. */
export const infos: ChildRules = { rules: { entity: 'Product.Info', key: ['Code'] } };

/** IsCreateOnly and IsLimitedUpdate travel on each flag instead of in the header. */
export function acceptsFlag({ current, lastAuthor, carried, request }: RecordChange): boolean {
  if (current === undefined) return true;
  if (carried.IsCreateOnly === true) return false;
  return carried.IsLimitedUpdate !== true || lastAuthor === undefined || lastAuthor === request.author;
}

/** Product and variant flags: each one carries its own switch, the missing ones stay. */
export const productFlags: ChildRules = {
  rules: {
    entity: 'Product.Flag',
    key: ['Code'],
    elsewhere: ['IsCreateOnly', 'IsLimitedUpdate'],
    remembers: ['*'],
    accepts: acceptsFlag,
  },
};

/** Additional images of products or variants; a clean-up value in `list` removes the missing ones. */
export function additionalImages(list: 'ProductFieldsThatAreSet' | 'VariantFieldsThatAreSet'): ChildRules {
  return {
    rules: image,
    cleansUp: (request) =>
      lists(request, list, 'AdditionalImagesCleanup') || lists(request, list, 'ImagesAndFilesCleanup'),
  };
}

const parametricValue: RecordRules = {
  entity: 'Product.ParametricValue',
  key: ['ParametricCode'],
  whenAbsent: {
    ValueBoolean: 'kept',
    ValueDecimal: 'kept',
    ValueInteger: 'kept',
    ValueDateTime: 'kept',
    Cultures: 'kept',
    ValueList: 'kept',
    MultipleValueList: 'kept',
  },
  children: {
    Cultures: { rules: { entity: 'Product.ParametricValueCulture', key: ['CultureCode'] } },
    ValueList: { rules: listValue() },
    MultipleValueList: { rules: listValue(), unstated: 'replace' },
  },
};

/** Parametric values of products or variants; ParametricsCleanup in `list` removes the missing ones. */
export function parametrics(list: 'ProductFieldsThatAreSet' | 'VariantFieldsThatAreSet'): ChildRules {
  return { rules: parametricValue, cleansUp: (request) => lists(request, list, 'ParametricsCleanup') };
}

function listValue(): RecordRules {
  return {
    entity: 'Product.ParametricValueList',
    key: ['Code'],
    children: { Cultures: { rules: { entity: 'Product.ParametricValueListCulture', key: ['CultureCode'] } } },
  };
}
