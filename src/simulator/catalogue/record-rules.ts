/**
 * The words in which the catalogue's files state how Connect writes a record, field by field.
 */
import type { EntityName } from '../../contract/index.ts';
import type { PlainRecord } from '../shapes.ts';
import type { Author, ImportRequest, ListName } from './import-request.ts';

/**
 * How a record is written. A field belongs to the list value of its own name, unless `listValues` gives
 * another. A listed field that the record lacks is cleared, or becomes 0 or false for a value type, unless
 * `whenAbsent` says otherwise.
 */
export interface RecordRules {
  readonly entity: EntityName;
  /**
   * The header list that governs it. A record without one is a value: every field is written whenever the
   * record is, and what it lacks is not stored.
   */
  readonly list?: ListName;
  /** Fields that tell the records of one list apart; written once, when the record is created. */
  readonly key: readonly string[];
  /** Fields that tell a record apart when it carries no part of its key. */
  readonly otherKey?: readonly string[];
  /** List values whose name differs from their field's. */
  readonly listValues?: Readonly<Record<string, string>>;
  /** Fields without a list value, written with their record: value types always, others when carried. */
  readonly ungoverned?: readonly string[];
  readonly whenAbsent?: Readonly<Record<string, 'kept' | 'true'>>;
  /** Fields of which 0 counts as absent. */
  readonly zeroIsAbsent?: readonly string[];
  /** Fields that this record's writer leaves to somebody else. */
  readonly elsewhere?: readonly string[];
  /** Fields for which the record remembers who wrote them last; `*` stands for the record itself. */
  readonly remembers?: readonly string[];
  readonly children?: Readonly<Record<string, ChildRules>>;
  /** Whether a record may be written (`current` undefined: created) at all. */
  readonly accepts?: (change: RecordChange) => boolean;
}

/** A change that is about to be made to a record. */
export interface RecordChange {
  readonly current: PlainRecord | undefined;
  /** Who wrote the current record last, where that is remembered. */
  readonly lastAuthor: Author | undefined;
  readonly carried: PlainRecord;
  readonly request: ImportRequest;
}

/** How a record or list inside another is written. */
export interface ChildRules {
  readonly rules: RecordRules;
  /** Whether elements that the request leaves out go; an absent list then takes everything along. */
  readonly cleansUp?: (request: ImportRequest) => boolean;
  /** The documents are silent about a shorter list; an absent one leaves everything. */
  readonly unstated?: 'replace' | 'upsert';
  /** Whether clean-up may take an element away. */
  readonly mayRemove?: (change: Omit<RecordChange, 'carried'>) => boolean;
}
