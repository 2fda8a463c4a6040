/**
 * The node sets as the build writes them, read back for the tests.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Catalogue } from '../../scripts/build/catalogue.ts';
import { jobNodes } from '../../scripts/build/job-assets.ts';
import { writeNodeAssets } from '../../scripts/build/node-assets.ts';
import { fromRoot } from '../../scripts/build/paths.ts';
import { importNames } from '../../src/contract/index.ts';

/** Names of all node sets, in the order of the palette. */
export const nodeNames: readonly string[] = [
  'connect-config',
  ...importNames,
  'accumulator',
  ...jobNodes,
  'event',
];

/** One node set: a dialog with its help and its texts. */
export interface NodeSet {
  readonly name: string;
  readonly type: string;
  readonly html: string;
  readonly help: string;
  readonly catalogue: Catalogue;
}

/** Writes the node sets into a folder of their own, reads them, and removes it. */
export async function buildNodeSets(): Promise<readonly NodeSet[]> {
  const folder = await mkdtemp(join(tmpdir(), 'norce-node-sets-'));
  try {
    await writeNodeAssets(fromRoot('nodes'), folder);
    const read = (...parts: string[]) => readFile(join(folder, ...parts), 'utf8');
    return await Promise.all(
      nodeNames.map(async (name) => ({
        name,
        type: `norce-${name}`,
        html: await read(`${name}.html`),
        help: await read('locales', 'en-US', `${name}.html`),
        catalogue: JSON.parse(await read('locales', 'en-US', `${name}.json`)) as Catalogue,
      })),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The text of a key such as `norce-import-prices.label`; undefined where there is none. */
export function textOf(catalogue: Catalogue, key: string): string | undefined {
  const found = key
    .split('.')
    .reduce<string | Catalogue | undefined>(
      (group, part) => (typeof group === 'object' ? group[part] : undefined),
      catalogue,
    );
  return typeof found === 'string' ? found : undefined;
}

/** First groups of all matches. */
export function matchesOf(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}
