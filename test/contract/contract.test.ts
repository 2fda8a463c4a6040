/**
 * Holds the contract's data against the facts of Connect, field by field and value by value.
 */
import assert from 'node:assert/strict';
import {
  type EntityDefinition,
  entities,
  enums,
  type FieldDefinition,
  type HeaderDefinition,
  headers,
  type ImportDefinition,
  importNames,
  imports,
  type ListDefinition,
  type ListValue,
  systemAccounts,
} from '../../src/contract/index.ts';
import { enumFacts, fieldFacts, listFacts, nestedListFacts } from './facts.ts';

const allHeaders: Readonly<Record<string, HeaderDefinition>> = headers;
const allEntities: Readonly<Record<string, EntityDefinition>> = entities;

function lists(): { name: string; values: readonly ListValue[] }[] {
  return Object.entries(allHeaders).flatMap(([header, { lists }]) =>
    Object.entries(lists).map(([list, { values }]) => ({ name: `${header}.${list}`, values })),
  );
}

function writtenValue({ number, name, kind, fields }: ListValue): string {
  if (kind === 'modifier') return `${number}:${name}!`;
  return `${number}:${name}${fields.length === 1 && fields[0] === name ? '' : `>${fields.join()}`}`;
}

const letters: Readonly<Record<FieldDefinition['type'], string>> = {
  text: 't',
  integer: 'i',
  decimal: 'd',
  boolean: 'b',
  date: 'D',
  uuid: 'u',
  record: 'o',
  records: 'l',
  texts: 's',
};

function writtenField(name: string, field: FieldDefinition): string {
  const marks = [
    field.nullable === false ? '!' : '',
    // The name of a supplier's location is a key where the codes are missing.
    field.key && name !== 'Name' ? '#' : '',
    field.required === 'always' ? '*' : '',
    field.required === 'insert' ? '+' : '',
    field.maxLength === undefined ? '' : `<${field.maxLength}`,
    field.enum === undefined ? '' : `=${field.enum}`,
  ];
  return `${name}:${letters[field.type]}${marks.join('')}`;
}

function writtenList({ key, otherKeys = [], shorter, merge }: ListDefinition): string {
  const keys = [key ?? ['-'], ...otherKeys].map((names) => names.join('+')).join(' or ');
  const rule =
    typeof shorter === 'string' ? shorter.replace(/^unstated.*/, 'unstated') : `switch:${shorter.switch}`;
  return `${keys}; ${rule}; ${typeof merge === 'string' ? merge : `${merge.off}/${merge.on}`}`;
}

function fieldsOf(entity: string): [string, FieldDefinition][] {
  return Object.entries(allEntities[entity]?.fields ?? {});
}

describe('contract: header lists', () => {
  it('has every list of the documented headers, and no other', () => {
    assert.deepEqual(
      lists()
        .map(({ name }) => name)
        .sort(),
      Object.keys(listFacts).sort(),
    );
  });

  for (const { name, values } of lists()) {
    it(`${name} has the values of Connect`, () => {
      assert.deepEqual(values.map(writtenValue).sort(), (listFacts[name] ?? '').split(' ').sort());
    });
  }

  it('gives no number and no name twice in a list', () => {
    for (const { name, values } of lists()) {
      assert.equal(new Set(values.map((value) => value.number)).size, values.length, name);
      assert.equal(new Set(values.map((value) => value.name.toLowerCase())).size, values.length, name);
    }
  });

  it('governs only fields that its records have', () => {
    for (const [header, { lists: own }] of Object.entries(allHeaders)) {
      for (const [list, { governs, values }] of Object.entries(own)) {
        const known = new Set(governs.flatMap((entity) => fieldsOf(entity).map(([name]) => name)));
        for (const { fields } of values) {
          for (const field of fields) assert.ok(known.has(field), `${header}.${list}: ${field}`);
        }
      }
    }
  });

  it('cleans only fields that the same list writes', () => {
    const cleaning = lists().flatMap(({ name, values }) =>
      values.flatMap((value) => (value.cleans === undefined ? [] : [{ name, values, cleans: value.cleans }])),
    );
    assert.equal(cleaning.length, 8);
    for (const { name, values, cleans } of cleaning) {
      assert.ok(
        values.some((value) => value.fields.includes(cleans)),
        `${name}: ${cleans}`,
      );
    }
  });

  it('knows the two clean-ups that may clear before the import starts', () => {
    const clearing = lists().flatMap(({ values }) => values.filter((value) => value.clearsFirst));
    assert.deepEqual(
      clearing.map((value) => value.name),
      ['PriceRulesCleanup', 'PopulationCleanup'],
    );
  });

  it('states the dependencies between lists that are documented', () => {
    const written = Object.values(allHeaders).flatMap(({ dependencies }) =>
      dependencies
        .filter(({ status }) => status === 'documented')
        .map(({ when, needs, value = 'anything' }) => `${when} needs ${value} in ${needs}`),
    );
    assert.deepEqual(written.sort(), [
      'AccountFieldsThatAreSet needs Accounts in CustomerFieldsThatAreSet',
      'IgnoreSkuPriceListFieldsWhenEmpty needs StandardPrice in SkuFieldsThatAreSet',
      'ProductCultureFieldsThatAreSet needs Cultures in ProductFieldsThatAreSet',
      'RelationCultureFieldsThatAreSet needs Cultures in RelationFieldsThatAreSet',
      'VariantFieldsThatAreSet needs Variants in ProductFieldsThatAreSet',
      'WarehouseFieldsThatAreSet needs Warehouses in PriceListFieldsThatAreSet',
      'WarehouseFieldsThatAreSet needs anything in WarehouseLocationFieldsThatAreSet',
      'WarehouseLocationFieldsThatAreSet needs Warehouses in PriceListFieldsThatAreSet',
      'WarehouseLocationFieldsThatAreSet needs anything in WarehouseFieldsThatAreSet',
    ]);
  });
});

