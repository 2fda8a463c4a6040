/**
 * The outline of the machine and its software, without which a figure says little. No name of it.
 */
import { createRequire } from 'node:module';
import { arch, availableParallelism, totalmem, type } from 'node:os';

/** What a reader needs to know to compare. */
export interface Machine {
  readonly cores: number;
  /** In GB, of 1024³ bytes each. */
  readonly memory: number;
  readonly system: string;
  readonly node: string;
  readonly nodeRed: string;
}

/** The machine that this runs on. */
export function thisMachine(): Machine {
  const { version } = createRequire(import.meta.url)('node-red/package.json') as { readonly version: string };
  return {
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${arch()}`,
    node: process.version,
    nodeRed: version,
  };
}
