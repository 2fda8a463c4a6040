/**
 * The dialog's field lists: whole, and understood by the room that turns them into requests.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type EntityName,
  entities,
  type FieldDefinition,
  headers,
  type ImportName,
  importNames,
  imports,
  mayBeEmptied,
} from '../../src/contract/index.ts';
import type { HeaderDefinition } from '../../src/contract/model.ts';
import { outlineOf, type RecordOutline } from '../../src/contract/outline.ts';
import {
  fieldGroups,
  type RowChoice,
  readChoice,
  storeChoice,
  withoutListEntry,
} from '../../src/editor/field-groups.ts';
import { storeSwitches, switchGroups } from '../../src/editor/switch-groups.ts';
import { bitOf, planFields } from '../../src/prepare/field-plan.ts';

function rowsOf(name: ImportName) {
  return fieldGroups(name).flatMap((group) => group.rows);
}

function recordsBelow(record: RecordOutline): RecordOutline[] {
  return [
    record,
    ...[...record.fields.values()].flatMap((field) => (field.child ? recordsBelow(field.child) : [])),
  ];
}

/** Any choice that a person can click together. */
function anyChoice(name: ImportName) {
  const rows = rowsOf(name);
  return fc
    .array(fc.tuple(fc.nat(rows.length - 1), fc.nat(2), fc.boolean()), { maxLength: rows.length })
    .map((picks) => {
      const choices = new Map<string, RowChoice>();
      for (const [index, modeIndex, clear] of picks) {
        const row = rows[index];
        if (row === undefined) continue;
        const modes = [...row.values.keys()];
        const mode = modes[modeIndex % modes.length];
        if (mode !== undefined) choices.set(row.id, { mode, clear: clear && row.clearable });
      }
      return choices;
    });
}

