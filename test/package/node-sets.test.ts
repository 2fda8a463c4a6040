/**
 * Dialogs, help and catalogues of all nodes hold together: nothing nameless, nothing unexplained, nothing untold.
 */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromRoot } from '../../scripts/build/paths.ts';
import { eventTypes, type ImportDefinition, importNames, imports } from '../../src/contract/index.ts';
import { fieldGroups } from '../../src/editor/field-groups.ts';
import { switchGroups } from '../../src/editor/switch-groups.ts';
import { statusName } from '../../src/jobs/index.ts';
import { preparation, prepare } from '../../src/prepare/index.ts';
import { buildNodeSets, matchesOf, type NodeSet, textOf } from './node-sets.ts';

/** What a definition hands to Node-RED. */
interface NodeDefinition {
  readonly category: string;
  readonly icon?: string;
  readonly defaults: Readonly<Record<string, { readonly value: unknown; readonly validate?: unknown }>>;
  readonly credentials?: Readonly<Record<string, unknown>>;
}

/** Runs a dialog's script as the editor does, with the few globals that it touches while it loads. */
function definitionOf({ html, type }: NodeSet): NodeDefinition {
  const [script = ''] = matchesOf(html, /<script type="text\/javascript">([\s\S]*?)<\/script>/g);
  const registered = new Map<string, NodeDefinition>();
  const RED = {
    _: (key: string) => key,
    nodes: { registerType: (name: string, definition: NodeDefinition) => registered.set(name, definition) },
  };
  new Function('RED', '$', script)(RED, () => ({ length: 0 }));
  assert.deepEqual([...registered.keys()], [type]);
  return registered.get(type) as NodeDefinition;
}

