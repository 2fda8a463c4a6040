/**
 * Each example can be imported beside the others, explains itself and holds no secret.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { Script } from 'node:vm';
import { type Example, type ExampleNode, readExamples, sampleFile } from './read-examples.ts';

const configType = 'norce-connect-config';
const coreTypes = new Set([
  'tab',
  'group',
  'inject',
  'file in',
  'change',
  'csv',
  'template',
  'function',
  'delay',
  'debug',
  'catch',
  'comment',
  'link in',
  'link out',
]);

async function packageTypes(): Promise<string[]> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  const { 'node-red': nodeRed } = JSON.parse(text) as { 'node-red': { nodes: Record<string, string> } };
  return Object.keys(nodeRed.nodes).map((name) => `norce-${name}`);
}

describe('examples', () => {
  let examples: readonly Example[];
  let types: readonly string[];

  const each = (check: (example: Example) => void): void => {
    assert.ok(examples.length > 0);
    for (const example of examples) check(example);
  };
  const all = (): ExampleNode[] => examples.flatMap(({ nodes }) => nodes);
  const isOwn = ({ type }: ExampleNode): boolean => types.includes(type) && type !== configType;
  const isImport = ({ type }: ExampleNode): boolean => type.startsWith('norce-import-');

  before(async () => {
    [examples, types] = await Promise.all([readExamples(), packageTypes()]);
  });

  it('show every node of the package, and of others only what Node-RED itself brings', () => {
    const used = new Set(all().map(({ type }) => type));
    assert.deepEqual(
      [...types].filter((type) => !used.has(type)),
      [],
    );
    assert.deepEqual(
      [...used].filter((type) => !coreTypes.has(type) && !types.includes(type)),
      [],
    );
  });

  it('share one connection, and nothing else', () => {
    const seen = new Map<string, ExampleNode>();
    for (const node of all()) {
      const earlier = seen.get(node.id);
      if (earlier !== undefined) {
        assert.equal(node.type, configType, node.id);
        assert.deepEqual(node, earlier);
      }
      seen.set(node.id, node);
    }
    assert.equal([...seen.values()].filter(({ type }) => type === configType).length, 1);
  });

  it('hold credentials only as names of environment variables', () => {
    for (const node of all()) {
      for (const [name, value] of Object.entries(node.credentials ?? {})) {
        assert.match(String(value), /^\$\{[A-Z_]+\}$/, `${node.id}: ${name}`);
      }
    }
  });

  it('stand on one tab each, with wires, links, groups and connection that exist', () => {
    each(({ name, nodes }) => {
      const byId = new Map(nodes.map((node) => [node.id, node]));
      const tabs = nodes.filter(({ type }) => type === 'tab');
      assert.equal(tabs.length, 1, name);
      for (const node of nodes) {
        if (node.type === 'tab' || node.type === configType) continue;
        assert.equal(node.z, tabs[0]?.id, node.id);
        for (const target of node.wires?.flat() ?? []) assert.ok(byId.has(target), `${node.id} → ${target}`);
        for (const link of node.links ?? []) {
          assert.ok(byId.get(link)?.links?.includes(node.id), `${node.id} and ${link} link each other`);
        }
        if (node.g !== undefined) {
          const { nodes: members } = byId.get(String(node.g)) as unknown as { nodes: string[] };
          assert.ok(members.includes(node.id), `${node.id} in its group`);
        }
        if (isOwn(node)) assert.equal(byId.get(String(node.connection))?.type, configType, node.id);
      }
    });
  });

  it('have a comment that says what to press, and name buttons that are there', () => {
    each(({ name, nodes }) => {
      const [comment, ...more] = nodes.filter(({ type }) => type === 'comment');
      assert.ok(comment !== undefined && more.length === 0, name);
      const pressed = /# What to press\n([\s\S]*?)(\n# |$)/.exec(String(comment.info))?.[1] ?? '';
      const buttons = nodes.filter(({ type }) => type === 'inject');
      assert.ok(buttons.length > 0, name);
      for (const button of buttons)
        assert.ok(pressed.includes(`**${button.name}**`), `${name}: ${button.name}`);
    });
  });

  it('show what leaves by both ports of an import', () => {
    each(({ name, nodes }) => {
      assert.ok(nodes.some(isOwn), name);
      for (const node of nodes.filter(isImport)) {
        assert.equal(node.wires?.length, 2, node.id);
        for (const port of node.wires ?? []) assert.ok(port.length > 0, `${node.id}: a port without a wire`);
      }
    });
  });

  it('lay no two nodes in one place', () => {
    each(({ name, nodes }) => {
      const places = nodes
        .filter(({ type, x }) => type !== 'group' && x !== undefined)
        .map(({ x, y }) => `${x} ${y}`);
      assert.equal(new Set(places).size, places.length, name);
    });
  });

  it('hold functions that compile', () => {
    const functions = all().filter(({ type }) => type === 'function');
    assert.ok(functions.length > 0);
    for (const { id, func } of functions) new Script(`(function () {${String(func)}\n})`, { filename: id });
  });

  it('carry the sample export that is shipped as a file', async () => {
    const templates = all().filter(({ type }) => type === 'template');
    assert.deepEqual(
      templates.map(({ template }) => template),
      [await readFile(sampleFile, 'utf8')],
    );
  });
});
