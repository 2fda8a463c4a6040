/**
 * What an item is like in which nothing has to be changed or explained, derived from the outline of its import.
 */
import { isDate, isUuid } from '../contract/formats.ts';
import {
  type FieldDefinition,
  type ImportName,
  type ListDefinition,
  mayBeEmptied,
} from '../contract/index.ts';
import { type FieldOutline, type ListOutline, outlineOf, type RecordOutline } from '../contract/outline.ts';
import { decimalLimit, enumValues, int32, isRequired } from '../contract/schemas.ts';
import { bitOf } from './field-plan.ts';
import { defaultKeyValues } from './identity.ts';
import { isPlainList } from './records.ts';

/** Checks of a field at one place in an item. */
export interface FieldCheck {
  /** Its bit in the header list of its record; 0 where the list does not name it. */
  readonly bit: number;
  /** Its bits in the masks of {@link RecordCheck}; 0 where no rule asks for it. */
  readonly presence: number;
  readonly keyPresence: number;
  readonly mayBeNull: boolean;
  /** An author who chooses fields may leave it out although no list names it. */
  readonly isOptional: boolean;
  /** Whether a value other than null can be sent as it is; for fields without nested records. */
  readonly isRight: (value: unknown) => boolean;
  readonly child?: RecordCheck;
  /** Rules of the list that holds the nested records; not given where there is one record only. */
  readonly list?: ListDefinition;
}

/** Checks of a record at one place in an item. Masks say which of its fields must be there. */
export interface RecordCheck {
  readonly outline: RecordOutline;
  readonly list?: ListOutline;
  readonly fields: ReadonlyMap<string, FieldCheck>;
  readonly required: number;
  /** Each of these masks is there as a whole or not at all. */
  readonly joined: readonly number[];
  /** A list, and the field that says whether it is complete. */
  readonly switches: readonly { readonly list: number; readonly presence: number }[];
  /** Fields that only a new record needs, with their place as people read it. */
  readonly neededForInsert: readonly {
    readonly name: string;
    readonly place: string;
    readonly presence: number;
  }[];
  readonly needsKey: boolean;
  /** Masks of key fields by which Connect finds the record, one for each alternative without a nested key. */
  readonly keys: readonly number[];
}

/** Gives each name a bit of a mask. */
class Bits {
  readonly #bits = new Map<string, number>();

  /** The bit of a name, a new one at the first time. */
  of(name: string): number {
    let bit = this.#bits.get(name);
    if (bit === undefined) {
      if (this.#bits.size > 30) throw new Error('More fields than a mask has bits.');
      bit = 1 << this.#bits.size;
      this.#bits.set(name, bit);
    }
    return bit;
  }

  ofAll(names: readonly string[]): number {
    return names.reduce((mask, name) => mask | this.of(name), 0);
  }

  /** The bit of a name that was asked for before; 0 for any other. */
  known(name: string): number {
    return this.#bits.get(name) ?? 0;
  }
}

function isNumberWithin(value: unknown, minimum: number, maximum: number): boolean {
  return typeof value === 'number' && value >= minimum && value <= maximum;
}

/** The schema's word on a value, and on top of it the form in which it is sent. */
function scalarCheck(field: FieldDefinition): (value: unknown) => boolean {
  if (field.enum !== undefined) {
    const values: ReadonlySet<unknown> = new Set(enumValues(field));
    return (value) => values.has(value);
  }
  const { maxLength = Number.POSITIVE_INFINITY } = field;
  switch (field.type) {
    case 'text':
      return field.key
        ? (value) => typeof value === 'string' && value.length <= maxLength && value.trim() === value
        : (value) => typeof value === 'string' && value.length <= maxLength;
    case 'date':
      return (value) => typeof value === 'string' && isDate(value);
    case 'uuid':
      return (value) => typeof value === 'string' && isUuid(value);
    case 'integer':
      return (value) => Number.isInteger(value) && isNumberWithin(value, int32.minimum, int32.maximum);
    case 'decimal':
      return (value) => isNumberWithin(value, -decimalLimit, decimalLimit);
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'texts':
      return (value) =>
        isPlainList(value) && Array.from(value).every((element) => typeof element === 'string');
    case 'record':
    case 'records':
      return () => false;
  }
}

function isNestedKey(name: string): boolean {
  return name.includes('[]');
}

/**
 * @param isLoose Whether the record only points to one that exists, so that it needs no field.
 * @param isLinked Whether it is such a record, or stands below one.
 */
function recordCheck(outline: RecordOutline, isLoose: boolean, isLinked: boolean): RecordCheck {
  const presence = new Bits();
  const keyPresence = new Bits();
  const all: FieldOutline[] = [...outline.fields.values()];
  const required = isLoose ? [] : all.filter(({ definition }) => isRequired(definition));
  const prefix = outline.place === '' ? '' : `${outline.place}.`;
  const rules = {
    required: presence.ofAll(required.map(({ name }) => name)),
    joined: outline.joined.map(({ fields }) => presence.ofAll(fields)),
    switches: outline.switches.map(({ name, list }) => ({
      list: presence.of(list),
      presence: presence.of(name),
    })),
    neededForInsert: (isLinked ? [] : outline.neededForInsert).map((name) => ({
      name,
      place: `${prefix}${name}`,
      presence: presence.of(name),
    })),
    needsKey: outline.place !== '' && outline.list !== undefined && outline.identity.length > 0,
    keys: outline.identity
      .filter((names) => !names.some(isNestedKey))
      .map((names) => keyPresence.ofAll(names.filter((name) => defaultKeyValues[name] === undefined))),
  };
  const fields = new Map(
    all.map(({ name, definition, slot, child }): [string, FieldCheck] => {
      const isLink = definition.list?.links === true;
      return [
        name,
        {
          bit: slot === undefined ? 0 : bitOf(slot),
          presence: presence.known(name),
          keyPresence: keyPresence.known(name),
          mayBeNull: mayBeEmptied(definition) && definition.empty !== 'skipped',
          isOptional: slot === undefined && definition.unlisted === 'harmless',
          isRight: scalarCheck(definition),
          ...(child === undefined ? {} : { child: recordCheck(child, isLink, isLinked || isLink) }),
          ...(definition.type === 'records' && definition.list !== undefined
            ? { list: definition.list }
            : {}),
        },
      ];
    }),
  );
  return { outline, ...(outline.list === undefined ? {} : { list: outline.list }), fields, ...rules };
}

const checks = new Map<ImportName, RecordCheck>();

/** The checks of an import's items; made once. */
export function plainChecks(name: ImportName): RecordCheck {
  let check = checks.get(name);
  if (check === undefined) {
    check = recordCheck(outlineOf(name).root, false, false);
    checks.set(name, check);
  }
  return check;
}
