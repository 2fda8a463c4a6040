/**
 * Writes one record as Connect does: each listed field, for every record, whether the item carries it or not.
 */
import type { FieldDefinition } from '../../contract/index.ts';
import type { PlainRecord } from '../shapes.ts';
import { emptyValue, fieldsOf } from '../shapes.ts';
import type { Author, FieldMode, ImportReport, ImportRequest } from './import-request.ts';
import { fieldMode } from './import-request.ts';
import type { ChildRules, RecordRules } from './record-rules.ts';

interface FieldPlan {
  readonly name: string;
  readonly field: FieldDefinition;
  readonly mode: FieldMode;
  readonly whenAbsent: 'empty' | 'kept' | 'true';
  readonly zeroIsAbsent: boolean;
  readonly remembers: boolean;
  readonly child: ChildWriter | undefined;
}

/** Who wrote what last, remembered outside the records so that copies of these stay plain. */
export class Authors {
  readonly #byRecord = new WeakMap<PlainRecord, Map<string, Author>>();

  /** @param field a field's name, or `*` for the record itself. */
  last(record: PlainRecord, field: string): Author | undefined {
    return this.#byRecord.get(record)?.get(field);
  }

  /** Notes who wrote a field. */
  remember(record: PlainRecord, field: string, author: Author): void {
    const fields = this.#byRecord.get(record) ?? new Map<string, Author>();
    fields.set(field, author);
    this.#byRecord.set(record, fields);
  }
}

/** What all writers of one import share. */
export interface WriterContext {
  readonly request: ImportRequest;
  readonly report: ImportReport;
  readonly authors: Authors;
}

/** Writes records of one kind under one request's field lists. */
export class RecordWriter {
  readonly #rules: RecordRules;
  readonly #context: WriterContext;
  readonly #plan: readonly FieldPlan[];

  constructor(rules: RecordRules, context: WriterContext) {
    this.#rules = rules;
    this.#context = context;
    this.#plan = planFields(rules, context);
  }

