/**
 * The dialog of a node about jobs: job status, and its smaller sibling job restart.
 */
import { chooseDefaults, elementOf, follow, textOf, toggle } from './dom.ts';
import type { EditorNode } from './node-red.ts';

/** A node about jobs in the editor. */
export interface JobEditorNode extends EditorNode {
  /** What a job status node does; a job restart node has no choice. */
  readonly mode?: string;
}

const places = ['msg', 'flow', 'global', 'str', 'env'] as const;

/** Fills the dialog of a node about jobs. To be called from `oneditprepare`. */
export function prepareJobDialog(node: JobEditorNode): void {
  const jobId = $('#node-input-jobId');
  jobId.typedInput({ default: 'msg', types: places, typeField: '#node-input-jobIdType' });
  // A flow may leave out what is as usual.
  if (jobId.typedInput('value') === '') jobId.typedInput('value', 'norce.jobId');
  if (node.type === 'norce-job-status') prepareMode(node);
}

function prepareMode(node: JobEditorNode): void {
  const container = elementOf('node-input-mode').parentElement;
  if (container !== null) chooseDefaults(container);
  follow(['node-input-mode'], () => {
    const mode = textOf('node-input-mode');
    elementOf('norce-job-mode-hint').textContent = node._(`${node.type}.hints.${mode}`);
    toggle('norce-job-id', mode !== 'list');
    toggle('norce-job-limit', mode === 'wait');
  });
}
