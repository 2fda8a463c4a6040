/**
 * Price lists: their fields, rules, population and warehouses, and the clean-ups in both readings.
 */
import assert from 'node:assert/strict';
import type { PlainRecord, Readings, Simulator } from '../../src/simulator/index.ts';
import { Caller, startQuick } from './caller.ts';

const path = '/Product/ImportPriceLists';
const rule = (CategoryCode: string, more: object = {}) => ({ Type: 7, CategoryCode, ...more });

describe('simulator: price lists', () => {
  let simulator: Simulator;
  let caller: Caller;

  async function start(readings: Partial<Readings> = {}): Promise<void> {
    simulator = await startQuick({ readings });
    caller = new Caller(simulator);
  }

  afterEach(() => simulator.close());

  const stored = () => simulator.catalogue.get('priceLists', 'SE') ?? {};
  const write = (fields: string[], item: object, more: object = {}) =>
    caller.import(path, { PriceListFieldsThatAreSet: fields, ...more }, [{ Code: 'SE', ...item }]);
  const rules = () =>
    (stored().PriceRules as PlainRecord[]).map(({ CategoryCode, Value }) => [CategoryCode, Value]);

  it('creates a list, and writes falsehoods over what is not carried', async () => {
    await start();
    await write(['Name', 'IsPublic', 'DefaultPriceRule'], {
      Name: 'n',
      IsPublic: true,
      DefaultPriceRule: 7,
      DefaultPriceRuleValue: 10,
    });
    assert.deepEqual(
      [stored().Name, stored().IsPublic, stored().DefaultPriceRule, stored().DefaultPriceRuleValue],
      ['n', true, 7, 10],
    );
    await write(['IsPublic', 'DefaultPriceRule'], { DefaultPriceRule: 4, Name: 'ignored' });
    assert.deepEqual(
      [stored().Name, stored().IsPublic, stored().DefaultPriceRule, stored().DefaultPriceRuleValue],
      ['n', false, 4, null],
    );
    assert.equal((await caller.import(path, {}, [{ Name: 'no code' }])).failures, 1);
  });

  const ruleReadings = [
    ['missing', [['b', 1]]],
    ['everything', [['b', null]]],
  ] as const;
  for (const [reading, left] of ruleReadings) {
    it(`cleans price rules up, reading ${reading}`, async () => {
      await start({ priceRulesCleanup: reading });
      const values = { PriceListPriceRuleFieldsThatAreSet: ['Value'] };
      await write(['PriceRules'], { PriceRules: [rule('a', { Value: 1 }), rule('b', { Value: 1 })] }, values);
      await write(['PriceRules'], { PriceRules: [rule('c', { Value: 1 })] }, values);
      assert.equal(rules().length, 3);
      await write(['PriceRules', 'PriceRulesCleanup'], { PriceRules: [rule('b')] });
      assert.deepEqual(rules(), left);
    });
  }

  for (const reading of ['missing', 'everything'] as const) {
    it(`touches only the own rules in a limited update, reading ${reading}`, async () => {
      await start({ priceRulesCleanup: reading });
      const values = { PriceListPriceRuleFieldsThatAreSet: ['Value'] };
      await write(['PriceRules'], { PriceRules: [rule('a', { Value: 1 })] }, { ...values, AccountId: 1 });
      await write(['PriceRules'], { PriceRules: [rule('b', { Value: 2 })] }, { ...values, AccountId: 2 });
      await write(
        ['PriceRules', 'PriceRulesCleanup', 'PriceRulesLimitedUpdate'],
        { PriceRules: [rule('a', { Value: 9 }), rule('c', { Value: 3 })] },
        { ...values, AccountId: 2 },
      );
      assert.deepEqual(rules(), [
        ['a', 1],
        ['c', 3],
      ]);
    });
  }

  for (const [reading, left] of [
    ['missing', 1],
    ['everything', 0],
  ] as const) {
    it(`cleans the population up, reading ${reading}`, async () => {
      await start({ populationCleanup: reading });
      const population = (...codes: string[]) => ({
        Population: { Type: 1, Categories: codes.map((Code) => ({ Code, RuleType: 4 })) },
      });
      const count = () => (stored().Population as { Categories: unknown[] } | null)?.Categories.length ?? 0;
      await write(['Population'], population('a', 'b'));
      await write(['Population'], population('c'));
      assert.equal(count(), 3);
      await write(['Population', 'PopulationCleanup'], population('b'));
      assert.deepEqual(stored().Population, { Type: 1, Categories: [{ Code: 'b', RuleType: 4 }] });
      await write(['PopulationCleanup'], population('b'));
      assert.equal(count(), left);
    });
  }

  it('removes a population rule by the type that stands for none', async () => {
    await start();
    const categories = (RuleType: number) => ({
      Population: { Type: 1, Categories: [{ Code: 'a', RuleType }] },
    });
    await write(['Population'], categories(4));
    await write(['Population'], categories(1));
    assert.deepEqual(stored().Population, { Type: 1, Categories: [] });
  });

  for (const [readings, connected, locations] of [
    [{}, ['W'], ['1', '2']],
    [{ unstatedReplaceLists: 'keep', unstatedUpsertLists: 'replace' }, ['V', 'W'], ['2']],
  ] as const) {
    it(`connects warehouses, reading ${JSON.stringify(readings)}`, async () => {
      await start(readings);
      const header = {
        WarehouseFieldsThatAreSet: ['Name', 'Type'],
        WarehouseLocationFieldsThatAreSet: ['LeadTimeDayCount'],
      };
      const warehouse = (Code: string, Name: string | null, ...places: string[]) => ({
        Code,
        Name,
        Type: 1,
        Locations: places.map((place) => ({ Code: place, LeadTimeDayCount: 2 })),
      });
      await write(
        ['Warehouses'],
        { Warehouses: [warehouse('V', 'v', '1'), warehouse('W', 'w', '1')] },
        header,
      );
      await write(['Warehouses'], { Warehouses: [warehouse('W', null, '2')] }, header);
      await write([], { Warehouses: [] });
      assert.deepEqual(
        stored().Warehouses,
        connected.map((Code) => ({ Code })),
      );
      const record = simulator.catalogue.get('warehouses', 'W');
      assert.deepEqual([record?.Name, record?.Type], [null, 1]);
      assert.deepEqual(
        (record?.Locations as PlainRecord[] | undefined)?.map(({ Code }) => Code),
        locations,
      );
    });
  }
});
