/**
 * The list in which an author ticks the fields to write, group by group.
 */
import { create, icon } from './dom.ts';
import {
  type FieldGroup,
  type FieldRow,
  type GivenChoice,
  type RowChoice,
  readChoice,
  type StoredChoice,
  storeChoice,
  type WriteMode,
} from './field-groups.ts';

/** Looks up a text of the dialog. */
export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string;

class Row {
  readonly element: HTMLElement;
  readonly #field: FieldRow;
  readonly #written: HTMLInputElement;
  readonly #mode?: HTMLSelectElement;
  readonly #clear?: HTMLInputElement;
  readonly #clearLabel?: HTMLElement;
  readonly #options: HTMLElement;

  constructor(field: FieldRow, choice: RowChoice | undefined, translate: Translate, onChange: () => void) {
    this.#field = field;
    this.#written = create('input', { type: 'checkbox', checked: choice !== undefined });
    this.#options = create('span', { className: 'norce-field-options' });
    const modes = [...field.values.keys()];
    if (modes.length > 1 || modes[0] !== 'always') {
      this.#mode = create(
        'select',
        { disabled: modes.length === 1, ariaLabel: translate('fields.mode', { field: field.label }) },
        ...modes.map((mode) => create('option', { value: mode }, translate(`fields.modes.${mode}`))),
      );
      this.#mode.value = choice?.mode ?? (modes[0] as WriteMode);
      this.#options.append(this.#mode);
    }
    if (field.clearable) {
      this.#clear = create('input', { type: 'checkbox', checked: choice?.clear ?? false });
      this.#clearLabel = create(
        'label',
        { title: translate('fields.clearTitle') },
        this.#clear,
        translate('fields.clear'),
      );
      this.#options.append(this.#clearLabel);
    }
    const name = create('label', { className: 'norce-field-name' }, this.#written, field.label);
    if (field.deprecated) {
      name.append(create('span', { className: 'norce-badge' }, translate('fields.deprecated')));
    }
    this.element = create('div', { className: 'norce-field-row' }, name, this.#options);
    this.element.addEventListener('change', () => {
      this.#refresh();
      onChange();
    });
    this.#refresh();
  }

  get id(): string {
    return this.#field.id;
  }

  get isWritten(): boolean {
    return this.#written.checked;
  }

  set isWritten(isWritten: boolean) {
    this.#written.checked = isWritten;
    this.#refresh();
  }

  get isShown(): boolean {
    return !this.element.hidden;
  }

  get choice(): RowChoice | undefined {
    if (!this.isWritten) return undefined;
    return { mode: this.#writeMode, clear: this.#canClear && (this.#clear?.checked ?? false) };
  }

  get #writeMode(): WriteMode {
    return (this.#mode?.value ?? 'always') as WriteMode;
  }

  /** A value that is written at creation only cannot empty a record that exists. */
  get #canClear(): boolean {
    return this.#writeMode !== 'createOnly';
  }

  /** Hides the row unless its field contains the text; tells whether it is shown. */
  filter(text: string): boolean {
    this.element.hidden = !this.#field.label.toLowerCase().includes(text);
    return this.isShown;
  }

  #refresh(): void {
    this.#options.hidden = !this.isWritten;
    if (this.#clearLabel) this.#clearLabel.hidden = !this.#canClear;
  }
}

class Group {
  readonly element: HTMLDetailsElement;
  readonly rows: readonly Row[];
  readonly #translate: Translate;
  readonly #all: HTMLInputElement;
  readonly #count = create('span', { className: 'norce-count' });
  readonly #title: string;

  constructor(group: FieldGroup, choices: ReadonlyMap<string, RowChoice>, translate: Translate) {
    this.#translate = translate;
    this.#title = translate(`lists.${group.list}`);
    this.rows = group.rows.map(
      (row) => new Row(row, choices.get(row.id), translate, () => this.#refreshSummary()),
    );
    this.#all = create('input', {
      type: 'checkbox',
      title: translate('fields.all'),
      ariaLabel: `${this.#title}: ${translate('fields.all')}`,
    });
    this.#all.addEventListener('click', (event) => event.stopPropagation());
    this.#all.addEventListener('change', () => this.#setAll(this.#all.checked));
    this.element = create(
      'details',
      { className: 'norce-field-group', open: this.rows.some((row) => row.isWritten) },
      create('summary', {}, icon('chevron-right'), this.#all, this.#title, this.#count),
      ...this.rows.map((row) => row.element),
    );
    this.#refreshSummary();
  }

  /** Shows the rows that contain the text, or all of them where the group's title does. */
  filter(text: string): void {
    const isWhole = this.#title.toLowerCase().includes(text);
    const shown = this.rows.filter((row) => row.filter(isWhole ? '' : text));
    this.element.hidden = shown.length === 0;
    if (text !== '') this.element.open = true;
  }

  #setAll(isWritten: boolean): void {
    for (const row of this.rows) if (row.isShown) row.isWritten = isWritten;
    this.element.open = true;
    this.#refreshSummary();
  }

  #refreshSummary(): void {
    const written = this.rows.filter((row) => row.isWritten).length;
    this.#all.checked = written === this.rows.length;
    this.#all.indeterminate = written > 0 && written < this.rows.length;
    this.#count.textContent = this.#translate('fields.count', { written, all: this.rows.length });
  }
}

/** The field list of a dialog. */
export class FieldChoice {
  readonly #fieldGroups: readonly FieldGroup[];
  readonly #groups: readonly Group[];

  /** Builds the list inside an empty element, from what the flow keeps. */
  constructor(
    container: HTMLElement,
    groups: readonly FieldGroup[],
    given: GivenChoice,
    translate: Translate,
  ) {
    this.#fieldGroups = groups;
    const choices = readChoice(groups, given);
    this.#groups = groups.map((group) => new Group(group, choices, translate));
    const [only] = this.#groups;
    if (only && this.#groups.length === 1) only.element.open = true;
    const filter = create('input', {
      type: 'search',
      placeholder: translate('fields.filter'),
      ariaLabel: translate('fields.filter'),
    });
    filter.addEventListener('input', () => {
      for (const group of this.#groups) group.filter(filter.value.trim().toLowerCase());
    });
    container.replaceChildren(
      create('div', { className: 'norce-filter' }, icon('filter'), filter),
      ...this.#groups.map((group) => group.element),
    );
  }

  /** What the author chose, in the form in which a flow keeps it. */
  get stored(): StoredChoice {
    const rows = this.#groups.flatMap((group) => group.rows);
    return storeChoice(
      this.#fieldGroups,
      new Map(rows.flatMap((row) => (row.choice ? [[row.id, row.choice] as const] : []))),
    );
  }
}
