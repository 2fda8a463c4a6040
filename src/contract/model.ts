/**
 * The vocabulary in which Connect is written down as data: records, fields, header lists, imports.
 */

/** What a field holds. `record` and `records` nest other entities, `texts` is a plain list of strings. */
export type FieldType =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'uuid'
  | 'record'
  | 'records'
  | 'texts';

/**
 * What Connect does with a field that a header list names but the record leaves out or gives as null.
 * `cleared`: emptied. `default`: a default value is written. `skipped`: nothing is written. Without a
 * statement in the documents it is not given, and then counts as cleared.
 */
export type EmptyEffect = 'cleared' | 'default' | 'skipped';

/**
 * What it means to leave out a field that no header list governs, although its record is sent.
 * `required`: Connect would write an empty value, so the field must come with its record.
 * `harmless`: nothing is written. `switch`: it says whether the named list is complete, and goes with it.
 */
export type UnlistedEffect = 'required' | 'harmless' | { readonly switchOf: string };

/**
 * What becomes of elements that Connect holds when a later, shorter list arrives.
 * `keep`, `replace`: stated or near certain. `unstated-keep`, `unstated-replace`: the likelier reading.
 * An object names the header value, header property or record property that decides.
 */
export type ListRule =
  | 'keep'
  | 'replace'
  | 'unstated-keep'
  | 'unstated-replace'
  | { readonly switch: string };

/** How two pending changes of one record that both carry the list may be joined. */
export type MergeRule = 'byKey' | 'lastWins' | 'separate';

/** The rules of a field that holds a list. */
export interface ListDefinition {
  /** Fields that identify an element; absent where elements have no identity. */
  readonly key?: readonly string[];
  /** Other fields that may identify an element instead, in order of preference. */
  readonly otherKeys?: readonly (readonly string[])[];
  readonly shorter: ListRule;
  /** One rule, or one for the switch being off and one for it being on. */
  readonly merge: MergeRule | { readonly off: MergeRule; readonly on: MergeRule };
  /** The elements point to records that exist already: one key is enough, nothing is required for an insert. */
  readonly links?: true;
}

/** One field of an entity. */
export interface FieldDefinition {
  readonly type: FieldType;
  /** Name of the nested entity, for `record` and `records`. */
  readonly record?: string;
  /** Name of the enumeration whose numbers the field takes. */
  readonly enum?: string;
  /** How the reference shows the enumeration in a body; numbers unless given. */
  readonly enumAs?: 'name';
  /** False for a .NET value type: it cannot be empty, an absent one reads as 0 or false. */
  readonly nullable?: false;
  /** Part of what Connect matches the record by. */
  readonly key?: true;
  /** `always`: Connect cannot even update without it. `insert`: only a new record needs it. */
  readonly required?: 'always' | 'insert';
  /** UTF-16 code units. */
  readonly maxLength?: number;
  readonly empty?: EmptyEffect;
  readonly unlisted?: UnlistedEffect;
  readonly list?: ListDefinition;
  readonly deprecated?: true;
}

/** A record type of a request body. */
export interface EntityDefinition {
  /** Alternatives by which Connect finds the record, the first that is given counts. */
  readonly identity?: readonly (readonly string[])[];
  readonly fields: Readonly<Record<string, FieldDefinition>>;
}

/** What a value in a header list does. */
export type ListValueKind = 'field' | 'createOnly' | 'limitedUpdate' | 'modifier';

/** One value that a header list may hold. */
export interface ListValue {
  readonly number: number;
  readonly name: string;
  readonly kind: ListValueKind;
  /** Body fields it governs; empty for a modifier. */
  readonly fields: readonly string[];
  /** For a clean-up modifier: the body field whose list it makes complete. */
  readonly cleans?: string;
  /** The clean-up empties the list before the import starts, under one reading of the documents. */
  readonly clearsFirst?: true;
  readonly deprecated?: true;
}

/** A list property of the request header. */
export interface HeaderList {
  /** Entities whose records it governs. */
  readonly governs: readonly string[];
  /** `set`: names fields to write. `mandatory`: a price record in which one of these is empty is skipped. */
  readonly role: 'set' | 'mandatory';
  readonly values: readonly ListValue[];
}

/** A value in one list that makes a value in another necessary. */
export interface ListDependency {
  /** This list is not empty ... */
  readonly when: string;
  /** ... so this one must hold `value`, or anything at all where no value is given. */
  readonly needs: string;
  readonly value?: string;
  readonly status: 'documented' | 'inferred';
}

/** The request header of one or more imports. */
export interface HeaderDefinition {
  readonly fullFile: boolean;
  readonly lists: Readonly<Record<string, HeaderList>>;
  readonly dependencies: readonly ListDependency[];
}

/** How far a FullFile request reaches, and along which fields it may be cut into several. */
export interface FullFileDefinition {
  /** One sentence for people: what it deactivates. */
  readonly scope: string;
  /** Fields whose values bound a scope; a full feed may be cut along them only. */
  readonly cutBy?: readonly string[];
  /** The documents contradict each other: an author must say that they know. */
  readonly disputed?: true;
  /** Fields that every item of a full feed must carry. */
  readonly requires?: readonly string[];
  /** Fields whose values in the feed decide what is deactivated: the FullFile request itself has to write them. */
  readonly bounds?: readonly string[];
}

/** One import operation of Connect. */
export interface ImportDefinition {
  /** Words for people, in the singular: `stock record`. */
  readonly noun: string;
  readonly service: string;
  readonly operation: string;
  /** Below the address of Connect, with a leading slash. */
  readonly path: string;
  readonly header: string;
  readonly entity: string;
  /** Where Connect knows the records by several keys, and most go by one of them: that one. */
  readonly usualIdentity?: string;
  readonly fullFile?: FullFileDefinition;
  /** SupplierId of the header is part of every identity. */
  readonly supplier?: true;
}

/**
 * Whether an item may give null to empty the field. Not where Connect writes a default instead, and not
 * for lists: what a null list does is unknown, while leaving it out and sending `[]` are clear.
 */
export function mayBeEmptied(field: FieldDefinition): boolean {
  const cannotBeEmpty =
    field.nullable === false ||
    field.required === 'always' ||
    field.unlisted === 'required' ||
    field.empty === 'default';
  return !cannotBeEmpty && field.type !== 'records' && field.type !== 'texts';
}
