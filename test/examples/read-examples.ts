/**
 * The shipped examples as the Import menu of Node-RED would read them.
 */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A node of an example. */
export interface ExampleNode extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  /** Tab that it stands on. */
  readonly z?: string;
  readonly x?: number;
  readonly y?: number;
  readonly wires?: readonly (readonly string[])[];
  readonly links?: readonly string[];
}

/** One file of the folder. */
export interface Example {
  /** Name in the menu. */
  readonly name: string;
  readonly nodes: readonly ExampleNode[];
}

const folder = new URL('../../examples/', import.meta.url);

/** Absolute path of the sample export. */
export const sampleFile = fileURLToPath(new URL('shop.csv', folder));

/** Every example, in the order of the menu. */
export async function readExamples(): Promise<readonly Example[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => ({
      name: name.slice(0, -'.json'.length),
      nodes: JSON.parse(await readFile(new URL(encodeURIComponent(name), folder), 'utf8')) as ExampleNode[],
    })),
  );
}