describe('contract: record types', () => {
  it('has every record type of the nine imports, and no other', () => {
    assert.deepEqual(Object.keys(entities).sort(), Object.keys(fieldFacts).sort());
  });

  for (const [entity, facts] of Object.entries(fieldFacts)) {
    it(`${entity} has the fields of Connect`, () => {
      assert.deepEqual(
        fieldsOf(entity)
          .map(([name, field]) => writtenField(name, field))
          .sort(),
        facts.split(' ').sort(),
      );
    });
  }

  it('has a rule for each list inside a record', () => {
    const written = Object.keys(entities).flatMap((entity) =>
      fieldsOf(entity).flatMap(([name, { list }]) =>
        list === undefined ? [] : [[`${entity}.${name}`, writtenList(list)]],
      ),
    );
    assert.deepEqual(Object.fromEntries(written), nestedListFacts);
  });

  it('names an existing record type wherever records nest, and a list rule wherever it is a list', () => {
    for (const entity of Object.keys(entities)) {
      for (const [name, { type, record, list }] of fieldsOf(entity)) {
        assert.equal(type === 'record' || type === 'records', record !== undefined, `${entity}.${name}`);
        assert.equal(type === 'records' || type === 'texts', list !== undefined, `${entity}.${name}`);
        if (record !== undefined) assert.ok(record in entities, `${entity}.${name}: ${record}`);
      }
    }
  });

  it('says of every field of a governed record how it comes to be written', () => {
    for (const { lists: own } of Object.values(allHeaders)) {
      for (const { governs, role, values } of Object.values(own)) {
        if (role !== 'set') continue;
        const listed = new Set(values.flatMap((value) => value.fields));
        // A customer's pointer to a company has fewer fields than the company that leads the list.
        for (const entity of governs) {
          for (const [name, field] of fieldsOf(entity)) {
            const known = listed.has(name) || field.key || field.required !== undefined || field.unlisted;
            assert.ok(
              known,
              `${entity}.${name} is in no list, is no key, and nothing says what becomes of it`,
            );
          }
        }
      }
    }
  });

  it('never calls a field in a list one without', () => {
    for (const { lists: own } of Object.values(allHeaders)) {
      for (const { governs, values } of Object.values(own)) {
        for (const name of new Set(values.flatMap((value) => value.fields))) {
          const field = allEntities[governs[0] as string]?.fields[name];
          assert.equal(field?.unlisted, undefined, `${governs[0]}.${name}`);
        }
      }
    }
  });

  it('makes fields required that Connect writes as 0 or false with their record', () => {
    const required = Object.keys(entities).flatMap((entity) =>
      fieldsOf(entity).flatMap(([name, { unlisted }]) =>
        unlisted === 'required' ? [`${entity}.${name}`] : [],
      ),
    );
    assert.deepEqual(required.sort(), [
      'Customer.Customer.Type',
      'Customer.Discount.DiscountPercentage',
      'Product.CompetitorSku.CompetitorPartNo',
      'Product.CompetitorSku.CurrencyCode',
      'Product.CompetitorSku.IsInStock',
      'Product.CompetitorSku.IsPricesInclVat',
      'Product.CompetitorSku.PriceSale',
      'Product.CompetitorSku.PriceSaleInclFreight',
      'Product.CompetitorSku.SalesArea',
      'Product.SkuStructureItem.Quantity',
      'Product.SkuStructureItemPriceList.PriceSale',
      'Product.Warehouse.Locations',
    ]);
  });

  it('lets Connect skip exactly what the documents say', () => {
    const skipped = (entity: string) =>
      fieldsOf(entity).flatMap(([name, { empty }]) => (empty === 'skipped' ? [name] : []));
    assert.deepEqual(skipped('Product.SkuPriceList'), [
      'PriceSale',
      'CostPurchase',
      'CostUnit',
      'PriceRecommended',
      'PricePrevious',
      'PriceCatalog',
      'PriceRule',
      'PriceRuleValue',
    ]);
    assert.deepEqual(skipped('Customer.Address'), ['IsPrimary', 'IsValidated']);
    const others = ['Product.SkuPriceList', 'Customer.Address', 'Product.ParametricValue'];
    for (const entity of Object.keys(entities)) {
      if (!others.includes(entity)) assert.deepEqual(skipped(entity), [], entity);
    }
  });
});

