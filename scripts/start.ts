/**
 * `npm start`: the example flows in Node-RED, on a local Connect, without an account or any set-up.
 */
import { relative } from 'node:path';
import { asError } from '../src/errors.ts';
import { fromRoot } from './build/paths.ts';
import { Demo } from './start/demo.ts';

const folder = fromRoot('.node-red');

function welcome({ editorUrl, simulatorUrl, isNew }: Demo): string {
  const name = relative(process.cwd(), folder);
  const kept = isNew
    ? `What you change is kept in ${name}.`
    : `Your flows from last time, kept in ${name}; delete the folder to start anew.`;
  return `
Norce Connect for Node-RED

  Editor      ${editorUrl}
  Simulator   ${simulatorUrl}  a local Connect: what the shop holds, its jobs

  1. Open the editor and press the button left of "Sample export" on the tab "CSV of a shop".
  2. Products go out at once, prices after 5 seconds, stock after 10. The debug sidebar shows the
     jobs, and the four rows that cannot be imported with their reasons.
  3. Reload the simulator's page to see what has arrived. It begins with an empty shop each time.
  4. The tabs "Import and wait", "Restart once" and "Webhook" follow jobs to their end.
  5. The tab "Products before prices" collects changes on disk and sends them in the right order.

  ${kept}
  Stop        Ctrl+C
`;
}

async function run(): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  process.stdout.write('Starting Node-RED ...\n');
  const demo = await Demo.start({ folder, editorPort: 1880, simulatorPort: 4710, signal: stopping.signal });
  if (!stopping.signal.aborted) process.stdout.write(welcome(demo));
  await demo.ended;
}

run().catch((thrown: unknown) => {
  process.stderr.write(`${asError(thrown).message}\n`);
  process.exitCode = 1;
});