describe('fields of a dialog', () => {
  for (const name of importNames) {
    it(`${name}: offers each value that writes a field of its items, once`, () => {
      const header: HeaderDefinition = headers[imports[name].header];
      const reachable = new Set(recordsBelow(outlineOf(name).root).map((record) => record.entity));
      const canHold = (governs: readonly string[], field: string) =>
        governs.some((entity) => {
          const known = entity as EntityName;
          return reachable.has(known) && field in entities[known].fields;
        });
      const expected = Object.entries(header.lists)
        .filter(([, list]) => list.role === 'set')
        .flatMap(([list, { values, governs }]) =>
          values
            .filter((value) => value.fields.some((field) => canHold(governs, field)))
            .map((value) => `${list}.${value.name}`),
        );
      const offered = rowsOf(name)
        .filter((row) => row.list !== withoutListEntry)
        .flatMap((row) => [...row.values.values()].map((value) => `${row.list}.${value.name}`));
      assert.ok(expected.length > 0);
      assert.deepEqual(offered.sort(), expected.sort());
    });

    it(`${name}: reads back what it stored`, () => {
      const groups = fieldGroups(name);
      fc.assert(
        fc.property(anyChoice(name), (choices) => {
          const stored = storeChoice(groups, choices);
          const again = storeChoice(groups, readChoice(groups, JSON.parse(JSON.stringify(stored))));
          assert.equal(JSON.stringify(again), JSON.stringify(stored));
          assert.equal(
            Object.values(stored.fieldChoice).flat().length,
            choices.size,
            'a ticked field got lost or doubled',
          );
        }),
      );
    });

    it(`${name}: stores nothing that the import refuses, and all of it counts`, () => {
      const groups = fieldGroups(name);
      const outline = outlineOf(name);
      fc.assert(
        fc.property(anyChoice(name), fc.boolean(), (choices, isOn) => {
          const { fieldChoice, clear } = storeChoice(groups, choices);
          const switches = switchGroups(name);
          // A price field can only be mandatory where it is written; a test of its own says so.
          const priceFields = fieldChoice.SkuPriceListFieldsThatAreSet ?? [];
          const all = switches.flatMap((group) =>
            group.values
              .filter((value) => group.kind !== 'mandatory' || priceFields.includes(value.name))
              .map((value) => `${group.list}.${value.name}`),
          );
          const plan = planFields(outline, {
            fields: fieldChoice,
            clear,
            switches: storeSwitches(switches, new Set(isOn ? all : [])),
            fullFile: 'fullFile' in imports[name],
          });
          for (const row of groups.flatMap((group) => group.rows)) {
            const choice = choices.get(row.id);
            const list = outline.lists.find((each) => each.name === row.list);
            if (choice === undefined) continue;
            if (list === undefined) {
              assert.ok(plan.unlisted.has(row.values.get('always')?.name ?? ''), row.id);
              continue;
            }
            const valueName = row.values.get(choice.mode)?.name;
            const slot = list.slots.find((each) =>
              [each.write, each.createOnly, each.limitedUpdate].some((value) => value?.name === valueName),
            );
            assert.ok(slot, row.id);
            assert.ok((plan.chosen?.[list.index] ?? 0) & bitOf(slot), `${row.id} is not chosen`);
            assert.equal(plan.values[list.index]?.[slot.bit]?.name, valueName, row.id);
            assert.equal(((plan.clear[list.index] ?? 0) & bitOf(slot)) !== 0, choice.clear, row.id);
          }
        }),
      );
    });
  }

  it('offers each field without a list entry that is harmless to leave out', () => {
    for (const name of importNames) {
      const expected = recordsBelow(outlineOf(name).root).flatMap((record) =>
        [...record.fields.values()]
          .filter((field) => field.definition.unlisted === 'harmless')
          .map((field) => `${record.entity}.${field.name}`),
      );
      const offered = rowsOf(name)
        .filter((row) => row.list === withoutListEntry)
        .flatMap((row) => [...row.values.values()].map((value) => value.name));
      assert.deepEqual([...offered].sort(), [...new Set(expected)].sort());
    }
  });

  it('never offers to empty a key, a list, or a field that cannot be empty', () => {
    const fieldsOf = (name: ImportName): FieldDefinition[] =>
      recordsBelow(outlineOf(name).root).flatMap((record) =>
        [...record.fields.values()]
          .filter((field) =>
            rowsOf(name).some(
              (row) =>
                row.clearable &&
                row.list === record.list?.name &&
                field.slot?.fields.join(' + ') === row.label,
            ),
          )
          .map((field) => field.definition),
      );
    for (const name of importNames) {
      for (const field of fieldsOf(name)) {
        assert.ok(mayBeEmptied(field) && field.key !== true && field.empty !== 'skipped', name);
      }
    }
    const stock = rowsOf('import-onhands');
    assert.equal(stock.find((row) => row.label === 'OnhandValue')?.clearable, false);
    assert.equal(stock.find((row) => row.label === 'LeadTimeDayCount')?.clearable, true);
  });

  it('keeps apart what two entities of one group have under one name', () => {
    const labels = fieldGroups('import-companies')[0]?.rows.map((row) => row.label) ?? [];
    assert.ok(labels.includes('CompanyIdentifier.IsPrimary'));
    assert.ok(labels.includes('UseInvoiceAddressAsDeliveryAddress'));
  });

  it('understands numbers and other letter case, as the runtime does', () => {
    const groups = fieldGroups('import-relations');
    const given = {
      fieldChoice: { RelationFieldsThatAreSet: [3, 'sortorder', '6'], RelationCultureFieldsThatAreSet: [] },
      clear: { RelationFieldsThatAreSet: [12] },
    };
    assert.deepEqual(storeChoice(groups, readChoice(groups, given)), {
      fieldChoice: { RelationFieldsThatAreSet: ['IsVariantUniqueCreateOnly', 'DefaultName', 'SortOrder'] },
      clear: { RelationFieldsThatAreSet: ['SortOrder'] },
    });
  });

  it('forgets names that the import does not have', () => {
    const groups = fieldGroups('import-onhands');
    const stored = {
      fieldChoice: { SkuOnhandFieldsThatAreSet: ['OnhandValue', 'Nonsense'], Other: ['X'] },
      clear: { SkuOnhandFieldsThatAreSet: ['OnhandValue'] },
    };
    assert.deepEqual(storeChoice(groups, readChoice(groups, stored)), {
      fieldChoice: { SkuOnhandFieldsThatAreSet: ['OnhandValue'] },
      clear: {},
    });
  });
});

describe('switches of a dialog', () => {
  it('leaves out those for lists that no item of the import holds', () => {
    const lists = Object.fromEntries(
      switchGroups('import-customers').map((group) => [group.list, group.values.map((value) => value.name)]),
    );
    assert.deepEqual(lists, {
      CompanyFieldsThatAreSet: ['SearchOnlyByCode'],
      CustomerFieldsThatAreSet: ['SearchOnlyByCode', 'PreserveFlags'],
    });
    assert.deepEqual(switchGroups('import-onhands'), []);
  });

  it('stores them by list, in the order of the header', () => {
    const groups = switchGroups('import-prices');
    const on = new Set([
      'IgnoreSkuPriceListFieldsWhenEmpty.CostUnit',
      'IgnoreSkuPriceListFieldsWhenEmpty.PriceSale',
      'Other.PriceSale',
    ]);
    assert.deepEqual(storeSwitches(groups, on), {
      IgnoreSkuPriceListFieldsWhenEmpty: ['PriceSale', 'CostUnit'],
    });
  });
});
