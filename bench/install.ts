/**
 * Figures of the installation: what a palette install puts on the disk.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Figure } from './figure.ts';

const packageName = '@norce-connect/node-red';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Size of a package on the disk in bytes, without those nested in it. */
async function packageBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += entry.name === 'node_modules' ? 0 : await packageBytes(path);
    else if (entry.isFile()) bytes += (await stat(path)).size;
  }
  return bytes;
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  return readFile(join(folder, 'package.json'), 'utf8').then(
    (text) => JSON.parse(text) as Manifest,
    () => undefined,
  );
}

/** Folder of a package as Node.js would find it from another one; undefined where it is not installed. */
async function findPackage(from: string, name: string): Promise<string | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if ((await readManifest(candidate)) !== undefined) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Folders of a package and of all that it needs to run. */
async function withDependencies(root: string): Promise<ReadonlySet<string>> {
  const folders = new Set([root]);
  for (const folder of folders) {
    const { dependencies, optionalDependencies } = (await readManifest(folder)) ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const found = await findPackage(folder, name);
      if (found !== undefined) folders.add(found);
    }
  }
  return folders;
}

async function measure(root: string): Promise<{ readonly packages: number; readonly megabytes: number }> {
  const folders = await withDependencies(root);
  let bytes = 0;
  for (const folder of folders) bytes += await packageBytes(folder);
  return { packages: folders.size, megabytes: bytes / 1e6 };
}

/**
 * Size and number of packages, beside those of Node-RED itself.
 *
 * @param userFolder where the tarball is installed.
 */
export async function installFigures(userFolder: string): Promise<Figure[]> {
  const own = await measure(join(userFolder, 'node_modules', packageName));
  const nodeRed = await measure(dirname(createRequire(import.meta.url).resolve('node-red/package.json')));
  const method = 'The tarball, installed with npm install --omit=dev; beside it Node-RED with all it needs.';
  const figure = (name: string, unit: string, value: keyof typeof own): Figure => ({
    name,
    unit,
    better: 'lower',
    measured: { name: 'this package', values: [own[value]] },
    beside: { name: 'Node-RED', values: [nodeRed[value]] },
    method,
  });
  return [
    figure('Installed size', 'MB', 'megabytes'),
    { ...figure('Installed packages', 'packages', 'packages'), aim: 'at most 6 beside its own' },
  ];
}
