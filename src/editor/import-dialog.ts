/**
 * The dialog of an import node.
 */
import { type ImportDefinition, type ImportName, imports } from '../contract/index.ts';
import { accountText, prepareAccountField } from './account-field.ts';
import { chooseDefaults, elementOf, fieldOf, follow, textOf, toggle } from './dom.ts';
import { FieldChoice, type Translate } from './field-choice.ts';
import { fieldGroups, type ListedValues } from './field-groups.ts';
import type { EditorNode } from './node-red.ts';
import { switchGroups } from './switch-groups.ts';
import { SwitchList } from './switch-list.ts';
import { createTabs } from './tabs.ts';

/** An import node in the editor; what the lists of its dialog set is written back to it. */
export interface ImportEditorNode extends EditorNode {
  fieldChoice: ListedValues | undefined;
  clear: ListedValues | undefined;
  switches: ListedValues | undefined;
}

/** Ids of the dialog's own elements begin with this; those of properties follow Node-RED's rule. */
const prefix = 'norce-import';

const openDialogs = new WeakMap<ImportEditorNode, { fields: FieldChoice; switches: SwitchList }>();

/** Type names carry a prefix, import names do not. */
function importOf(node: EditorNode): ImportName {
  return node.type.replace(/^norce-/, '') as ImportName;
}

/** An empty account means that of the connection, which the dialog names where it can. */
function prepareAccount(translate: Translate): void {
  const refresh = prepareAccountField('node-input-accountId', () => {
    const accountId = RED.nodes.node(textOf('node-input-connection'))?.accountId;
    return typeof accountId === 'string' && accountId !== ''
      ? translate('hints.accountOfConnection', { account: accountText(accountId) })
      : translate('hints.noAccount');
  });
  follow(['node-input-connection'], refresh);
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
  prepareAccount(translate);
  if (definition.fullFile) prepareFullFile(definition);
  follow(['node-input-fieldMode'], () => {
    const isChosen = textOf('node-input-fieldMode') === 'chosen';
    toggle(`${prefix}-fields`, isChosen);
    elementOf(`${prefix}-field-mode-hint`).textContent = translate(
      isChosen ? 'hints.chosen' : 'hints.carried',
    );
  });
  openDialogs.set(node, {
    fields: new FieldChoice(
      elementOf(`${prefix}-fields`),
      fieldGroups(name),
      { fieldChoice: node.fieldChoice ?? {}, clear: node.clear ?? {} },
      translate,
    ),
    switches: new SwitchList(
      elementOf(`${prefix}-switches`),
      switchGroups(name),
      node.switches ?? {},
      translate,
    ),
  });
}

/** Writes what the lists hold back to the node. To be called from `oneditsave`. */
export function saveImportDialog(node: ImportEditorNode): void {
  const dialog = openDialogs.get(node);
  if (dialog === undefined) return;
  Object.assign(node, dialog.fields.stored, { switches: dialog.switches.stored });
}
