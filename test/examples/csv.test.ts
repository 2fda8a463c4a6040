/**
 * The export of a shop goes through a real Node-RED: what arrives is what the file says, row by row.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultClient, type PlainRecord, Simulator } from '../../src/simulator/index.ts';
import { NodeRed } from '../support/node-red.ts';
import { type ExampleNode, readExamples, sampleFile } from './read-examples.ts';
import { until } from './until.ts';

/** SKU, product, variant, EAN, kilograms, status, price, previous price, stock: read off the file by eye. */
const expected: readonly (readonly unknown[])[] = [
  ['00417', 'termosflaska-snoripa', 'Röd', '7350099900417', 0.39, 1, 349.5, null, 64],
  ['00418', 'termosflaska-snoripa', 'Vit', '7350099900424', 0.39, 1, 349.5, null, 31],
  ['00419', 'termosmugg-snoripa', 'Röd', '7350099900431', 0.21, 1, 199, null, 22],
  ['1E5', 'kokkaffe-harjedalen', '', '07350099901155', 0.45, 4, 89.9, null, 200],
  ['KLISTER', 'klistermarke-ripa', '', null, 0.003, 1, undefined, undefined, 1000],
  ['LAV-M-BLA', 'skaljacka-lavskrika', 'M Blå', null, 0.495, 1, 2399, null, -2],
  ['LAV-M-GRN', 'skaljacka-lavskrika', 'M Grön', '0735001230018', 0.495, 1, 2399, 2799, 0],
  ['LAV-S-BLA', 'skaljacka-lavskrika', 'S Blå', '0735001230025', 0.48, 1, 2399, null, 7],
  ['LAV-S-GRN', 'skaljacka-lavskrika', 'S Grön', '0735001230001', 0.48, 1, 2399, 2799, 12],
  ['TALT-2', 'talt-fjallrav-2', 'Standard', '7350012300999', 2.65, 1, 5495, null, 5],
  ['TJADER', 'ullmossa-tjader', '', null, 0.085, 1, 299, 399, 140],
];

/** Import, product or SKU, code of the reason: in the order in which they leave. */
const expectedRejections: readonly (readonly [string, string, string])[] = [
  ['import-products', '00418', 'SKU_REPEATED'],
  ['import-products', 'talt-fjallrav-2', 'REQUIRED'],
  ['import-products', 'Reservdelar : Tält : Fjällräv 2 : Tältstång lång 2021', 'TOO_LONG'],
  ['import-prices', 'KLISTER', 'NOTHING_TO_WRITE'],
];

interface Rejection {
  readonly import: string;
  readonly product?: string;
  readonly sku?: string;
  readonly reason: string;
}

interface Variable {
  readonly name: string;
}

function withFile(variables: readonly Variable[], file: string): readonly Variable[] {
  return variables.map((each) => (each.name === 'CSV_FILE' ? { ...each, value: file } : each));
}

/** Text that Node-RED replaces by an environment variable. */
function variable(name: string): string {
  return `\${${name}}`;
}

/** The example on the simulator, with a file to read, and one that takes down what was not imported. */
function prepared(nodes: readonly ExampleNode[], csvFile: string, logFile: string): ExampleNode[] {
  const reasons = nodes.find(({ name }) => name === 'Rows with their reasons');
  assert.ok(reasons !== undefined);
  const log = {
    id: 'log',
    type: 'file',
    z: reasons.z,
    filename: logFile,
    filenameType: 'str',
    appendNewline: true,
  };
  return [
    ...nodes.map((node) => {
      if (node.type === 'norce-connect-config') {
        return {
          ...node,
          addressMode: 'own',
          connectUrl: variable('CONNECT_URL'),
          tokenUrl: variable('TOKEN_URL'),
        };
      }
      if (node.type === 'tab') return { ...node, env: withFile(node.env as readonly Variable[], csvFile) };
      return node === reasons ? { ...node, wires: [[...(node.wires?.[0] ?? []), log.id]] } : node;
    }),
    { ...log, overwriteFile: 'false', encoding: 'none', wires: [[]] } as ExampleNode,
  ];
}

async function rejectionsIn(logFile: string): Promise<Rejection[]> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) => JSON.parse(line) as Rejection[]);
}

function listIn(record: PlainRecord | undefined, name: string): readonly PlainRecord[] {
  return (record?.[name] ?? []) as PlainRecord[];
}

/** Presses an inject node's button as soon as the deployed flows run. */
async function untilPressed({ url }: NodeRed, nodes: readonly ExampleNode[], button: string): Promise<void> {
  const id = nodes.find(({ type, name }) => type === 'inject' && name === button)?.id;
  await until(button, async () => (await fetch(`${url}/inject/${id}`, { method: 'POST' })).ok);
}

