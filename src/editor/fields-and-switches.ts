/**
 * The parts of a dialog that say what is written: which fields, and Connect's own switches.
 */
import type { ImportName } from '../contract/index.ts';
import { elementOf, follow, textOf, toggle } from './dom.ts';
import { FieldChoice, type Translate } from './field-choice.ts';
import { fieldGroups, type ListedValues } from './field-groups.ts';
import { switchGroups } from './switch-groups.ts';
import { SwitchList } from './switch-list.ts';

/** What a node keeps of them. */
export interface WrittenValues {
  fieldChoice: ListedValues | undefined;
  clear: ListedValues | undefined;
  switches: ListedValues | undefined;
}

/** The lists of one open dialog. */
export class FieldsAndSwitches {
  readonly #fields: FieldChoice;
  readonly #switches: SwitchList;

  /**
   * Builds the lists inside the elements `<prefix>-fields` and `<prefix>-switches`, in place of what is there.
   *
   * @param given what the flow keeps
   */
  constructor(prefix: string, name: ImportName, given: Partial<WrittenValues>, translate: Translate) {
    const { fieldChoice = {}, clear = {}, switches = {} } = given;
    this.#fields = new FieldChoice(
      elementOf(`${prefix}-fields`),
      fieldGroups(name),
      { fieldChoice, clear },
      translate,
    );
    this.#switches = new SwitchList(elementOf(`${prefix}-switches`), switchGroups(name), switches, translate);
  }

  /** What is to be written to the node. */
  get stored(): WrittenValues {
    return { ...this.#fields.stored, switches: this.#switches.stored };
  }
}

/** Shows the list of fields only where the author wants to choose them, and says what either way means. */
export function followFieldMode(prefix: string, translate: Translate): void {
  follow(['node-input-fieldMode'], () => {
    const isChosen = textOf('node-input-fieldMode') === 'chosen';
    toggle(`${prefix}-fields`, isChosen);
    elementOf(`${prefix}-field-mode-hint`).textContent = translate(
      isChosen ? 'hints.chosen' : 'hints.carried',
    );
  });
}
