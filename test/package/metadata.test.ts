/**
 * The package as npm, Node-RED and the flow library read it.
 */
import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fromRoot } from '../../scripts/build/paths.ts';
import { nodeNames } from './node-sets.ts';

interface PackageJson {
  readonly name: string;
  readonly type: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly repository: { readonly url: string };
  readonly engines: { readonly node: string };
  readonly files: readonly string[];
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly 'node-red': {
    readonly version: string;
    readonly nodes: Readonly<Record<string, string>>;
    readonly plugins: Readonly<Record<string, string>>;
  };
}

async function exists(...parts: readonly string[]): Promise<boolean> {
  return access(fromRoot(...parts)).then(
    () => true,
    () => false,
  );
}

describe('package', () => {
  let packageJson: PackageJson;

  before(async () => {
    packageJson = JSON.parse(await readFile(fromRoot('package.json'), 'utf8')) as PackageJson;
  });

  it('is what the flow library asks for', () => {
    assert.match(packageJson.name, /^@[\w-]+\/node-red/);
    assert.ok(packageJson.keywords.includes('node-red'));
    assert.equal(packageJson.license, 'MIT');
    assert.match(packageJson.repository.url, /^git\+https:/);
    assert.ok(Object.keys(packageJson.dependencies).length <= 6);
    // A range with an upper bound would keep the package out of later releases of Node-RED.
    assert.match(packageJson['node-red'].version, /^>=4\.1\.0$/);
    assert.equal(packageJson.engines.node, '>=22.19');
  });

  it('runs nothing when it is installed', () => {
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
      assert.ok(!(script in packageJson.scripts), script);
    }
  });

  it('names all node sets, and nothing else', () => {
    const files = nodeNames.map((name) => [name, `dist/nodes/${name}.js`]);
    assert.deepEqual(packageJson['node-red'].nodes, Object.fromEntries(files));
  });

  it('has every file that Node-RED looks for beside a node', async () => {
    for (const [name, file] of Object.entries(packageJson['node-red'].nodes)) {
      assert.ok(await exists(file), file);
      assert.ok(await exists(file.replace(/\.js$/, '.html')), `${name}.html`);
      assert.ok(await exists('dist', 'nodes', 'locales', 'en-US', `${name}.json`), `${name}.json`);
      assert.ok(await exists('dist', 'nodes', 'locales', 'en-US', `${name}.html`), `help of ${name}`);
    }
    for (const icon of [
      'norce-import',
      'norce-accumulator',
      'norce-job-status',
      'norce-job-restart',
      'norce-event',
    ]) {
      assert.ok(await exists('dist', 'nodes', 'icons', `${icon}.svg`), icon);
    }
  });

  it('has the editor plugin, and what it loads', async () => {
    for (const file of Object.values(packageJson['node-red'].plugins)) {
      const html = await readFile(fromRoot(file.replace(/\.js$/, '.html')), 'utf8');
      const [, path = ''] = /src="resources\/@norce-connect\/node-red\/([^"]+)"/.exec(html) ?? [];
      assert.ok(await exists('resources', ...path.split('/')), `${basename(file)} loads ${path}`);
    }
  });

  it('gives the browser only modules that exist and that need no Node.js', async () => {
    const files = (await readdir(fromRoot('resources'), { recursive: true })).filter((file) =>
      file.endsWith('.js'),
    );
    assert.ok(files.length > 10);
    for (const file of files) {
      const text = await readFile(fromRoot('resources', file), 'utf8');
      for (const [, target = ''] of text.matchAll(/(?:from|import) '([^']+)'/g)) {
        assert.match(target, /^\.\.?\//, `${file} imports ${target}`);
        const path = new URL(target, `file:///${file}`).pathname.slice(1);
        assert.ok(files.includes(path), `${file} imports ${path}`);
      }
    }
  });
});