describe('example: CSV of a shop', () => {
  let simulator: Simulator;
  let nodeRed: NodeRed;
  let folder: string;
  let rejections: Rejection[];
  let nodes: readonly ExampleNode[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'norce-example-'));
    simulator = await Simulator.start({ mood: 'kind' });
    simulator.catalogue.addPriceList('STANDARD');
    nodeRed = await NodeRed.start({
      CONNECT_URL: simulator.connectUrl,
      TOKEN_URL: simulator.tokenUrl,
      NORCE_CLIENT_ID: defaultClient.id,
      NORCE_CLIENT_SECRET: defaultClient.secret,
    });
    const [example] = await readExamples();
    assert.ok(example !== undefined);
    const logFile = join(folder, 'rejections.jsonl');
    const excelFile = join(folder, 'excel.csv');
    await writeFile(excelFile, `\uFEFF${(await readFile(sampleFile, 'utf8')).replaceAll('\n', '\r\n')}`);
    nodes = example.nodes;
    await nodeRed.deploy(prepared(nodes, excelFile, logFile));
    await untilPressed(nodeRed, nodes, 'Sample export');
    await until('all stock', () => simulator.catalogue.count('onhands') >= expected.length);
    await simulator.settled();
    rejections = await rejectionsIn(logFile);
  });

  after(async () => {
    await nodeRed?.stop();
    await simulator?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('brings each SKU with its variant, price and stock, and no other', () => {
    const { catalogue } = simulator;
    const held = catalogue.all('skus').map((sku) => {
      const partNo = String(sku.PartNo);
      const variant = catalogue
        .all('variants')
        .find((each) => listIn(each, 'Skus').some((pointer) => pointer.PartNo === partNo));
      const options = listIn(variant, 'NonParametricVariantDefinitions').map(
        (option) => listIn(option, 'Cultures')[0]?.Value,
      );
      const price = catalogue.get('prices', partNo, 'STANDARD', 0);
      const onhand = catalogue.get('onhands', partNo, 'HUVUDLAGER', 'PLOCK');
      return [
        partNo,
        variant?.ProductCode,
        // The catalogue sorts by code, the file by column: Färg before Storlek.
        options.reverse().join(' '),
        sku.EanCode,
        sku.ActualWeight,
        sku.Status,
        price?.PriceSale,
        price?.PricePrevious,
        onhand?.OnhandValue,
      ];
    });
    assert.deepEqual(held, expected);
    assert.equal(catalogue.count('prices'), expected.length - 1);
    assert.equal(catalogue.count('onhands'), expected.length);
  });

  it('brings texts, images, category and manufacturer of a product', () => {
    const jacket = simulator.catalogue.get('products', 'skaljacka-lavskrika');
    const [texts] = listIn(jacket, 'Cultures');
    const mainImage = jacket?.MainImage as PlainRecord | undefined;
    assert.equal(texts?.Name, 'Skaljacka Lavskrika');
    assert.equal(
      texts?.Description,
      '<p>Tre lager, tejpade sömmar.</p>\n<ul>\n<li>Vattenpelare 20 000 mm</li>\n<li>Huva "Storm", justerbar</li>\n</ul>',
    );
    assert.equal(texts?.Tags, 'Friluft, Regn, Skal');
    assert.equal(texts?.Title, 'Skaljacka Lavskrika | Fjällglim');
    assert.equal(texts?.MetaDescription, 'Lätt skaljacka för regn, snö och vind.');
    assert.equal(texts?.UniqueUrlName, 'skaljacka-lavskrika');
    assert.deepEqual(jacket?.Categories, [{ Code: 'Jackor', SortOrder: 1 }]);
    assert.equal(jacket?.ManufacturerCode, 'Fjällglim');
    const urls = listIn(jacket, 'AdditionalImages').map(({ Url: url }) => url);
    assert.equal(mainImage?.Url, 'https://bilder.example.se/lavskrika-gron.jpg?v=1');
    assert.deepEqual(urls, [
      'https://bilder.example.se/lavskrika-bla.jpg?v=3',
      'https://bilder.example.se/lavskrika-huva.jpg?v=1',
    ]);
    assert.equal(simulator.catalogue.count('products'), new Set(expected.map(([, code]) => code)).size);
  });

  it('takes the manufacturer’s own number where a product in one form has it', () => {
    assert.equal(simulator.catalogue.get('skus', 'TJADER')?.ManufacturerPartNo, 'TT-8812');
  });

  it('lets each row that cannot be imported leave by the second port, with its reason', () => {
    assert.equal(rejections.length, expectedRejections.length);
    for (const [index, [from, key, code]] of expectedRejections.entries()) {
      const rejection = rejections[index];
      assert.equal(rejection?.import, from);
      assert.equal(rejection?.sku ?? rejection?.product, key);
      assert.match(rejection?.reason ?? '', new RegExp(code));
    }
  });

  it('needs one request each for products and prices', () => {
    const operations = simulator.requests.map(({ path }) => path.split('/').at(-1) ?? '');
    assert.deepEqual(
      operations.filter((operation) => operation.startsWith('Import') && operation !== 'ImportOnhands'),
      ['ImportProducts', 'ImportSkuPriceLists'],
    );
  });

  it('reads the same from a file that Excel has saved', async () => {
    const { catalogue, requests } = simulator;
    const isProducts = ({ path }: { path: string }) => path.endsWith('/ImportProducts');
    const before = catalogue.all('skus');
    const products = catalogue.all('products').map(({ Code: code }) => code);
    await untilPressed(nodeRed, nodes, 'Export in CSV_FILE');
    await until('a second product import', () => requests.filter(isProducts).length === 2);
    await simulator.settled();
    assert.deepEqual(
      catalogue.all('products').map(({ Code: code }) => code),
      products,
    );
    assert.deepEqual(catalogue.all('skus'), before);
    const [first, second] = requests.filter(isProducts);
    assert.deepEqual(second?.header, first?.header);
  });
});
