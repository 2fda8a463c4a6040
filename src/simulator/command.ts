#!/usr/bin/env node
/**
 * Starts the simulator alone, for integrators without an account and for a look at what a flow sends.
 */
import { parseArgs } from 'node:util';
import { ConnectError } from '../errors.ts';
import type { LogRows } from './job-board.ts';
import type { Mood } from './job-plan.ts';
import type { SimulatorOptions } from './simulator.ts';
import { defaultClient, Simulator } from './simulator.ts';
import type { WebhookTarget } from './webhooks.ts';

const defaultPort = 4710;

const help = `norce-connect-simulator: a local Norce Connect, without an account

  --port <number>        port to listen on (default ${defaultPort}, 0 for any free one)
  --host <address>       address to listen on (default 127.0.0.1)
  --mood <hostile|kind>  hostile (default): jobs in any order, slow, poor logs; kind: in order, quick
  --time-scale <number>  how many times faster than real time (default 1)
  --limit <number>       requests per minute (default 60, 0 for no limit)
  --webhook <type=url>   where events of a type go, such as JobCompletedEvent=http://localhost:1880/jobs;
                         may be given several times
  --webhook-header <name:value>
                         a header of every event, such as a secret; may be given several times
  --log-rows <full|null|cut|random>
                         records in the logs of jobs (default: random when hostile, full when kind)
  --job-retention <days> how long ended jobs stay listed (default 14)
  --help                 this text

While it runs, POST JSON to it:
  /simulator/outcomes    {"item": {"match": {"PartNo": "A"}, "severity": "error", "message": "Because."}}
                         {"job": {"status": 3, "count": 1}}, {"job": {"neverEnds": true}} and more; DELETE: none
  /simulator/webhooks    {"type": "JobCompletedEvent", "url": "http://...", "headers": {}}; url null: off
  /simulator/events      {"type": "OrderReceivedEvent", "body": {}}, to send one by hand
  /simulator/faults      {"kind": "status", "status": 429, "retryAfter": 30, "count": 3, "path": "/Job/"};
                         the README lists the kinds
`;
const secondsPerDay = 86_400;

/** A wrong option; the message says which. */
class UsageError extends Error {}

function readOptions(argv: readonly string[]): SimulatorOptions | null {
  const { values } = parse(argv);
  if (values.help) return null;
  if (values.mood !== 'hostile' && values.mood !== 'kind') throw new UsageError('--mood is hostile or kind.');
  const mood: Mood = values.mood;
  const port = readNumber('--port', values.port);
  if (!Number.isInteger(port) || port > 65_535) throw new UsageError('--port is a port number.');
  const timeScale = readNumber('--time-scale', values['time-scale']);
  if (timeScale === 0) throw new UsageError('--time-scale is above 0.');
  const limit = readNumber('--limit', values.limit);
  const requestLimit = limit === 0 ? Number.POSITIVE_INFINITY : limit;
  const retentionDays = readNumber('--job-retention', values['job-retention']);
  return {
    host: values.host,
    port,
    mood,
    timeScale,
    requestLimit,
    jobRetention: retentionDays * secondsPerDay,
    webhooks: readWebhooks(values.webhook, values['webhook-header']),
    ...readLogRows(values['log-rows']),
  };
}

function readLogRows(text: string | undefined): { readonly logRows?: LogRows } {
  if (text === undefined) return {};
  if (text !== 'full' && text !== 'null' && text !== 'cut' && text !== 'random') {
    throw new UsageError('--log-rows is full, null, cut or random.');
  }
  return { logRows: text };
}

function readWebhooks(
  targets: readonly string[],
  headers: readonly string[],
): Readonly<Record<string, WebhookTarget>> {
  const shared = Object.fromEntries(headers.map((text) => readPair('--webhook-header', text, ':')));
  const entries = targets.map((text) => readPair('--webhook', text, '='));
  return Object.fromEntries(entries.map(([type, url]) => [type, { url, headers: shared }]));
}

/** Two texts around the first separator. */
function readPair(option: string, text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  if (at < 1) throw new UsageError(`${option} has two parts with ${separator} between.`);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: 'string', default: String(defaultPort) },
        host: { type: 'string', default: '127.0.0.1' },
        mood: { type: 'string', default: 'hostile' },
        'time-scale': { type: 'string', default: '1' },
        limit: { type: 'string', default: '60' },
        webhook: { type: 'string', multiple: true, default: [] },
        'webhook-header': { type: 'string', multiple: true, default: [] },
        'log-rows': { type: 'string' },
        'job-retention': { type: 'string', default: '14' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readNumber(name: string, text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(number) || number < 0) throw new UsageError(`${name} is a number of 0 or more.`);
  return number;
}

async function run(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(help);
    return;
  }
  const simulator = await Simulator.start(options);
  // Whoever reads the address below may stop the command at once.
  const stop = (): void => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  process.stdout.write(`Norce Connect simulator (${options.mood})

  Connect base address   ${simulator.connectUrl}
  Token address          ${simulator.tokenUrl}
  Client id              ${defaultClient.id}
  Client secret          ${defaultClient.secret}
  Scope                  playground, stage or prod

  Look at the shop       ${simulator.url}/
  Stop                   Ctrl+C
`);
}

run().catch((error: unknown) => {
  if (error instanceof UsageError) process.stderr.write(`${error.message}\n\n${help}`);
  else if (error instanceof ConnectError) process.stderr.write(`${error.message}\n`);
  else throw error;
  process.exitCode = 1;
});
