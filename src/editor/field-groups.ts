/**
 * The fields of an import as the dialog shows them: grouped by the header list that governs them.
 */
import { type FieldDefinition, type ImportName, type ListValue, mayBeEmptied } from '../contract/index.ts';
import { outlineOf, type RecordOutline, type Slot } from '../contract/outline.ts';

/** Header values by header list, as the dialogs keep them in a flow: by name. */
export type ListedNames = Readonly<Record<string, readonly string[]>>;

/** Header values by header list, as a flow may hold them: numbers and any letter case too, when typed by hand. */
export type ListedValues = Readonly<Record<string, readonly (string | number)[]>>;

/** What names a header value; fields without a list entry have no number. */
export interface NamedValue {
  readonly name: string;
  readonly number?: number;
}

/** How Connect may write a chosen field: always, at creation only, or unless a person changed it. */
export type WriteMode = 'always' | 'createOnly' | 'limitedUpdate';

/** The list name under which a flow keeps chosen fields that no header list governs. */
export const withoutListEntry = 'WithoutListEntry';

/** One line of the dialog: a field, or two that Connect governs together. */
export interface FieldRow {
  /** Unique within the import. */
  readonly id: string;
  /** Body fields, joined by a plus sign. */
  readonly label: string;
  /** Key of the flow's choice under which the row is kept. */
  readonly list: string;
  /** The value that is kept for each way of writing that Connect has for this field. */
  readonly values: ReadonlyMap<WriteMode, NamedValue>;
  /** Whether an item without the field may empty it. */
  readonly clearable: boolean;
  readonly deprecated: boolean;
}

/** The rows of one header list. */
export interface FieldGroup {
  /** Name of the header list, which also names its text. */
  readonly list: string;
  readonly rows: readonly FieldRow[];
}

/** What the author wants for one row; a row without one is not written. */
export interface RowChoice {
  readonly mode: WriteMode;
  readonly clear: boolean;
}

/** A choice as a flow may hold it. */
export interface GivenChoice {
  readonly fieldChoice: ListedValues;
  readonly clear: ListedValues;
}

/** A choice as the dialogs keep it. */
export interface StoredChoice extends GivenChoice {
  readonly fieldChoice: ListedNames;
  readonly clear: ListedNames;
}

interface Place {
  readonly record: RecordOutline;
  readonly list: string;
}

/** Every record of an item with the list of its group: its own, or that of the record which holds it. */
function placesOf(record: RecordOutline, inherited: string): readonly Place[] {
  const list = record.list?.name ?? inherited;
  return [
    { record, list },
    ...[...record.fields.values()].flatMap((field) => (field.child ? placesOf(field.child, list) : [])),
  ];
}

function valuesOf(slot: Slot): ReadonlyMap<WriteMode, NamedValue> {
  const values: readonly (readonly [WriteMode, ListValue | undefined])[] = [
    ['always', slot.write.kind === 'field' ? slot.write : undefined],
    ['createOnly', slot.createOnly],
    ['limitedUpdate', slot.limitedUpdate],
  ];
  return new Map(values.flatMap(([mode, value]) => (value ? [[mode, value] as const] : [])));
}

function isClearable(field: FieldDefinition): boolean {
  return mayBeEmptied(field) && field.empty !== 'skipped' && field.key !== true;
}

function slotRow(list: string, slot: Slot, records: readonly RecordOutline[]): FieldRow | undefined {
  const definitions = records.flatMap((record) =>
    [...record.fields.values()].filter((field) => field.slot === slot).map((field) => field.definition),
  );
  if (definitions.length === 0) return undefined;
  return {
    id: `${list}.${slot.write.name}`,
    label: slot.fields.join(' + '),
    list,
    values: valuesOf(slot),
    clearable: slot.write.kind === 'field' && definitions.every(isClearable),
    deprecated: slot.write.deprecated === true || definitions.every((field) => field.deprecated === true),
  };
}

/** A group may hold the fields of several records; those of any but the first carry the record's name. */
function unlistedRows(records: readonly RecordOutline[]): readonly FieldRow[] {
  const [main] = records;
  const rows = records.flatMap((record) =>
    [...record.fields.values()]
      .filter((field) => field.definition.unlisted === 'harmless')
      .map((field): [string, FieldRow] => {
        const name = `${record.entity}.${field.name}`;
        return [
          name,
          {
            id: `${withoutListEntry}.${name}`,
            label:
              record.entity === main?.entity
                ? field.name
                : `${record.entity.split('.').at(-1)}.${field.name}`,
            list: withoutListEntry,
            values: new Map([['always', { name }]]),
            clearable: false,
            deprecated: field.definition.deprecated === true,
          },
        ];
      }),
  );
  return [...new Map(rows).values()];
}

/** The groups of an import, in the order of its header. Fields that its items cannot hold are left out. */
export function fieldGroups(name: ImportName): readonly FieldGroup[] {
  const { root, lists } = outlineOf(name);
  const places = placesOf(root, withoutListEntry);
  return lists
    .map((list) => {
      const records = places.filter((place) => place.list === list.name).map((place) => place.record);
      const governed = records.filter((record) => record.list === list);
      return {
        list: list.name,
        rows: [
          ...list.slots.flatMap((slot) => slotRow(list.name, slot, governed) ?? []),
          ...unlistedRows(records),
        ],
      };
    })
    .filter((group) => group.rows.length > 0);
}

/** Whether a value stands under a list of a flow, by name or by number. */
export function isListed(listed: ListedValues, list: string, { name, number }: NamedValue): boolean {
  const given: unknown = listed[list];
  if (!Array.isArray(given)) return false;
  const texts = given.map((value) => String(value).toLowerCase());
  return texts.includes(name.toLowerCase()) || (number !== undefined && texts.includes(String(number)));
}

/** What a flow holds, by row id. Names that the import does not have are left out. */
export function readChoice(
  groups: readonly FieldGroup[],
  { fieldChoice, clear }: GivenChoice,
): ReadonlyMap<string, RowChoice> {
  const choices = new Map<string, RowChoice>();
  for (const { id, list, values, clearable } of groups.flatMap((group) => group.rows)) {
    const [mode] = [...values].find(([, value]) => isListed(fieldChoice, list, value)) ?? [];
    if (mode === undefined) continue;
    const isCleared = [...values.values()].some((value) => isListed(clear, list, value));
    choices.set(id, { mode, clear: clearable && isCleared });
  }
  return choices;
}

/** The form in which a flow keeps a choice; the same choice always gives the same text. */
export function storeChoice(
  groups: readonly FieldGroup[],
  choices: ReadonlyMap<string, RowChoice>,
): StoredChoice {
  const fieldChoice: Record<string, string[]> = {};
  const clear: Record<string, string[]> = {};
  for (const row of groups.flatMap((group) => group.rows)) {
    const choice = choices.get(row.id);
    const name = choice && row.values.get(choice.mode)?.name;
    if (choice === undefined || name === undefined) continue;
    fieldChoice[row.list] = [...(fieldChoice[row.list] ?? []), name];
    if (choice.clear && row.clearable) clear[row.list] = [...(clear[row.list] ?? []), name];
  }
  return { fieldChoice, clear };
}
