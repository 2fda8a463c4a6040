/**
 * Which import nodes are fed past the accumulators: graphs by hand.
 */
import assert from 'node:assert/strict';
import { directFeeds, type ExportedNode } from '../../src/editor/direct-feeds.ts';

const lane = { import: 'import-onhands', connection: 'c1' };

/** A node; `wires` holds the targets of each port. */
function node(id: string, type: string, wires: readonly (readonly string[])[] = [], more: object = {}) {
  return { id, type, z: 'tab', wires, ...more };
}

const inject = (to: string, more: object = {}) => node('inject', 'inject', [[to]], more);
const accumulator = (wires: readonly (readonly string[])[], more: object = {}) =>
  node('accumulator', 'norce-accumulator', wires, { ...lane, ...more });
const importNode = (more: object = {}) =>
  node('import', 'norce-import-onhands', [[], []], { connection: 'c1', ...more });
const pass = (id: string, to: string, more: object = {}) => node(id, 'function', [[to]], more);
const subflow = (id: string, first: string, last: string) => ({
  id,
  type: 'subflow',
  in: [{ wires: [{ id: first }] }],
  out: [{ wires: [{ id: last, port: 0 }] }],
});
const batches = [['import'], [], []];
const tab = { id: 'tab', type: 'tab' };

/** Ids of the import nodes that are told of; the accumulators are told of where these are. */
function told(...nodes: readonly ExportedNode[]): readonly string[] {
  const { accumulators, imports } = directFeeds([tab, ...nodes], lane);
  assert.equal(accumulators.length > 0, imports.length > 0);
  return imports.map(({ id }) => id);
}

