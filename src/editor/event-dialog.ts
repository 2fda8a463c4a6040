/**
 * The dialog of an event node: where Norce has to post to, and the secret that lets it in.
 */
import { create, elementOf, fieldOf, follow, textOf, toggle } from './dom.ts';
import type { Translate } from './field-choice.ts';
import type { EditorNode } from './node-red.ts';

const prefix = 'norce-event';
const pathField = 'node-input-path';
const secretField = 'node-input-secret';

/** Of a secret that is made up: 256 bits. */
const secretBytes = 32;

/** Where the page's own host takes what is posted to a path below `httpNodeRoot`. */
export function webhookAddress(page: string, root: string, path: string): string {
  const parts = [root, path].map((part) => part.replace(/^\/+|\/+$/g, '')).filter((part) => part !== '');
  return new URL(`/${parts.join('/')}`, page).href;
}

/** The path that an event node gets when it is dropped on the canvas: `JobCompletedEvent` → `norce/job-completed`. */
export function usualPath(event: string): string {
  const words = event.replace(/(Event|Notification)$/, '').replace(/(?<=[a-z])(?=[A-Z])/g, '-');
  return `norce/${words.toLowerCase()}`;
}

/** A secret that nobody guesses, of characters that every form takes. */
export function madeUpSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(secretBytes));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function showAddress(translate: Translate): void {
  const path = textOf(pathField);
  const preview = elementOf(`${prefix}-address`);
  if (path.includes('${')) preview.replaceChildren(translate('hints.fromEnvironment'));
  else if (path === '') preview.replaceChildren(translate('hints.noPath'));
  else {
    const address = webhookAddress(window.location.href, RED.settings.httpNodeRoot, path);
    preview.replaceChildren(create('code', {}, address));
  }
}

/** As long as nobody has chosen a path, it follows the type of the event. */
function preparePath(translate: Translate): void {
  let event = textOf('node-input-event');
  const path = fieldOf(pathField);
  if (path.value === '') path.value = usualPath(event);
  follow(['node-input-event'], () => {
    if (path.value === usualPath(event)) path.value = usualPath(textOf('node-input-event'));
    event = textOf('node-input-event');
    elementOf(`${prefix}-hint`).textContent = translate(
      event === 'JobCompletedEvent' ? 'hints.job' : 'hints.other',
    );
    path.dispatchEvent(new Event('change', { bubbles: true }));
  });
  follow([pathField], () => showAddress(translate));
}

function prepareSecret(translate: Translate): void {
  const field = fieldOf(secretField);
  const made = elementOf(`${prefix}-made`);
  const copy = elementOf(`${prefix}-copy`);
  elementOf(`${prefix}-make`).addEventListener('click', () => {
    field.value = madeUpSecret();
    field.dispatchEvent(new Event('change', { bubbles: true }));
    toggle(copy.id, true);
    made.className = 'norce-result norce-made';
    made.replaceChildren(create('code', {}, field.value), create('span', {}, translate('secret.shown')));
  });
  copy.addEventListener('click', () =>
    RED.clipboard.copyText(field.value, $(copy), translate('secret.copied')),
  );
  // What is typed over it is another one, which is nobody's to show.
  field.addEventListener('input', () => {
    toggle(copy.id, false);
    made.replaceChildren();
  });
}

/** Fills the dialog of an event node. To be called from `oneditprepare`. */
export function prepareEventDialog(node: EditorNode): void {
  const translate: Translate = (key, values) => node._(`${node.type}.${key}`, values);
  const event = fieldOf('node-input-event') as HTMLSelectElement;
  if (event.selectedIndex < 0) event.selectedIndex = 0;
  preparePath(translate);
  prepareSecret(translate);
}
