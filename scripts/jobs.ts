/**
 * `npm run jobs`: a day of jobs in scaled time, and 200 kills while jobs run; each is held against what the simulator
 * knows. Writes docs/jobs.md when nothing is wrong.
 */
import { writeFile } from 'node:fs/promises';
import { type Machine, thisMachine } from '../bench/machine.ts';
import { type JobKillOptions, type JobKillResult, killWhileJobsRun } from '../test/promises/job-kills.ts';
import { followJobs, type JobLoadOptions, type JobLoadResult } from '../test/promises/job-load.ts';
import { fromRoot } from './build/paths.ts';
import { inColumns, markdownTable, type TableLines } from './table.ts';

interface Load {
  readonly name: string;
  readonly options: JobLoadOptions;
}

interface Kills {
  readonly name: string;
  readonly options: JobKillOptions;
}

const day = { jobs: 500, hours: 8, minute: 250 } as const;
const loads: readonly Load[] = [
  { name: 'polls alone', options: { ...day, longShare: 0.05, hasEvents: false } },
  { name: 'events, jobs of up to 10 minutes', options: { ...day, longShare: 0, hasEvents: true } },
  {
    name: 'events, 5 % of the jobs take up to 2 hours',
    options: { ...day, longShare: 0.05, hasEvents: true },
  },
];
const kills: readonly Kills[] = [
  { name: 'polls alone', options: { kills: 100, jobs: 50, hasEvents: false } },
  { name: 'with events', options: { kills: 100, jobs: 50, hasEvents: true } },
];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function loadLines(results: readonly (readonly [Load, JobLoadResult])[]): TableLines {
  return [
    [
      '',
      'Jobs',
      'Told right',
      'Looks at jobs',
      'Share of the limit',
      'Before an event',
      '429',
      'Lag, median',
      'Lag, longest',
    ],
    ...results.map(([{ name, options }, result]) => [
      name,
      String(result.jobs),
      String(result.right),
      String(result.polls),
      `${(result.share * 100).toFixed(1)} %`,
      options.hasEvents ? String(result.unannounced) : '',
      String(result.overLimit),
      result.medianLag.toFixed(2),
      result.largestLag.toFixed(2),
    ]),
  ];
}

function killLines(results: readonly (readonly [Kills, JobKillResult])[]): TableLines {
  return [
    [
      '',
      'Kills',
      'Jobs',
      'Waits on disk',
      'Forgotten',
      'Told wrong',
      'Not followed to the end',
      'Told once more',
      'Of these without a word',
      '429',
    ],
    ...results.map(([{ name }, result]) => [
      name,
      ...[
        result.kills,
        result.jobs,
        result.waits,
        result.forgotten.length,
        result.wrong.length,
        result.unfinished,
        result.repeats,
        result.badRepeats.length,
        result.overLimit,
      ].map(String),
    ]),
  ];
}

function page(
  loaded: readonly (readonly [Load, JobLoadResult])[],
  killed: readonly (readonly [Kills, JobKillResult])[],
  { cores, memory, system, node, nodeRed }: Machine,
): string {
  return `# Jobs

Written by \`npm run jobs\` on ${new Date().toISOString().slice(0, 10)}, when it had found no fault. \`npm test\` runs a sample of both.

Machine: ${cores} cores, ${memory} GB, ${system}, Node.js ${node}, Node-RED ${nodeRed}.

## What it costs to follow jobs

${day.jobs} jobs over ${day.hours} hours of scaled time, a minute lasting ${day.minute} ms, each from an import of its own that goes on beside it; most take up to 10 minutes, some half an hour to two hours. The simulator is hostile: jobs run side by side, in any order, through states that are not documented, among foreign ones; events come twice, late and in disorder. Looks at jobs are Job/List, Job/Get and Job/GetLog. The lag is the time from the end of a job until it is known, as a multiple of the pause between two looks at a job of its age where there are no events; at this scale requests and disk take as long as seconds of Norce's time, and are part of it. With events, a job is asked about once, for its counts, when its event has come; looks before an event are those at jobs that run longer than a quarter of an hour, in case their event is lost.

${markdownTable(loadLines(loaded))}

## Killed while jobs run

Node-RED, with an import, a job status and an event node, is killed (SIGKILL) at a random point of its first minute (of 3 s), and started again, while about 50 jobs are under way. A wait counts as on disk when its message was completed. Told once more are outcomes that a process had claimed when it was killed, and that say so, with the same outcome id.

${markdownTable(killLines(killed))}
`;
}

async function run(): Promise<void> {
  const loaded: (readonly [Load, JobLoadResult])[] = [];
  for (const load of loads) {
    say(`${load.name}: ${load.options.jobs} jobs ...`);
    loaded.push([load, await followJobs(load.options)]);
  }
  say(`\n${inColumns(loadLines(loaded))}\n`);
  const killed: (readonly [Kills, JobKillResult])[] = [];
  for (const kill of kills) {
    say(`${kill.name}: ${kill.options.kills} kills ...`);
    killed.push([kill, await killWhileJobsRun(kill.options)]);
  }
  say(`\n${inColumns(killLines(killed))}\n`);
  const isLoadRight = loaded.every(
    ([{ options }, { jobs, right, share, overLimit, unannounced }]) =>
      jobs === right &&
      share <= 0.1 &&
      overLimit === 0 &&
      (!options.hasEvents || options.longShare > 0 || unannounced === 0),
  );
  const faults = killed.flatMap(([, { forgotten, wrong, badRepeats }]) => [
    ...forgotten,
    ...wrong,
    ...badRepeats,
  ]);
  const isKillRight = killed.every(([, { unfinished, overLimit }]) => unfinished + overLimit === 0);
  if (!isLoadRight || !isKillRight || faults.length > 0) {
    for (const fault of faults) say(fault);
    say('Something is wrong.');
    process.exitCode = 1;
    return;
  }
  const path = fromRoot('docs', 'jobs.md');
  await writeFile(path, page(loaded, killed, thisMachine()));
  say(`Written: ${path}`);
}

await run();