describe('editor: import nodes fed past an accumulator', () => {
  it('are those that get items from elsewhere, beside batches or alone', () => {
    assert.deepEqual(told(accumulator(batches), importNode()), []);
    assert.deepEqual(told(accumulator(batches), importNode(), inject('import')), ['import']);
    assert.deepEqual(told(accumulator([[], [], []]), importNode(), inject('import')), ['import']);
    assert.deepEqual(told(accumulator(batches), importNode(), pass('f', 'import'), inject('f')), ['import']);
    const other = node('other', 'norce-import-onhands', [], { connection: 'c1' });
    assert.deepEqual(told(accumulator(batches), importNode(), other, inject('other')), ['other']);
    // One that nothing leads to.
    assert.deepEqual(told(accumulator([[], [], []]), importNode()), []);
    // An inject node in front of the accumulator.
    assert.deepEqual(told(accumulator(batches), importNode(), inject('accumulator')), []);
  });

  it('need an accumulator of the same import and connection', () => {
    assert.deepEqual(told(importNode(), inject('import')), []);
    for (const more of [{ import: 'import-prices' }, { connection: 'c2' }]) {
      assert.deepEqual(told(accumulator(batches, more), importNode(), inject('import')), []);
    }
    // A flow by hand may leave out what is as usual.
    const products = node('import', 'norce-import-products', [], { connection: 'c1' });
    const usual = accumulator([[], [], []], { import: '' });
    const feeds = directFeeds([tab, usual, products, inject('import')], {
      ...lane,
      import: 'import-products',
    });
    assert.deepEqual([feeds.accumulators, feeds.imports], [[usual], [products]]);
  });

  it('are not those whose batches pass through other nodes', () => {
    const way = [pass('f', 'g'), node('g', 'junction', [['import']])];
    assert.deepEqual(told(accumulator([['f'], [], []]), ...way, importNode()), []);
    // Two accumulators whose batches a switch tells apart.
    const prices = node('prices', 'norce-accumulator', [['f'], [], []], {
      connection: 'c1',
      import: 'import-prices',
    });
    assert.deepEqual(told(accumulator([['f'], [], []]), prices, ...way, importNode()), []);
  });

  it('are those to which rejected items or outcomes of an accumulator go', () => {
    for (const wires of [
      [['import'], ['import'], []],
      [['import'], [], ['f']],
    ]) {
      assert.deepEqual(told(accumulator(wires), pass('f', 'import'), importNode()), ['import']);
    }
  });

  it('are not those whose own ports lead back to them, unless items come in', () => {
    const looped = importNode({ wires: [['f'], ['import']] });
    assert.deepEqual(told(accumulator(batches), looped, pass('f', 'import')), []);
    assert.deepEqual(told(accumulator(batches), looped, pass('f', 'import'), inject('f')), ['import']);
    // Wires in a circle into which nothing comes.
    const circle = [pass('f', 'g'), node('g', 'function', [['f', 'import']])];
    assert.deepEqual(told(accumulator(batches), importNode(), ...circle), []);
  });

  it('do not count what is disabled', () => {
    const disabled = { id: 'off', type: 'tab', disabled: true };
    assert.deepEqual(told(accumulator(batches), importNode(), inject('import', { d: true })), []);
    const way = [pass('f', 'import', { d: true }), inject('f')];
    assert.deepEqual(told(accumulator(batches), importNode(), ...way), []);
    assert.deepEqual(
      told(accumulator(batches), importNode(), pass('f', 'import'), inject('f', { d: true })),
      [],
    );
    for (const more of [{ d: true }, { z: 'off' }]) {
      assert.deepEqual(told(disabled, accumulator(batches, more), importNode(), inject('import')), []);
      assert.deepEqual(told(disabled, accumulator(batches), importNode(more), inject('import', more)), []);
    }
  });

  it('are found through links', () => {
    const linkIn = node('in', 'link in', [['import']], { links: ['out', 'call'] });
    const linkOut = node('out', 'link out', [], { links: ['in'], mode: 'link' });
    const all = [accumulator(batches), importNode(), linkIn];
    assert.deepEqual(told(...all), []);
    assert.deepEqual(told(...all, linkOut, inject('out', { z: 'tab 2' })), ['import']);
    assert.deepEqual(told(...all, { ...linkOut, d: true }, inject('out')), []);
    assert.deepEqual(told(accumulator([['out'], [], []]), importNode(), linkIn, linkOut), []);
    const call = node('call', 'link call', [['after']], { links: ['in'], linkType: 'static' });
    assert.deepEqual(told(...all, call, inject('call')), ['import']);
    assert.deepEqual(told(...all, call), []);
    assert.deepEqual(told(accumulator([['call'], [], []]), importNode(), linkIn, call), []);
    // A link out that was wired here before it was set to give back what a link call sent.
    assert.deepEqual(told(...all, { ...linkOut, mode: 'return' }, inject('out')), []);
    // A link out in a disabled tab.
    const off = { id: 'off', type: 'tab', disabled: true };
    assert.deepEqual(told(...all, off, { ...linkOut, z: 'off' }, inject('out', { z: 'off' })), []);
  });

  it('are found behind what a link call gives back: what went into it', () => {
    const tidy = [
      node('in', 'link in', [['f']], { links: ['call'] }),
      pass('f', 'back'),
      node('back', 'link out', [], { mode: 'return', links: [] }),
    ];
    const call = node('call', 'link call', [['import']], { links: ['in'] });
    const other = node('other', 'link call', [['accumulator']], { links: ['in'] });
    assert.deepEqual(told(accumulator([['call'], [], []]), importNode(), call, ...tidy), []);
    assert.deepEqual(told(accumulator(batches), importNode(), call, ...tidy, inject('call')), ['import']);
    // The same flow is called on the way to the accumulator.
    const both = [accumulator([['call'], [], []]), importNode(), call, other, ...tidy];
    assert.deepEqual(told(...both, inject('other')), []);
  });

  it('are found through the ports of the subflow instance that is on the way', () => {
    const tidy = [subflow('s', 'inner', 'inner'), pass('inner', '', { z: 's', wires: [[]] })];
    const instance = (id: string, to: string, more: object = {}) => node(id, 'subflow:s', [[to]], more);
    const all = [importNode(), instance('after', 'import'), ...tidy];
    assert.deepEqual(told(accumulator([['after'], [], []]), ...all), []);
    assert.deepEqual(told(accumulator(batches), ...all, inject('after')), ['import']);
    assert.deepEqual(
      told(
        accumulator(batches),
        importNode(),
        instance('after', 'import', { d: true }),
        ...tidy,
        inject('after'),
      ),
      [],
    );
    // Another instance of it, before the accumulator.
    const both = [accumulator([['after'], [], []]), ...all, instance('before', 'accumulator')];
    assert.deepEqual(told(...both, inject('before')), []);
    // Links within the subflow stay within the instance.
    const linked = [
      subflow('s', 'out', 'in'),
      node('out', 'link out', [], { z: 's', links: ['in'] }),
      node('in', 'link in', [[]], { z: 's', links: ['out'] }),
    ];
    const rest = [accumulator([['after'], [], []]), importNode(), instance('after', 'import')];
    assert.deepEqual(told(...rest, instance('before', 'accumulator'), inject('before'), ...linked), []);
    // What begins within the subflow.
    assert.deepEqual(told(accumulator([['after'], [], []]), ...all, inject('inner', { z: 's' })), ['import']);
  });

  it('are found through a wire from the way in of a subflow to its way out', () => {
    const straight = {
      id: 's',
      type: 'subflow',
      in: [{ wires: [] }],
      out: [{ wires: [{ id: 's', port: 0 }] }],
    };
    const instance = node('instance', 'subflow:s', [['import']]);
    assert.deepEqual(told(accumulator(batches), importNode(), straight, instance, inject('instance')), [
      'import',
    ]);
    assert.deepEqual(told(accumulator([['instance'], [], []]), importNode(), straight, instance), []);
  });

  it('are found within subflows, however deep, as long as an instance runs', () => {
    const inner = subflow('inner', 'import', 'import');
    const outer = subflow('outer', 'instance', 'instance');
    const parts = [
      inner,
      outer,
      importNode({ z: 'inner' }),
      node('instance', 'subflow:inner', [], { z: 'outer' }),
    ];
    const top = node('top', 'subflow:outer');
    assert.deepEqual(told(accumulator([['top'], [], []]), ...parts, top), []);
    assert.deepEqual(told(accumulator([[], [], []]), ...parts, top, inject('top')), ['import']);
    assert.deepEqual(told(accumulator([[], [], []]), ...parts, inject('top')), []);
    assert.deepEqual(told(accumulator([[], [], []]), ...parts, { ...top, d: true }, inject('top')), []);
    // The accumulator of a subflow gives its batches out by port 1 of the subflow.
    const collects = subflow('collects', 'accumulator', 'accumulator');
    const inside = [collects, accumulator([[], [], []], { z: 'collects' }), importNode()];
    assert.deepEqual(told(...inside, node('use', 'subflow:collects', [['import']]), inject('use')), []);
    const rejects = { ...collects, out: [{ wires: [{ id: 'accumulator', port: 1 }] }] };
    assert.deepEqual(told(rejects, ...inside.slice(1), node('use', 'subflow:collects', [['import']])), [
      'import',
    ]);
  });

  it('end the search where subflows hold each other', () => {
    const first = subflow('s', 'i2', 'i2');
    const second = subflow('t', 'i1', 'i1');
    const instances = [
      node('i2', 'subflow:t', [[]], { z: 's' }),
      node('i1', 'subflow:s', [[]], { z: 't' }),
      node('top', 'subflow:s', [['import']]),
    ];
    assert.deepEqual(
      told(accumulator(batches), importNode(), first, second, ...instances, inject('top')),
      [],
    );
  });

  it('do not take wires amiss that lead nowhere', () => {
    const lost = [
      node('call', 'link call', [['import']], { links: ['gone'] }),
      node('u', 'subflow:gone', [['import']]),
    ];
    assert.deepEqual(told(accumulator([['gone'], [], []]), importNode(), ...lost, inject('u')), []);
  });
});
