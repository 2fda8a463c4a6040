/**
 * The list of switches in a dialog, each with a sentence about what it does.
 */
import { create } from './dom.ts';
import type { Translate } from './field-choice.ts';
import { isListed, type ListedNames, type ListedValues } from './field-groups.ts';
import { type SwitchGroup, storeSwitches } from './switch-groups.ts';

/** The switches of a dialog. */
export class SwitchList {
  readonly #groups: readonly SwitchGroup[];
  readonly #boxes = new Map<string, HTMLInputElement>();

  /** Builds the list inside an empty element, from what the flow keeps. */
  constructor(
    container: HTMLElement,
    groups: readonly SwitchGroup[],
    given: ListedValues,
    translate: Translate,
  ) {
    this.#groups = groups;
    if (groups.length === 0) {
      container.replaceChildren(create('p', { className: 'norce-hint' }, translate('switches.none')));
      return;
    }
    container.replaceChildren(...groups.map((group) => this.#section(group, given, translate)));
  }

  /** The switches that are on, in the form in which a flow keeps them. */
  get stored(): ListedNames {
    return storeSwitches(
      this.#groups,
      new Set([...this.#boxes].filter(([, box]) => box.checked).map(([id]) => id)),
    );
  }

  #section(group: SwitchGroup, given: ListedValues, translate: Translate): HTMLElement {
    const isMandatory = group.kind === 'mandatory';
    const rows = group.values.map((value) => {
      const box = create('input', { type: 'checkbox', checked: isListed(given, group.list, value) });
      this.#boxes.set(`${group.list}.${value.name}`, box);
      const text = create('span', {}, create('b', {}, value.name));
      if (!isMandatory) text.append(create('small', {}, translate(`switches.${value.name}`)));
      return create('label', {}, box, text);
    });
    const hint = isMandatory
      ? [create('p', { className: 'norce-hint' }, translate('switches.mandatory'))]
      : [];
    return create(
      'fieldset',
      { className: 'norce-switches' },
      create('legend', {}, translate(`lists.${group.list}`)),
      ...hint,
      create('div', { className: isMandatory ? 'norce-switch-columns' : '' }, ...rows),
    );
  }
}
