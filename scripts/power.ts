/**
 * `npm run power`: accumulators on disks that fail: power cuts, full disks, faults of writing. It takes root on Linux;
 * what a machine does not allow is said, and the rest is run. Writes docs/power.md when everything was run and nothing
 * is wrong.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Machine, thisMachine } from '../bench/machine.ts';
import {
  type AccumulatorKillOptions,
  type AccumulatorKillResult,
  type Disk,
  killAccumulators,
} from '../test/promises/accumulator-kills.ts';
import { diskFaults, faultObstacle, withFault } from '../test/promises/accumulator-load/disk-faults.ts';
import { FullDisk } from '../test/promises/accumulator-load/full-disk.ts';
import { PowerDisk } from '../test/promises/accumulator-load/power-disk.ts';
import { fromRoot } from './build/paths.ts';
import { inColumns, markdownTable, type TableLines } from './table.ts';

/** A disk that is to be let go of. */
type OwnDisk = Disk & { remove?(): void };

interface Trial {
  readonly name: string;
  readonly kills: number;
  /** Why it cannot be run on this machine. */
  readonly obstacle: string | undefined;
  readonly disk: (folder: string) => OwnDisk;
  readonly options: (disk: Disk) => Partial<AccumulatorKillOptions>;
  /** It has to lose something: else the trials beside it prove nothing. */
  readonly isControl?: true;
  /** Codes of which at least one must have refused messages: else nothing was tried. */
  readonly refusals?: readonly string[];
}

const fullSize = 300;
const usage = `npm run power -- [options]

  --cuts <number>  power cuts, at least 10 (default ${fullSize}); the other trials are smaller in proportion

A run of ${fullSize} on a machine that allows everything also writes docs/power.md.
`;

/** Kills between two signs of life. */
const step = 50;

