/**
 * The simulator's own web page: what the shop holds and what came in, for a person with a browser.
 */
import type { Catalogue } from './catalogue/catalogue.ts';
import { kinds } from './catalogue/catalogue.ts';
import type { Job } from './job.ts';
import type { RecordedRequest } from './recorded-request.ts';
import type { EventDelivery, Webhooks } from './webhooks.ts';

/** What the page shows. */
export interface PageContent {
  readonly catalogue: Catalogue;
  readonly jobs: readonly Job[];
  readonly requests: readonly RecordedRequest[];
  readonly webhooks: Webhooks;
}

const shown = 20;
const statusNames: Readonly<Record<number, string>> = {
  1: 'initialized',
  2: 'succeeded',
  3: 'failed',
  4: 'validation failed',
  5: 'validating',
  6: 'queued',
};

const style = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
pre { overflow-x: auto; font-size: .85rem; }
`;

/** The page as HTML; it needs no script. */
export function renderPage({ catalogue, jobs, requests, webhooks }: PageContent): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Norce Connect simulator</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${style}</style></head><body>
<h1>Norce Connect simulator</h1>
<p>${requests.length} requests, ${jobs.length} jobs. Reload to see more; <a href="simulator/state">state as JSON</a>.</p>
<h2>Jobs</h2>
${renderJobs(jobs)}
<h2>Events</h2>
${renderEvents(webhooks)}
<h2>Catalogue</h2>
${kinds.map((kind) => renderKind(catalogue, kind)).join('\n')}
</body></html>
`;
}

function renderJobs(jobs: readonly Job[]): string {
  const rows = jobs.slice(-shown).reverse().map(renderJob).join('\n');
  return `<table><thead><tr><th>Job</th><th>Import</th><th>Status</th><th>Items</th><th>Inserts</th><th>Updates</th><th>Failed</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}

function renderJob(job: Job): string {
  return renderRow([
    job.id,
    job.importName ?? 'another system',
    statusNames[job.status] ?? job.status,
    job.totals,
    job.inserts,
    job.updates,
    job.failures,
  ]);
}

function renderEvents({ targets, deliveries }: Webhooks): string {
  if (Object.keys(targets).length === 0) return '<p>All types of events are switched off.</p>';
  const rows = deliveries.slice(-shown).reverse().map(renderEvent).join('\n');
  return `<table><thead><tr><th>Type</th><th>Body</th><th>State</th><th>Attempts</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}

function renderEvent({ type, body, state, attempts }: EventDelivery): string {
  const answers = attempts.map(({ status, error }) => status ?? error);
  return renderRow([type, JSON.stringify(body), state, answers.join(', ')]);
}

function renderRow(cells: readonly (string | number)[]): string {
  return `<tr>${cells.map((cell) => `<td>${escapeHtml(String(cell))}</td>`).join('')}</tr>`;
}

function renderKind(catalogue: Catalogue, kind: (typeof kinds)[number]): string {
  const count = catalogue.count(kind);
  if (count === 0) return `<p>${kind}: none</p>`;
  const records = catalogue.latest(kind, shown).map((record) => escapeHtml(JSON.stringify(record)));
  return `<details><summary>${kind}: ${count}</summary><pre>${records.join('\n')}</pre></details>`;
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
