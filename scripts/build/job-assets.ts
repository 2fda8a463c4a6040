/**
 * Dialogs and catalogues of the nodes about jobs and events, as far as they are not written by hand.
 */
import { eventTypes } from '../../src/contract/index.ts';
import { type Catalogue, joinCatalogues } from './catalogue.ts';
import { fillTemplate } from './template.ts';

/** The nodes that share the dialog of jobs. */
export const jobNodes = ['job-status', 'job-restart'] as const;

/** Name of such a node. */
export type JobNode = (typeof jobNodes)[number];

/** Names of their outputs. */
const ports: Readonly<Record<JobNode, readonly string[]>> = {
  'job-status': ['succeeded', 'failed', 'progress'],
  'job-restart': ['restarted'],
};

/** The texts of one language as they are kept: shared ones once, and those of each node. */
export interface JobTextSource {
  readonly shared: Catalogue;
  readonly nodes: Readonly<Record<JobNode, Catalogue>>;
}

/** The dialog of one node about jobs, from the template that both share. */
export function jobDialog(template: string, name: JobNode): string {
  return fillTemplate(template, {
    name,
    type: `norce-${name}`,
    isStatus: name === 'job-status',
    isRestart: name === 'job-restart',
    ports: ports[name].join(' '),
    usualLabel: name === 'job-status' ? 'wait' : 'restart',
  });
}

/** The texts of one node about jobs: the shared ones and its own. */
export function jobCatalogue(source: JobTextSource, name: JobNode): Catalogue {
  return joinCatalogues(source.shared, source.nodes[name]);
}

/** The dialog of the event node, with the types of events that the contract names. */
export function eventDialog(template: string): string {
  return fillTemplate(template, {
    options: eventTypes.map((type) => `<option value="${type}">${type}</option>`).join('\n        '),
    types: eventTypes.join(' '),
  });
}