  /** A new record: what nobody ever wrote is empty, and it is active. */
  create(carried: PlainRecord): PlainRecord {
    const record: PlainRecord = {};
    const fields = fieldsOf(this.#rules.entity);
    if (this.#rules.list !== undefined) {
      for (const [name, field] of Object.entries(fields)) {
        if (this.#rules.elsewhere?.includes(name)) continue;
        record[name] = name === 'IsActive' ? true : emptyValue(field);
      }
    }
    for (const name of this.#rules.key) {
      const field = fields[name];
      const value = carried[name] ?? (field === undefined ? null : emptyValue(field));
      if (value !== null || this.#rules.list !== undefined) record[name] = value;
    }
    this.write(record, carried, true);
    this.#context.report.inserted();
    return record;
  }

  /** Changes a record that Connect holds; reports an update when anything differs. */
  update(record: PlainRecord, carried: PlainRecord): void {
    if (this.write(record, carried, false)) this.#context.report.updated();
  }

  /** Whether the record's own rule allows the change. */
  accepts(current: PlainRecord | undefined, carried: PlainRecord): boolean {
    const { request, authors } = this.#context;
    const lastAuthor = current === undefined ? undefined : authors.last(current, '*');
    return this.#rules.accepts?.({ current, lastAuthor, carried, request }) ?? true;
  }

  /** @returns whether anything changed. */
  write(record: PlainRecord, carried: PlainRecord, isNew: boolean): boolean {
    let changed = false;
    for (const plan of this.#plan) {
      if (this.#writeField(plan, record, carried, isNew)) changed = true;
    }
    if (this.#rules.remembers?.includes('*')) {
      this.#context.authors.remember(record, '*', this.#context.request.author);
    }
    return changed;
  }

  #writeField(plan: FieldPlan, record: PlainRecord, carried: PlainRecord, isNew: boolean): boolean {
    const { request, authors } = this.#context;
    const { name } = plan;
    if (request.lists === null && carried[name] === undefined) return false;
    if (plan.mode === 'createOnly' && !this.#mayCreate(record[name], isNew)) return false;
    if (plan.mode === 'limitedUpdate') {
      const last = authors.last(record, name);
      if (last !== undefined && last !== request.author) return false;
    }
    let value = carried[name] ?? undefined;
    if (value === 0 && plan.zeroIsAbsent) value = undefined;
    if (value === undefined && plan.whenAbsent === 'kept') return false;
    if (plan.remembers) authors.remember(record, name, request.author);
    if (plan.child !== undefined) return plan.child.write(record, name, value);
    return store(record, name, value ?? this.#absentValue(plan));
  }

  #absentValue(plan: FieldPlan): unknown {
    if (plan.whenAbsent === 'true') return true;
    const value = emptyValue(plan.field);
    const isNothing = value === null || Array.isArray(value);
    return this.#rules.list === undefined && isNothing ? undefined : value;
  }

  #mayCreate(current: unknown, isNew: boolean): boolean {
    if (isNew || this.#context.request.readings.createOnly === 'created') return isNew;
    return current === null || current === undefined || current === '' || isEmptyList(current);
  }
}

/** Writes what stands below one field of a record: a single record or a list of records. */
class ChildWriter {
  readonly #field: FieldDefinition;
  readonly #child: ChildRules;
  readonly #context: WriterContext;
  readonly #writer: RecordWriter;
  readonly #removesMissing: boolean;
  readonly #parentIsValue: boolean;

  constructor(field: FieldDefinition, child: ChildRules, parentIsValue: boolean, context: WriterContext) {
    const { request } = context;
    const { readings } = request;
    this.#field = field;
    this.#child = child;
    this.#parentIsValue = parentIsValue;
    this.#context = context;
    this.#writer = new RecordWriter(child.rules, context);
    this.#removesMissing =
      (child.cleansUp?.(request) ?? false) ||
      (child.unstated === 'replace' && readings.unstatedReplaceLists === 'replace') ||
      (child.unstated === 'upsert' && readings.unstatedUpsertLists === 'replace');
  }

  /** @returns whether anything changed. */
  write(parent: PlainRecord, name: string, carried: unknown): boolean {
    const before = JSON.stringify(parent[name]);
    if (this.#field.type === 'record') this.#writeSingle(parent, name, carried as PlainRecord | undefined);
    else this.#writeList(parent, name, carried as PlainRecord[] | undefined);
    return JSON.stringify(parent[name]) !== before;
  }

  #writeSingle(parent: PlainRecord, name: string, carried: PlainRecord | undefined): void {
    const current = (parent[name] ?? undefined) as PlainRecord | undefined;
    if (carried === undefined) {
      if (this.#parentIsValue) delete parent[name];
      else parent[name] = null;
    } else if (current !== undefined && same(this.#keyParts(current), this.#keyParts(carried))) {
      this.#writer.update(current, carried);
    } else parent[name] = this.#writer.create(carried);
  }

  #writeList(parent: PlainRecord, name: string, carried: readonly PlainRecord[] | undefined): void {
    const cleansUp = this.#child.cleansUp?.(this.#context.request) ?? false;
    if (carried === undefined && !cleansUp) return;
    const current = (parent[name] ?? []) as PlainRecord[];
    const byKey = new Map(current.map((element) => [this.#keyOf(element), element]));
    const sent = new Set<string>();
    for (const element of carried ?? []) {
      const key = this.#keyOf(element);
      const known = byKey.get(key);
      sent.add(key);
      if (!this.#writer.accepts(known, element)) continue;
      if (known === undefined) byKey.set(key, this.#writer.create(element));
      else this.#writer.update(known, element);
    }
    if (this.#removesMissing) {
      for (const [key, element] of byKey) if (!sent.has(key) && this.#mayRemove(element)) byKey.delete(key);
    }
    parent[name] = [...byKey]
      .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
      .map(([, element]) => element);
  }

  #mayRemove(current: PlainRecord): boolean {
    const { request, authors } = this.#context;
    return this.#child.mayRemove?.({ current, lastAuthor: authors.last(current, '*'), request }) ?? true;
  }

  #keyParts(element: PlainRecord, names = this.#child.rules.key): readonly unknown[] {
    const fields = fieldsOf(this.#child.rules.entity);
    return names.map((name) => {
      const field = fields[name];
      return element[name] ?? (field === undefined ? null : emptyValue(field));
    });
  }

  /** An element without any part of a key is known by its whole content. */
  #keyOf(element: PlainRecord): string {
    for (const names of [this.#child.rules.key, this.#child.rules.otherKey ?? []]) {
      const parts = this.#keyParts(element, names);
      if (parts.some((part) => part !== null)) return JSON.stringify(parts);
    }
    const content = Object.entries(element).filter(([, value]) => value !== null);
    return JSON.stringify(content.sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

function planFields(rules: RecordRules, context: WriterContext): readonly FieldPlan[] {
  const plan: FieldPlan[] = [];
  for (const [name, field] of Object.entries(fieldsOf(rules.entity))) {
    if (rules.key.includes(name) || rules.elsewhere?.includes(name)) continue;
    const isUngoverned = rules.ungoverned?.includes(name) ?? false;
    const mode =
      rules.list === undefined || isUngoverned
        ? 'write'
        : fieldMode(context.request, rules.list, rules.listValues?.[name] ?? name);
    if (mode === 'off') continue;
    const child = rules.children?.[name];
    plan.push({
      name,
      field,
      mode,
      whenAbsent: rules.whenAbsent?.[name] ?? (isUngoverned && field.nullable !== false ? 'kept' : 'empty'),
      zeroIsAbsent: rules.zeroIsAbsent?.includes(name) ?? false,
      remembers: rules.remembers?.includes(name) ?? false,
      child:
        child === undefined ? undefined : new ChildWriter(field, child, rules.list === undefined, context),
    });
  }
  return plan;
}

function store(record: PlainRecord, name: string, value: unknown): boolean {
  const before = record[name];
  if (value === undefined) {
    delete record[name];
    return before !== undefined;
  }
  if (before === value) return false;
  const changed = typeof value !== 'object' || !same(before, value);
  record[name] = value;
  return changed;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
