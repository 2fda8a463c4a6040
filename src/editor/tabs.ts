/**
 * Tabs in a dialog, in Node-RED's own look.
 */
import { elementOf, toggle } from './dom.ts';
import type { EditorNode } from './node-red.ts';

/** Turns the children of `<id>-content` into tabs; a child `<id>-x` has the text `tabs.x` of the node. */
export function createTabs(node: EditorNode, id: string): void {
  const pages = [...elementOf(`${id}-content`).children].map((page) => page.id);
  const tabs = RED.tabs.create({
    id,
    onchange: (tab) => {
      for (const page of pages) toggle(page, page === tab.id);
    },
  });
  for (const page of pages) {
    tabs.addTab({ id: page, label: node._(`${node.type}.tabs.${page.slice(id.length + 1)}`) });
  }
}
