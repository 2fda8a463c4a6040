/**
 * The dialog of an accumulator: what it collects, when it gives it out, and what is written.
 */
import { type ImportDefinition, type ImportName, imports } from '../contract/index.ts';
import { outlineOf } from '../contract/outline.ts';
import { prepareNodeAccount } from './account-field.ts';
import { showDirectFeeds } from './direct-feed-notice.ts';
import { chooseDefaults, create, elementOf, fieldOf, follow, storedValue, textOf, toggle } from './dom.ts';
import type { Translate } from './field-choice.ts';
import { FieldsAndSwitches, followFieldMode, type WrittenValues } from './fields-and-switches.ts';
import type { EditorNode } from './node-red.ts';
import { createTabs } from './tabs.ts';

/** An accumulator in the editor; what the lists of its dialog set is written back to it. */
export interface AccumulatorEditorNode extends EditorNode, WrittenValues {
  readonly import?: string;
  readonly identity?: string;
  follows: readonly string[] | undefined;
}

interface OpenDialog {
  written: FieldsAndSwitches;
  readonly follows: FollowedCollections;
}

const prefix = 'norce-accumulator';

const openDialogs = new WeakMap<AccumulatorEditorNode, OpenDialog>();

/** Where Connect knows the records of an import by several keys: those keys; else none. */
function identitiesOf(name: ImportName): readonly string[] {
  const identities = outlineOf(name).root.identity.map((fields) => fields.join('+'));
  return identities.length > 1 ? identities : [];
}

/** The collections to be sent first: ticks for those of the same connection, and for those that are chosen already. */
class FollowedCollections {
  readonly #node: AccumulatorEditorNode;
  readonly #translate: Translate;
  #chosen: ReadonlySet<string>;

  constructor(node: AccumulatorEditorNode, translate: Translate) {
    this.#node = node;
    this.#translate = translate;
    this.#chosen = new Set(node.follows ?? []);
    const list = elementOf(`${prefix}-follows`);
    list.addEventListener('change', () => {
      const boxes = [...list.querySelectorAll<HTMLInputElement>('input:checked')];
      this.#chosen = new Set(boxes.map(({ value }) => value));
    });
    follow(['node-input-connection', 'node-input-collection'], () => this.#show());
  }

  /** In the form in which a flow keeps them. */
  get stored(): readonly string[] {
    return [...this.#chosen];
  }

  #show(): void {
    const connection = storedValue('node-input-connection');
    const own = textOf('node-input-collection');
    const others = RED.nodes
      .filterNodes({ type: this.#node.type })
      .filter((node) => node.id !== this.#node.id && node.connection === connection)
      .flatMap(({ collection, name }) => (collection ? [[collection, name ?? ''] as const] : []));
    const names = new Map([...[...this.#chosen].map((collection) => [collection, ''] as const), ...others]);
    names.delete(own);
    const boxes = [...names].map(([collection, name]) => {
      const box = create('input', {
        type: 'checkbox',
        value: collection,
        checked: this.#chosen.has(collection),
      });
      return create('label', {}, box, name === '' ? collection : `${name} (${collection})`);
    });
    const none = create('div', {}, this.#translate('hints.noOthers'));
    elementOf(`${prefix}-follows`).replaceChildren(...(boxes.length === 0 ? [none] : boxes));
  }
}

/** What depends on the import: the supplier, the key, the fields and the switches. */
function prepareImport(node: AccumulatorEditorNode, translate: Translate): FieldsAndSwitches {
  let name = textOf('node-input-import') as ImportName;
  const identity = fieldOf('node-input-identity');
  const showFullFile = () => {
    const { fullFile }: ImportDefinition = imports[name];
    const choice = fieldOf('node-input-fullFile');
    if (fullFile === undefined) choice.value = 'no';
    toggle(`${prefix}-feed`, fullFile !== undefined);
    toggle(`${prefix}-full-file`, choice.value !== 'no');
    toggle(`${prefix}-shrinkage`, choice.value !== 'no');
    toggle(`${prefix}-understood`, fullFile?.disputed === true);
    // The tick is judged by the choices above it, so it has to be judged again.
    fieldOf('node-input-fullFileUnderstood').dispatchEvent(new Event('change', { bubbles: true }));
  };
  const showIdentities = (chosen: string | undefined) => {
    const identities = identitiesOf(name);
    const { supplier, usualIdentity }: ImportDefinition = imports[name];
    const none =
      usualIdentity === undefined
        ? translate('options.identity')
        : translate('options.usualIdentity', { key: usualIdentity });
    identity.replaceChildren(
      create('option', { value: '' }, none),
      ...identities.map((key) => create('option', { value: key }, key)),
    );
    identity.value = chosen !== undefined && identities.includes(chosen) ? chosen : '';
    toggle(`${prefix}-identity`, identities.length > 0);
    toggle(`${prefix}-supplier`, supplier === true);
  };
  showIdentities(node.identity);
  follow(['node-input-fullFile'], showFullFile);
  fieldOf('node-input-import').addEventListener('change', () => {
    if (textOf('node-input-import') === name) return;
    name = textOf('node-input-import') as ImportName;
    showIdentities(node.identity);
    showFullFile();
    const dialog = openDialogs.get(node);
    // Fields of another import mean nothing here.
    const given = name === node.import ? node : {};
    if (dialog !== undefined) dialog.written = new FieldsAndSwitches(prefix, name, given, translate);
    for (const id of ['node-input-identity', 'node-input-supplierId', 'node-input-collection']) {
      fieldOf(id).dispatchEvent(new Event('change', { bubbles: true }));
    }
  });
  return new FieldsAndSwitches(prefix, name, node, translate);
}

/** Offers the time zones that the browser knows; the server may know others. */
function prepareZones(): void {
  const field = fieldOf('node-input-scheduleZone');
  const choices = create(
    'datalist',
    { id: `${prefix}-zones` },
    ...Intl.supportedValuesOf('timeZone').map((value) => create('option', { value })),
  );
  field.after(choices);
  field.setAttribute('list', choices.id);
}

/** Fills the dialog of an accumulator. To be called from `oneditprepare`. */
export function prepareAccumulatorDialog(node: AccumulatorEditorNode): void {
  const translate: Translate = (key, values) => node._(`${node.type}.${key}`, values);
  chooseDefaults(elementOf(`${prefix}-tabs-content`));
  createTabs(node, `${prefix}-tabs`);
  prepareNodeAccount(translate);
  prepareZones();
  followFieldMode(prefix, translate);
  openDialogs.set(node, {
    written: prepareImport(node, translate),
    follows: new FollowedCollections(node, translate),
  });
  showDirectFeeds(
    node,
    {
      prefix,
      fields: ['node-input-import'],
      importName: () => textOf('node-input-import'),
      others: ({ accumulators, imports }) => (accumulators.some(({ id }) => id === node.id) ? imports : []),
    },
    translate,
  );
}

/** Writes what the lists hold back to the node. To be called from `oneditsave`. */
export function saveAccumulatorDialog(node: AccumulatorEditorNode): void {
  const dialog = openDialogs.get(node);
  if (dialog !== undefined) Object.assign(node, dialog.written.stored, { follows: dialog.follows.stored });
}
