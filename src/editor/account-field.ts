/**
 * A field for an AccountId: the known system accounts to choose from, any other number to type.
 */
import { systemAccounts } from '../contract/index.ts';
import { create, elementOf, fieldOf, follow, textOf } from './dom.ts';
import type { Translate } from './field-choice.ts';

/** An account as people read it: its number, and its name where it is a known one. */
export function accountText(accountId: string): string {
  const account = systemAccounts.find(({ id }) => String(id) === accountId);
  return account ? `${account.id} — ${account.name}` : accountId;
}

/**
 * Offers the known accounts in a text field, and shows what the typed number stands for.
 *
 * @param id of the text field; its hint has the id `<id>-hint`
 * @param emptyText what an empty field means; asked again at each change
 * @returns refreshes the hint after `emptyText` has changed
 */
export function prepareAccountField(id: string, emptyText: () => string): () => void {
  const choices = create(
    'datalist',
    { id: `${id}-choices` },
    ...systemAccounts.map((account) => {
      const option = create('option', { value: String(account.id) });
      option.label = accountText(option.value);
      return option;
    }),
  );
  const field = fieldOf(id);
  field.after(choices);
  field.setAttribute('list', choices.id);
  const refresh = () => {
    const value = textOf(id);
    elementOf(`${id}-hint`).textContent = value === '' ? emptyText() : accountText(value);
  };
  follow([id], refresh);
  return refresh;
}

/** The account of a node: an empty one means that of the connection, which the dialog names where it can. */
export function prepareNodeAccount(translate: Translate): void {
  const refresh = prepareAccountField('node-input-accountId', () => {
    const accountId = RED.nodes.node(textOf('node-input-connection'))?.accountId;
    return typeof accountId === 'string' && accountId !== ''
      ? translate('hints.accountOfConnection', { account: accountText(accountId) })
      : translate('hints.noAccount');
  });
  follow(['node-input-connection'], refresh);
}