function trialsOf(cuts: number): readonly Trial[] {
  const share = (part: number) => Math.max(4, Math.round(cuts * part));
  const faulty = share(0.2);
  const plain = (folder: string): OwnDisk => ({ storeFile: join(folder, 'store.sqlite') });
  return [
    {
      name: 'power cuts',
      kills: cuts,
      obstacle: PowerDisk.obstacle(),
      disk: (folder) => new PowerDisk(folder),
      options: () => ({}),
    },
    {
      name: 'power cuts, commits not brought to the disk',
      kills: share(0.05),
      obstacle: PowerDisk.obstacle(),
      disk: (folder) => new PowerDisk(folder),
      options: () => ({ isCareless: true }),
      isControl: true,
    },
    {
      name: 'disk full now and then',
      kills: share(0.1),
      obstacle: FullDisk.obstacle(),
      disk: (folder) => new FullDisk(folder),
      options: () => ({}),
      refusals: ['STORE_FULL'],
    },
    {
      name: 'EIO and ENOSPC on write and fsync',
      kills: faulty,
      obstacle: faultObstacle(),
      disk: plain,
      options: ({ storeFile }) => ({
        // Before it has said who it is, a process behind strace cannot be killed.
        aims: ['anything', 'commit', 'seal', 'release'],
        before: (life) => {
          const fault = life > faulty ? undefined : diskFaults[life % diskFaults.length];
          return fault === undefined ? [] : withFault(storeFile, fault, 20 + ((life * 7) % 60));
        },
      }),
      refusals: ['STORE_FULL', 'STORE_FAILED'],
    },
  ];
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function carryOut({ name, kills, disk: make, options }: Trial): Promise<AccumulatorKillResult> {
  const seed = Date.now() % 2 ** 31;
  say(`${name}: ${kills} times, seed ${seed} ...`);
  const folder = await mkdtemp(join(tmpdir(), 'norce-power-'));
  const disk = make(folder);
  const progress = (done: number) => {
    if (done % step === 0) say(`${done} times`);
  };
  try {
    const result = await killAccumulators({ kills, seed, progress, disk, ...options(disk) });
    const origin = `(${name}, ${kills} times, seed ${seed})`;
    return { ...result, faults: result.faults.map((fault) => `${fault} ${origin}`) };
  } finally {
    disk.remove?.();
    await rm(folder, { recursive: true, force: true });
  }
}

type Results = readonly (readonly [Trial, AccumulatorKillResult | undefined])[];

/** What is wrong with a trial; for the control that is to have lost nothing. */
function wrongWith([{ isControl, refusals }, result]: Results[number]): readonly string[] {
  if (result === undefined) return [];
  if (isControl)
    return result.faults.length > 0 ? [] : ['The control has lost nothing: power cuts prove nothing.'];
  const isTried = refusals === undefined || refusals.some((code) => result.refused.has(code));
  return isTried
    ? result.faults
    : [...result.faults, 'No message was refused: the disk was never in trouble.'];
}

function lines(results: Results): TableLines {
  return [
    ['', 'Times', 'Messages', 'Acknowledged', 'Refused', 'Batches', 'Jobs', 'Faults'],
    ...results.map(([{ name, isControl, obstacle }, result]) => {
      if (result === undefined) return [name, `not run: ${obstacle}`, '', '', '', '', '', ''];
      const refused = [...result.refused].map(([code, count]) => `${count} ${code}`).join(', ');
      const { kills, messages, acknowledged, batches, jobs, faults } = result;
      const found = isControl ? `${faults.length}, as it must` : String(faults.length);
      return [
        name,
        ...[kills, messages, acknowledged].map(String),
        refused,
        String(batches),
        String(jobs),
        found,
      ];
    }),
  ];
}

function page(results: Results, { cores, memory, system, node, nodeRed }: Machine): string {
  return `# Accumulators on disks that fail

Written by \`npm run power\` on ${new Date().toISOString().slice(0, 10)}, when it had found no fault. It takes root on Linux, with XFS, ext4, loop devices and strace. Load, Connect and what counts as a fault are those of [kills](accumulator.md).

Machine: ${cores} cores, ${memory} GB, ${system}, Node.js ${node}, Node-RED ${nodeRed}.

${markdownTable(lines(results))}

- **Power cuts**: the store is on ext4 in a file on a file system with reflinks. The process is stopped where it stands, the file is copied with all that has reached it (\`FICLONE\`), and the process is killed; the next one works on the copy. What was only in the memory of the machine is lost.
- **Commits not brought to the disk** (\`synchronous = NORMAL\`) is the control: it must lose something.
- **Disk full**: a tmpfs whose room something else takes now and then, and gives back.
- **EIO and ENOSPC**: strace has a few calls about the store's files fail in each life: \`${diskFaults.map(({ calls, error }) => `${error} of ${calls}`).join('`, `')}\`.
`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cuts: { type: 'string', default: String(fullSize) },
      help: { type: 'boolean', default: false },
    },
  });
  const cuts = Number(values.cuts);
  if (values.help || !Number.isInteger(cuts) || cuts < 10) return say(usage);
  const results: (readonly [Trial, AccumulatorKillResult | undefined])[] = [];
  for (const trial of trialsOf(cuts)) {
    if (trial.obstacle !== undefined) say(`${trial.name}: not run, ${trial.obstacle}.`);
    results.push([trial, trial.obstacle === undefined ? await carryOut(trial) : undefined]);
  }
  say(`\n${inColumns(lines(results))}\n`);
  const wrong = results.flatMap(wrongWith);
  for (const text of wrong) say(text);
  const left = results.filter(([, result]) => result === undefined);
  if (wrong.length > 0) {
    say('Something is wrong.');
    process.exitCode = 1;
  } else if (left.length > 0) {
    say(`No faults, but ${left.length} of ${results.length} trials were not run on this machine.`);
  } else if (cuts >= fullSize) {
    const path = fromRoot('docs', 'power.md');
    await writeFile(path, page(results, thisMachine()));
    say(`No faults. Written: ${path}`);
  }
}

await main();