describe('contract: enumerations', () => {
  for (const [name, facts] of Object.entries(enumFacts)) {
    it(`${name} has the values of Connect`, () => {
      const values = enums[name as keyof typeof enums];
      assert.deepEqual(
        Object.entries(values)
          .map(([key, number]) => `${number}:${key}`)
          .sort(),
        facts.split(' ').sort(),
      );
    });
  }

  it('has an enumeration for every field that names one', () => {
    for (const entity of Object.keys(entities)) {
      for (const [name, field] of fieldsOf(entity)) {
        if (field.enum !== undefined) assert.ok(field.enum in enums, `${entity}.${name}`);
      }
    }
  });

  it('knows the states of a job', () => {
    assert.deepEqual(enums.JobStatus, {
      Initialized: 1,
      Succeeded: 2,
      Failed: 3,
      ValidationFailed: 4,
      Validating: 5,
      Queued: 6,
    });
  });
});

describe('contract: imports', () => {
  it('has the nine imports with their addresses, headers and bodies', () => {
    assert.deepEqual(
      importNames.map((name) =>
        [name, imports[name].path, imports[name].header, imports[name].entity].join(' '),
      ),
      [
        'import-products /Product/ImportProducts ProductHeader Product.Product',
        'import-prices /Product/ImportSkuPriceLists SkuPriceListHeader Product.SkuPriceList',
        'import-price-lists /Product/ImportPriceLists PriceListHeader Product.PriceList',
        'import-onhands /Product/ImportOnhands SkuOnhandHeader Product.SkuOnhand',
        'import-relations /Product/ImportRelations RelationHeader Product.Relation',
        'import-competitor-skus /Product/ImportCompetitorSkus CompetitorSkuHeader Product.CompetitorSku',
        'import-customers /Customer/ImportCustomers CustomerHeader Customer.Customer',
        'import-companies /Customer/ImportCompanies CustomerHeader Customer.Company',
        'import-supplier-products /Supplier/ImportProducts SupplierProductHeader Supplier.SupplierProduct',
      ],
    );
  });

  it('offers a full feed only where the header has FullFile', () => {
    const without = importNames.filter((name) => !('fullFile' in imports[name]));
    assert.deepEqual(without, ['import-price-lists', 'import-customers', 'import-companies']);
    for (const name of importNames) {
      assert.equal(headers[imports[name].header].fullFile, 'fullFile' in imports[name], name);
    }
  });

  it('cuts a full feed along price lists and stock places only', () => {
    const cut = importNames.flatMap((name) => {
      const definition: ImportDefinition = imports[name];
      return definition.fullFile?.cutBy === undefined ? [] : [[name, definition.fullFile.cutBy]];
    });
    assert.deepEqual(Object.fromEntries(cut), {
      'import-prices': ['PriceListCode'],
      'import-onhands': ['WarehouseCode', 'LocationCode'],
    });
  });

  it('finds records by the documented keys', () => {
    const keys = Object.fromEntries(
      importNames.map((name) => [
        name,
        (allEntities[imports[name].entity]?.identity ?? [])
          .map((names) => [...names].sort().join('+'))
          .join(' or '),
      ]),
    );
    assert.deepEqual(keys, {
      'import-products': 'Code or ManufacturerCode+Variants[].ManufacturerPartNo or Variants[].Skus[].PartNo',
      'import-prices': 'PartNo+PriceListCode+QuantityBreak',
      'import-price-lists': 'Code',
      'import-onhands': 'LocationCode+PartNo+WarehouseCode',
      'import-relations': 'PartNo+RelatedPartNo+RelationTypeCode',
      'import-competitor-skus': 'CompetitorCode+PartNo+Source',
      'import-customers': 'Id or Code or EmailAddress',
      'import-companies': 'Id or Code or OrganizationNo',
      'import-supplier-products': 'SupplierPartNo',
    });
  });

  it('knows the system accounts', () => {
    assert.equal(systemAccounts.length, 27);
    assert.equal(new Set(systemAccounts.map(({ id }) => id)).size, 27);
    const name = (id: number) => systemAccounts.find((account) => account.id === id)?.name;
    assert.deepEqual([10000, 10002, 10016, 10025, 1134976, 1408480].map(name), [
      'ERP',
      'PIM',
      'Norce Feed',
      'Bespoke',
      'Visma',
      'Stibo',
    ]);
  });
});
