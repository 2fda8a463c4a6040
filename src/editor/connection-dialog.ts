/**
 * The dialog of a connection.
 */
import { type AddressInput, type Authentication, resolveAddresses } from '../connection/addresses.ts';
import { asError } from '../errors.ts';
import { prepareAccountField } from './account-field.ts';
import { prepareConnectionTest } from './connection-test.ts';
import { chooseDefaults, create, elementOf, follow, storedValue, textOf, toggle, toggleAll } from './dom.ts';
import type { Translate } from './field-choice.ts';
import type { EditorNode } from './node-red.ts';
import { createTabs } from './tabs.ts';

/** A connection in the editor, with the names of its properties. */
export interface ConnectionEditorNode extends EditorNode {
  readonly _def: { readonly defaults: Readonly<Record<string, unknown>> };
}

const prefix = 'norce-connect';

function fieldId(property: string): string {
  return `node-config-input-${property}`;
}

function typed(property: string): string {
  return textOf(fieldId(property));
}

function addressInput(): AddressInput {
  const authentication = typed('authentication') as Authentication;
  const tokenUrl = authentication === 'basic' ? '' : typed('tokenUrl');
  return typed('addressMode') === 'own'
    ? { authentication, connectUrl: typed('connectUrl'), tokenUrl }
    : {
        authentication,
        customer: typed('customer'),
        region: typed('region'),
        environment: typed('environment') as NonNullable<AddressInput['environment']>,
      };
}

/** The addresses that result, or why there are none. `${NAME}` is known to the runtime only. */
function showAddresses(translate: Translate): void {
  const input = addressInput();
  const preview = elementOf(`${prefix}-addresses`);
  if (Object.values(input).some((value) => value?.includes('${'))) {
    preview.replaceChildren(translate('hints.addressFromEnvironment'));
    return;
  }
  try {
    const { connectUrl, tokenUrl } = resolveAddresses(input);
    const addresses = tokenUrl === '' ? [connectUrl] : [connectUrl, tokenUrl];
    preview.replaceChildren(...addresses.map((address) => create('code', {}, address)));
  } catch (error) {
    preview.replaceChildren(asError(error).message);
  }
}

function showMegabytes(translate: Translate): void {
  const bytes = Number(typed('maximumBytes'));
  elementOf(`${prefix}-megabytes`).textContent =
    bytes > 0 ? translate('hints.megabytes', { megabytes: (bytes / 1_000_000).toLocaleString() }) : '';
}

/** Fills the dialog of a connection. To be called from `oneditprepare`. */
export function prepareConnectionDialog(node: ConnectionEditorNode): void {
  const translate: Translate = (key, values) => node._(`${node.type}.${key}`, values);
  chooseDefaults(elementOf(`${prefix}-tabs-content`));
  createTabs(node, `${prefix}-tabs`);
  prepareAccountField(fieldId('accountId'), () => translate('hints.noAccount'));
  follow([fieldId('addressMode')], () => {
    const isOwn = typed('addressMode') === 'own';
    toggle(`${prefix}-norce-address`, !isOwn);
    toggle(`${prefix}-own-address`, isOwn);
  });
  follow([fieldId('authentication')], () => {
    const isBasic = typed('authentication') === 'basic';
    toggleAll(`${prefix}-oauth2`, !isBasic);
    toggleAll(`${prefix}-basic`, isBasic);
  });
  const addressFields = [
    'authentication',
    'addressMode',
    'customer',
    'region',
    'environment',
    'connectUrl',
    'tokenUrl',
  ];
  follow(addressFields.map(fieldId), () => showAddresses(translate));
  follow([fieldId('maximumBytes')], () => showMegabytes(translate));
  prepareConnectionTest(
    `${prefix}-test`,
    () => ({
      id: node.id,
      config: Object.fromEntries(
        Object.keys(node._def.defaults).map((property) => [property, storedValue(fieldId(property))]),
      ),
      credentials: { clientId: typed('clientId'), clientSecret: typed('clientSecret') },
    }),
    translate,
  );
}
