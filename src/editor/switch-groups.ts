/**
 * The switches of an import as the dialog shows them: header values that change how Connect works.
 */
import { entities, type FieldDefinition, headers, type ImportName, imports } from '../contract/index.ts';
import type { HeaderDefinition, HeaderList, ListValue } from '../contract/model.ts';
import { outlineOf, type RecordOutline } from '../contract/outline.ts';
import type { ListedNames, NamedValue } from './field-groups.ts';

/** One list of switches. */
export interface SwitchGroup {
  /** Name of the header list, which also names its text. */
  readonly list: string;
  /** Single switches, or price fields whose absence makes Connect skip a price. */
  readonly kind: 'modifiers' | 'mandatory';
  readonly values: readonly NamedValue[];
}

function entitiesBelow(record: RecordOutline): readonly string[] {
  return [
    record.entity,
    ...[...record.fields.values()].flatMap((field) => (field.child ? entitiesBelow(field.child) : [])),
  ];
}

/** Fields of an entity whose list the switch makes complete or keeps. */
function hasFieldsOf(entity: string, value: ListValue): boolean {
  const fields: Readonly<Record<string, FieldDefinition>> = entities[entity as keyof typeof entities].fields;
  return Object.entries(fields).some(([name, field]) => {
    const shorter = field.list?.shorter;
    return name === value.cleans || (typeof shorter === 'object' && shorter.switch === value.name);
  });
}

/** A switch for a list that no item of the import can hold would do nothing. */
function isUseful(list: HeaderList, value: ListValue, reachable: ReadonlySet<string>): boolean {
  const concerned = list.governs.filter((entity) => hasFieldsOf(entity, value));
  return concerned.length === 0 || concerned.some((entity) => reachable.has(entity));
}

/** The switches of an import, in the order of its header. */
export function switchGroups(name: ImportName): readonly SwitchGroup[] {
  const reachable = new Set(entitiesBelow(outlineOf(name).root));
  const header: HeaderDefinition = headers[imports[name].header];
  return Object.entries(header.lists)
    .filter(([, list]) => list.governs.some((entity) => reachable.has(entity)))
    .map(([listName, list]): SwitchGroup => {
      const values =
        list.role === 'mandatory'
          ? list.values
          : list.values.filter((value) => value.kind === 'modifier' && isUseful(list, value, reachable));
      return {
        list: listName,
        kind: list.role === 'mandatory' ? 'mandatory' : 'modifiers',
        values,
      };
    })
    .filter((group) => group.values.length > 0);
}

function namesIn(group: SwitchGroup): readonly string[] {
  return group.values.map((value) => value.name);
}

/** The form in which a flow keeps the switches that are on, given as `List.Name`. */
export function storeSwitches(groups: readonly SwitchGroup[], on: ReadonlySet<string>): ListedNames {
  return Object.fromEntries(
    groups
      .map((group) => [group.list, namesIn(group).filter((name) => on.has(`${group.list}.${name}`))] as const)
      .filter(([, names]) => names.length > 0),
  );
}
