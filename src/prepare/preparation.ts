/**
 * The options of a message, checked once: everything that is the same for each of its items.
 */
import { imports } from '../contract/index.ts';
import { type ImportOutline, outlineOf } from '../contract/outline.ts';
import { ConnectError } from '../errors.ts';
import { type FieldPlan, planFields } from './field-plan.ts';
import type { PrepareOptions } from './types.ts';

/** A checked set of options, to be used for any number of messages. */
export interface Preparation {
  readonly options: PrepareOptions;
  readonly outline: ImportOutline;
  readonly plan: FieldPlan;
  /** Alternatives by which Connect finds the records, the first that is complete counts. */
  readonly identity: readonly (readonly string[])[];
  /** Fields along whose values a full feed may be cut; none in a change feed. */
  readonly cutBy: readonly string[];
  /** Fields that decide what a full feed deactivates; none in a change feed. */
  readonly bounds: readonly string[];
}

/** Customers and companies are matched by Code alone where the author says so. */
function identityOf(
  outline: ImportOutline,
  plan: FieldPlan,
  chosen: string | undefined,
): readonly (readonly string[])[] {
  const list = outline.root.list;
  const modifiers = list === undefined ? [] : (plan.modifiers[list.index] ?? []);
  const isByCode = modifiers.some((value) => value.name === 'SearchOnlyByCode');
  const alternatives = isByCode ? [['Code']] : outline.root.identity;
  if (chosen === undefined) return alternatives;
  const only = alternatives.filter((names) => names.join('+') === chosen);
  if (only.length > 0) return only;
  const known = alternatives.map((names) => names.join('+')).join(', ');
  throw new ConnectError(
    'OPTION_INVALID',
    `${outline.name} knows its records by ${known}, not by ${chosen}.`,
  );
}

/**
 * Checks the options once for many messages.
 *
 * @throws ConnectError `FULL_FILE_NOT_SUPPORTED`, `SUPPLIER_ID_MISSING`, `OPTION_INVALID`, and what
 *   {@link planFields} throws.
 */
export function preparation(options: PrepareOptions): Preparation {
  const definition = imports[options.import];
  const int32 = (value: number) => Number.isInteger(value) && Math.abs(value) < 2 ** 31;
  if (!int32(options.accountId) || (options.supplierId !== undefined && !int32(options.supplierId))) {
    throw new ConnectError('OPTION_INVALID', 'AccountId and SupplierId are whole numbers.');
  }
  if (options.fullFile && !('fullFile' in definition)) {
    throw new ConnectError('FULL_FILE_NOT_SUPPORTED', `${options.import} has no full feed in Connect.`);
  }
  if ('supplier' in definition && options.supplierId === undefined) {
    throw new ConnectError(
      'SUPPLIER_ID_MISSING',
      'A SupplierId is needed: it is part of what the items are known by.',
    );
  }
  const outline = outlineOf(options.import);
  const plan = planFields(outline, options);
  const cutBy =
    options.fullFile && 'fullFile' in definition && 'cutBy' in definition.fullFile
      ? definition.fullFile.cutBy
      : [];
  const bounds =
    options.fullFile && 'fullFile' in definition && 'bounds' in definition.fullFile
      ? definition.fullFile.bounds
      : [];
  return { options, outline, plan, identity: identityOf(outline, plan, options.identity), cutBy, bounds };
}
