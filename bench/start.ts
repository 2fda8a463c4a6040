/**
 * Figures of Node-RED's start: how much later its flows run because the package is there.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { freePort } from '../scripts/start/ports.ts';
import { endProcess } from './child.ts';
import type { Figure } from './figure.ts';
import { emptyWiring, importWiring } from './flows.ts';
import type { Sizes } from './options.ts';
import { type UserFolders, writeFlows } from './user-folder.ts';

const program = join(dirname(createRequire(import.meta.url).resolve('node-red/package.json')), 'red.js');
/** What Node-RED writes when its editor can be used, and when its flows run. */
const started = ['Server now running', 'Started flows'];
const mostMilliseconds = 100;

/** No connection is made at the start, so nobody needs to listen there. */
const nowhere = {
  connectUrl: 'http://127.0.0.1:9/commerce/connect/4.0',
  tokenUrl: 'http://127.0.0.1:9/identity/1.0/connect/token',
  clientId: 'bench',
  clientSecret: 'bench',
};

/** Milliseconds from the start of the process until everything runs. */
async function startTime(folder: string): Promise<number> {
  const port = await freePort(0);
  const begin = performance.now();
  const child = spawn(process.execPath, [program, '-u', folder, '-p', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (started.every((text) => output.includes(text))) resolve();
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`Node-RED ended:\n${output}`)));
    });
    return performance.now() - begin;
  } finally {
    await endProcess(child);
  }
}

/** Start times with and without the package, in turn. */
export async function startFigures({ starts }: Sizes, folders: UserFolders): Promise<Figure[]> {
  await writeFlows(folders.withPackage, importWiring(nowhere));
  await writeFlows(folders.withoutPackage, emptyWiring());
  const times = { with: [] as number[], without: [] as number[] };
  // The first start of each writes Node-RED's own files, and is not counted.
  for (let round = 0; round <= starts; round++) {
    const without = await startTime(folders.withoutPackage);
    const withPackage = await startTime(folders.withPackage);
    if (round === 0) continue;
    times.without.push(without);
    times.with.push(withPackage);
  }
  const method = `${starts} pairs of starts in turn, from the start of the process until the editor answers and the flows run; the flow has an import node with its connection, without the package a function node.`;
  return [
    {
      name: "Node-RED's start",
      unit: 'ms',
      better: 'lower',
      measured: { name: 'with the package', values: times.with },
      beside: { name: 'without', values: times.without },
      method,
    },
    {
      name: "Added to Node-RED's start",
      unit: 'ms',
      better: 'lower',
      measured: {
        name: 'with less without',
        values: times.with.map((time, round) => time - (times.without[round] ?? time)),
      },
      beside: { name: 'limit', values: [mostMilliseconds] },
      aim: `below ${mostMilliseconds} ms`,
      method: 'Median of the differences within each pair.',
    },
  ];
}
