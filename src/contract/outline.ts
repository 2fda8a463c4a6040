/**
 * The tree of records below an import, with each field tied to the header list that governs it: the shape
 * in which validation, field lists and merging walk an item.
 */
import { type EntityName, entities, headers, type ImportName, imports } from './index.ts';
import type { FieldDefinition, HeaderDefinition, HeaderList, ListValue } from './model.ts';

/** What one header list can say about one body field, or about two that it governs together. */
export interface Slot {
  /** Position in the bit masks of its list. */
  readonly bit: number;
  readonly fields: readonly string[];
  /** Value that plainly writes the field; where Connect has none, the one that writes it at creation. */
  readonly write: ListValue;
  readonly createOnly?: ListValue;
  readonly limitedUpdate?: ListValue;
  /** Connect skips the field when it is empty, so listing it for a record without it changes nothing. */
  readonly skipped: boolean;
}

/** A header list with its fields in the order of their bits, at most 31. */
export interface ListOutline {
  readonly name: string;
  /** Position among the lists of the header. */
  readonly index: number;
  readonly slots: readonly Slot[];
  readonly modifiers: readonly ListValue[];
}

/** A field of a record at one place in an item. */
export interface FieldOutline {
  readonly name: string;
  readonly definition: FieldDefinition;
  readonly slot?: Slot;
  /** The records nested in it. */
  readonly child?: RecordOutline;
}

/** A record at one place in an item. */
export interface RecordOutline {
  readonly entity: EntityName;
  /** Where it stands, as people read it: `Variants[].Skus[]`; empty for the item itself. */
  readonly place: string;
  readonly list?: ListOutline;
  readonly identity: readonly (readonly string[])[];
  readonly fields: ReadonlyMap<string, FieldOutline>;
  /** Exact names by lower-case name. */
  readonly names: ReadonlyMap<string, string>;
  /** Fields that hold nested records. */
  readonly holders: readonly (FieldOutline & { readonly child: RecordOutline })[];
  /** Slots that govern several fields of which each must come with the others. */
  readonly joined: readonly Slot[];
  /** Fields that say whether a list is complete, with the field that holds the list. */
  readonly switches: readonly { readonly name: string; readonly list: string }[];
  /** Fields without which Connect cannot create the record. */
  readonly neededForInsert: readonly string[];
}

/** An import with everything that is derived from its data. */
export interface ImportOutline {
  readonly name: ImportName;
  readonly root: RecordOutline;
  /** The lists that name fields, in header order. */
  readonly lists: readonly ListOutline[];
  /** The list of price fields without which a price record is skipped, where the header has one. */
  readonly mandatory?: { readonly name: string; readonly values: readonly ListValue[] };
  readonly header: HeaderDefinition;
}

function slotsOf(list: HeaderList): Slot[] {
  const entity = entities[list.governs[0] as EntityName].fields as Record<string, FieldDefinition>;
  const groups = new Map<string, ListValue[]>();
  for (const value of list.values) {
    if (value.kind === 'modifier') continue;
    const key = value.fields.join();
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return [...groups.values()].map((values, bit) => {
    const of = (kind: ListValue['kind']) => values.find((value) => value.kind === kind);
    const createOnly = of('createOnly');
    const limitedUpdate = of('limitedUpdate');
    const write = of('field') ?? createOnly;
    if (write === undefined) throw new Error(`No value writes ${values[0]?.fields.join()}`);
    return {
      bit,
      fields: write.fields,
      write,
      ...(createOnly === undefined ? {} : { createOnly }),
      ...(limitedUpdate === undefined ? {} : { limitedUpdate }),
      skipped: write.fields.every((name) => entity[name]?.empty === 'skipped'),
    };
  });
}

function recordOutline(entity: EntityName, place: string, lists: Map<string, ListOutline>): RecordOutline {
  const definition = entities[entity];
  const list = lists.get(entity);
  const fields = new Map<string, FieldOutline>();
  for (const [name, field] of Object.entries(definition.fields as Record<string, FieldDefinition>)) {
    const slot = list?.slots.find((candidate) => candidate.fields.includes(name));
    const below = `${place === '' ? '' : `${place}.`}${name}${field.type === 'records' ? '[]' : ''}`;
    fields.set(name, {
      name,
      definition: field,
      ...(slot === undefined ? {} : { slot }),
      ...(field.record === undefined
        ? {}
        : { child: recordOutline(field.record as EntityName, below, lists) }),
    });
  }
  const used = new Set([...fields.values()].flatMap((field) => field.slot ?? []));
  return {
    entity,
    place,
    ...(list === undefined ? {} : { list }),
    identity: 'identity' in definition ? definition.identity : [],
    fields,
    names: new Map([...fields.keys()].map((name) => [name.toLowerCase(), name])),
    holders: [...fields.values()].flatMap(({ child, ...field }) =>
      child === undefined ? [] : { ...field, child },
    ),
    joined: [...used].filter((slot) => slot.fields.length > 1 && !slot.skipped),
    switches: [...fields.values()].flatMap(({ name, definition: { unlisted } }) =>
      typeof unlisted === 'object' ? { name, list: unlisted.switchOf } : [],
    ),
    neededForInsert: [...fields.values()]
      .filter((field) => field.definition.required === 'insert')
      .map((field) => field.name),
  };
}

function importOutline(name: ImportName): ImportOutline {
  const { header: headerName, entity } = imports[name];
  const header: HeaderDefinition = headers[headerName];
  const lists: ListOutline[] = [];
  const byEntity = new Map<string, ListOutline>();
  let mandatory: ImportOutline['mandatory'];
  for (const [listName, list] of Object.entries(header.lists)) {
    if (list.role === 'mandatory') {
      mandatory = { name: listName, values: list.values };
      continue;
    }
    const outline: ListOutline = {
      name: listName,
      index: lists.length,
      slots: slotsOf(list),
      modifiers: list.values.filter((value) => value.kind === 'modifier'),
    };
    lists.push(outline);
    for (const governed of list.governs) byEntity.set(governed, outline);
  }
  return {
    name,
    root: recordOutline(entity, '', byEntity),
    lists,
    ...(mandatory === undefined ? {} : { mandatory }),
    header,
  };
}

const outlines = new Map<ImportName, ImportOutline>();

/** The outline of an import; made once. */
export function outlineOf(name: ImportName): ImportOutline {
  let outline = outlines.get(name);
  if (outline === undefined) {
    outline = importOutline(name);
    outlines.set(name, outline);
  }
  return outline;
}
