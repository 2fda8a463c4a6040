/**
 * The dialog of an import node.
 */
import { type ImportDefinition, type ImportName, imports } from '../contract/index.ts';
import { prepareNodeAccount } from './account-field.ts';
import { showDirectFeeds } from './direct-feed-notice.ts';
import { chooseDefaults, elementOf, fieldOf, follow, textOf, toggle } from './dom.ts';
import type { Translate } from './field-choice.ts';
import { FieldsAndSwitches, followFieldMode, type WrittenValues } from './fields-and-switches.ts';
import type { EditorNode } from './node-red.ts';
import { createTabs } from './tabs.ts';

/** An import node in the editor; what the lists of its dialog set is written back to it. */
export interface ImportEditorNode extends EditorNode, WrittenValues {}

/** Ids of the dialog's own elements begin with this; those of properties follow Node-RED's rule. */
const prefix = 'norce-import';

const openDialogs = new WeakMap<ImportEditorNode, FieldsAndSwitches>();

/** Type names carry a prefix, import names do not. */
function importOf(node: EditorNode): ImportName {
  return node.type.replace(/^norce-/, '') as ImportName;
}

function prepareFullFile(definition: ImportDefinition): void {
  follow(['node-input-fullFile'], () => {
    toggle(`${prefix}-full-file-scope`, textOf('node-input-fullFile') !== 'no');
    // The tick is judged by the choice above it, so it has to be judged again.
    if (definition.fullFile?.disputed) {
      fieldOf('node-input-fullFileUnderstood').dispatchEvent(new Event('change', { bubbles: true }));
    }
  });
}

/** Fills the dialog of an import node. To be called from `oneditprepare`. */
export function prepareImportDialog(node: ImportEditorNode): void {
  const name = importOf(node);
  const definition: ImportDefinition = imports[name];
  const translate: Translate = (key, values) => node._(`${node.type}.${key}`, values);
  chooseDefaults(elementOf(`${prefix}-tabs-content`));
  createTabs(node, `${prefix}-tabs`);
  prepareNodeAccount(translate);
  if (definition.fullFile) prepareFullFile(definition);
  followFieldMode(prefix, translate);
  openDialogs.set(node, new FieldsAndSwitches(prefix, name, node, translate));
  showDirectFeeds(
    node,
    {
      prefix,
      fields: [],
      importName: () => name,
      others: ({ accumulators, imports }) => (imports.some(({ id }) => id === node.id) ? accumulators : []),
    },
    translate,
  );
}

/** Writes what the lists hold back to the node. To be called from `oneditsave`. */
export function saveImportDialog(node: ImportEditorNode): void {
  Object.assign(node, openDialogs.get(node)?.stored);
}
