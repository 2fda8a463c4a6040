/**
 * The notice in the dialogs of accumulators and import nodes that some items go past the accumulators.
 */
import { type DirectFeeds, directFeeds, type ExportedNode, type Lane } from './direct-feeds.ts';
import { create, elementOf, follow, storedValue, toggle } from './dom.ts';
import type { Translate } from './field-choice.ts';
import type { EditorNode } from './node-red.ts';

/** What a dialog is to say. */
export interface DirectFeedNotice {
  /** What the ids of the dialog's own elements begin with. */
  readonly prefix: string;
  /** Fields beside the connection by which the answer changes. */
  readonly fields: readonly string[];
  /** The import that the dialog is set to. */
  readonly importName: () => string;
  /** The nodes at the other end, where the node of the dialog is concerned. */
  readonly others: (feeds: DirectFeeds) => readonly ExportedNode[];
}

/** The flows as they would be with what the dialog is set to. */
function flowsWith(node: EditorNode, lane: Lane): readonly ExportedNode[] {
  const nodes = RED.nodes.createCompleteNodeSet({ credentials: false });
  return nodes.map((each) => (each.id === node.id ? { ...each, ...lane } : each));
}

/** Shows the notice where it holds, now and whenever the dialog is changed. */
export function showDirectFeeds(node: EditorNode, notice: DirectFeedNotice, translate: Translate): void {
  const id = `${notice.prefix}-direct`;
  follow(['node-input-connection', ...notice.fields], () => {
    const lane = { import: notice.importName(), connection: String(storedValue('node-input-connection')) };
    const others = lane.connection === '' ? [] : notice.others(directFeeds(flowsWith(node, lane), lane));
    const labels = others.map((other) => RED.utils.getNodeLabel(RED.nodes.node(other.id), other.id));
    elementOf(id).replaceChildren(
      create('div', {}, translate('hints.direct')),
      ...labels.map((label) => create('div', { className: 'norce-node-name' }, label)),
    );
    toggle(id, labels.length > 0);
  });
}