async function sourceText(folder: string): Promise<string> {
  const files = await readdir(fromRoot(folder), { recursive: true });
  const texts = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFile(join(fromRoot(folder), file), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}

describe('node sets', () => {
  let sets: readonly NodeSet[];

  before(async () => {
    sets = await buildNodeSets();
  });

  it('register their type with a literal, so that the flow library finds it', () => {
    for (const { html, type } of sets) {
      assert.deepEqual(matchesOf(html, /registerType\('([^']+)'/g), [type]);
      assert.deepEqual(matchesOf(html, /data-template-name="([^"]+)"/g), [type]);
    }
  });

  it('have an input with a label for each property, and none for anything else', () => {
    const kept = ['fieldChoice', 'clear', 'switches', 'follows'];
    for (const set of sets) {
      const definition = definitionOf(set);
      const prefix = definition.category === 'config' ? 'node-config-input' : 'node-input';
      const inputs = matchesOf(set.html, new RegExp(`id="${prefix}-(\\w+)"`, 'g'));
      // The kind of a typed input is chosen inside it.
      const hidden = matchesOf(set.html, new RegExp(`type="hidden" id="${prefix}-(\\w+)"`, 'g'));
      const properties = [
        ...Object.keys(definition.defaults).filter((property) => !kept.includes(property)),
        ...Object.keys(definition.credentials ?? {}),
      ];
      assert.deepEqual([...inputs].sort(), properties.sort(), set.name);
      const labelled = matchesOf(set.html, new RegExp(`<label for="${prefix}-(\\w+)"`, 'g'));
      const seen = inputs.filter((input) => !hidden.includes(input));
      assert.deepEqual([...labelled].sort(), seen.sort(), set.name);
    }
  });

  it('have the options of their import, and no others', () => {
    for (const name of importNames) {
      const set = sets.find((each) => each.name === name) as NodeSet;
      const { fullFile, supplier }: ImportDefinition = imports[name];
      const { defaults } = definitionOf(set);
      assert.equal('fullFile' in defaults, fullFile !== undefined, name);
      assert.equal('fullFileUnderstood' in defaults, fullFile?.disputed === true, name);
      assert.equal('supplierId' in defaults, supplier === true, name);
      assert.equal(defaults.fullFile?.value ?? 'no', 'no');
      assert.equal(defaults.unknownProperties?.value, 'reject');
      assert.equal(defaults.fieldMode?.value, 'carried');
    }
  });

  it('keep secrets in credentials only', () => {
    for (const set of sets) {
      const { defaults, credentials = {} } = definitionOf(set);
      assert.ok(
        Object.keys(defaults).every((property) => !/secret|password|token$|clientId/i.test(property)),
      );
      if (set.name === 'event') {
        assert.equal((credentials.secret as { readonly type: string }).type, 'password');
        assert.match(set.html, /<input[^>]*type="password"[^>]*id="node-input-secret"/);
      }
      if (set.name !== 'connect-config') continue;
      assert.deepEqual(credentials.clientSecret, { type: 'password', required: true });
      assert.match(set.html, /<input[^>]*type="password"[^>]*id="node-config-input-clientSecret"/);
    }
  });

  it('have validators that Node-RED lets give a reason', () => {
    for (const set of sets) {
      const { defaults, credentials = {} } = definitionOf(set);
      for (const [property, definition] of Object.entries({ ...defaults, ...credentials })) {
        const { validate } = definition as { readonly validate?: (...values: unknown[]) => unknown };
        if (validate !== undefined) assert.equal(validate.length, 2, `${set.name}.${property}`);
      }
    }
  });

  it('have a text for each key of their dialog', () => {
    for (const { name, type, html, catalogue } of sets) {
      const keys = [
        ...matchesOf(html, /data-i18n="(?:\[\w+\])?([^"]+)"/g),
        ...matchesOf(html, /text\('([\w.]+)'\)/g).map((key) => `${type}.${key}`),
        ...matchesOf(html, /this\._\('([^']+)'\)/g),
      ];
      assert.ok(keys.length > 4);
      for (const key of keys) assert.ok(textOf(catalogue, key), `${name} has no text "${key}"`);
    }
  });

  it('have a text for each key that the modules of their dialog ask for', async () => {
    const setsOf = (file: string): readonly string[] => {
      if (file.startsWith('connection-')) return ['connect-config'];
      if (file === 'event-dialog.ts') return ['event'];
      if (file === 'accumulator-dialog.ts') return ['accumulator'];
      if (file === 'import-dialog.ts') return importNames;
      return file === 'job-dialog.ts' ? ['job-status', 'job-restart'] : [...importNames, 'accumulator'];
    };
    let keysFound = 0;
    for (const file of await readdir(fromRoot('src/editor'))) {
      const text = await readFile(fromRoot('src/editor', file), 'utf8');
      const keys = matchesOf(text, /'((?:hints|fields|switches|test|secret)\.\w+)'/g);
      keysFound += keys.length;
      for (const { name, type, catalogue } of sets) {
        if (!setsOf(file).includes(name)) continue;
        for (const key of keys) assert.ok(textOf(catalogue, `${type}.${key}`), `${name}: ${key}`);
      }
    }
    assert.ok(keysFound > 20);
  });

  it('have a text for each thing that a job status node can do', () => {
    const { type, html, catalogue } = sets.find(({ name }) => name === 'job-status') as NodeSet;
    const modes = matchesOf(html, /<option value="(\w+)"/g);
    assert.deepEqual(modes, ['wait', 'read', 'log', 'list']);
    for (const mode of modes) {
      for (const group of ['hints', 'labels', 'options.mode']) {
        assert.ok(textOf(catalogue, `${type}.${group}.${mode}`), `${group}.${mode}`);
      }
    }
  });

  it('offer each type of event that the contract names', () => {
    const { html } = sets.find(({ name }) => name === 'event') as NodeSet;
    assert.deepEqual(matchesOf(html, /<option value="(\w+)"/g), eventTypes);
  });

  it('have a text for each status that the runtime shows', async () => {
    // Which modules show something under which nodes.
    const shows: readonly (readonly [RegExp, readonly string[], readonly string[]])[] = [
      [/#show\(\s*'\w+',\s*'\w+',\s*'(\w+)'/g, ['import-status.ts'], importNames],
      [/status\.(\w+)`/g, ['event-node.ts'], ['event']],
      [/#text\('(\w+)'/g, ['accumulator-status.ts'], ['accumulator']],
      [/#show\([^,]+,\s*'\w+',\s*'(\w+)'/g, ['job-node-status.ts'], ['job-status']],
      [/#status\.(restarted)\(/g, ['job-restart-node.ts'], ['job-restart']],
    ];
    for (const [pattern, [file = ''], names] of shows) {
      const found = matchesOf(await readFile(fromRoot('src/runtime', file), 'utf8'), pattern);
      assert.ok(found.length > 0, file);
      const isJob = file === 'job-node-status.ts';
      // What is shown by a word of the outcome, and what all job nodes show.
      const keys = isJob ? [...found, 'failed', 'unknown'].filter((key) => key !== 'restarted') : found;
      for (const { name, type, catalogue } of sets.filter((set) => names.includes(set.name))) {
        for (const key of [...keys, ...(isJob || name === 'job-restart' ? ['error'] : [])]) {
          const text = textOf(catalogue, `${type}.status.${key}`);
          assert.ok(text, `${name}: status.${key}`);
          // The editor takes what stands before a colon for the name of a catalogue.
          assert.doesNotMatch(text, /:/);
        }
      }
    }
  });

  it('have a word for each state of a job', () => {
    const { type, catalogue } = sets.find(({ name }) => name === 'job-status') as NodeSet;
    for (const status of [undefined, 1, 2, 3, 4, 5, 6, 7]) {
      const key = statusName(status).replaceAll(' ', '-');
      assert.equal(textOf(catalogue, `${type}.states.${key}`), statusName(status));
    }
  });

  it('offer each import in the accumulator, and the keys where there are several', () => {
    const { html, type, catalogue } = sets.find(({ name }) => name === 'accumulator') as NodeSet;
    assert.deepEqual(matchesOf(html, /<option value="(import-[\w-]+)"/g), importNames);
    for (const name of importNames) assert.ok(textOf(catalogue, `${type}.imports.${name}`), name);
    const [text = ''] = matchesOf(html, /identities = JSON\.parse\('([^']+)'\)/g);
    const identities = JSON.parse(text) as Readonly<Record<string, readonly string[]>>;
    assert.deepEqual(Object.keys(identities), ['import-products', 'import-customers', 'import-companies']);
    assert.deepEqual(identities['import-companies'], ['Id', 'Code', 'OrganizationNo']);
    assert.match(html, /usualImports = 'import-products'/);
    assert.match(html, /supplierImports = 'import-supplier-products'/);
  });

  it('have a text for each group, each way of writing and each switch', () => {
    const accumulator = sets.find((set) => set.name === 'accumulator') as NodeSet;
    for (const name of importNames) {
      const set = sets.find((each) => each.name === name) as NodeSet;
      const groups = fieldGroups(name);
      const switches = switchGroups(name);
      const modes = groups.flatMap((group) => group.rows.flatMap((row) => [...row.values.keys()]));
      const keys = [
        ...groups.map((group) => `lists.${group.list}`),
        ...modes.map((mode) => `fields.modes.${mode}`),
        ...switches.map((group) => `lists.${group.list}`),
        ...switches
          .filter((group) => group.kind === 'modifiers')
          .flatMap((group) => group.values.map((value) => `switches.${value.name}`)),
      ];
      for (const { type, catalogue } of [set, accumulator]) {
        for (const key of keys) assert.ok(textOf(catalogue, `${type}.${key}`), `${type}: ${name}: ${key}`);
      }
    }
  });

  it('name what a full feed switches off', () => {
    for (const name of importNames) {
      const { type, catalogue, help } = sets.find((set) => set.name === name) as NodeSet;
      const { fullFile }: ImportDefinition = imports[name];
      assert.equal(textOf(catalogue, `${type}.fullFile`), fullFile?.scope ?? '');
      if (fullFile) assert.ok(help.includes(fullFile.scope), name);
      else assert.doesNotMatch(help, /norce\.fullFile/);
    }
  });
});

describe('help', () => {
  let sets: readonly NodeSet[];

  before(async () => {
    sets = await buildNodeSets();
  });

  it('stands under the node’s type and begins with a paragraph', () => {
    for (const { type, help } of sets) {
      assert.match(help, new RegExp(`^<script type="text/html" data-help-name="${type}">\\s*<p>`));
      assert.match(help, /<h3>Details<\/h3>/);
      assert.match(help, /<h3>References<\/h3>/);
    }
  });

  it('explains each field of the dialog under its label', () => {
    const common = new Set(['Name', 'Leads to', 'Connect', 'Token']);
    for (const { name, type, html, help, catalogue } of sets) {
      const keys = matchesOf(html, new RegExp(`data-i18n="(${type}\\.fieldLabels\\.\\w+)"`, 'g'));
      assert.ok(keys.length > 2);
      for (const key of keys) {
        const label = (textOf(catalogue, key) ?? '').replace(/ \(\w+\)$/, '');
        assert.ok(
          common.has(label) || help.includes(label),
          `${name}: the help does not tell about "${label}"`,
        );
      }
    }
  });

  it('closes what it opens', () => {
    for (const { name, help } of sets) {
      for (const tag of ['p', 'dl', 'dt', 'dd', 'ul', 'ol', 'li', 'code', 'pre', 'i', 'b', 'h3', 'h4', 'a']) {
        const opened = help.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0;
        const closed = help.match(new RegExp(`</${tag}>`, 'g'))?.length ?? 0;
        assert.equal(opened, closed, `${name}: <${tag}>`);
      }
    }
  });

  it('names only error codes that exist', async () => {
    const source = (await sourceText('src')).replaceAll(/\/\*[\s\S]*?\*\//g, '');
    for (const { name, help } of sets.filter((set) => set.name !== 'connect-config')) {
      const codes = matchesOf(help, /<dt>([A-Z][A-Z_, ]+)<\/dt>/g).flatMap((text) => text.split(', '));
      assert.ok(codes.length > (name.startsWith('import-') ? 15 : 5), name);
      for (const code of codes) assert.ok(source.includes(`'${code}'`), `${code} does not exist`);
    }
  });

  it('gives examples that are sent as they stand', async () => {
    for (const name of importNames) {
      const { help } = sets.find((set) => set.name === name) as NodeSet;
      const [text = ''] = matchesOf(help, /<pre>([\s\S]*?)<\/pre>/g);
      const item: unknown = new Function(`return (${text});`)();
      const options = {
        import: name,
        accountId: 10000,
        supplierId: 1,
        fullFile: false,
        fields: 'carried',
        clear: {},
        switches: {},
        unknownProperties: 'reject',
        maximumItems: 1000,
        maximumBytes: 1_000_000,
      } as const;
      const { requests, rejected } = await prepare([item], preparation(options));
      assert.deepEqual(rejected, [], name);
      assert.equal(requests.length, 1, name);
    }
  });
});
