/**
 * Short forms for reading and making elements, with their types.
 */

/** What an element holds, in order. */
export type Content = Node | string;

/** Makes an element with properties and content. */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...content: readonly Content[]
): HTMLElementTagNameMap[Tag] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...content);
  return element;
}

/** Makes an icon of Font Awesome, which Node-RED brings along. */
export function icon(name: string): HTMLElement {
  return create('i', { className: `fa fa-${name}`, ariaHidden: 'true' });
}

/**
 * The element of an id.
 *
 * @throws Error when the dialog does not have it
 */
export function elementOf(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The dialog has no element "${id}".`);
  return element;
}

/**
 * The field of an id.
 *
 * @throws Error when the dialog does not have it
 */
export function fieldOf(id: string): HTMLInputElement | HTMLSelectElement {
  const element = elementOf(id);
  if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) return element;
  throw new Error(`"${id}" is no field.`);
}

/** What stands in a field now, without blanks around it. */
export function textOf(id: string): string {
  return fieldOf(id).value.trim();
}

/** How Node-RED marks that no config node is chosen. */
const noConfigNode = '_ADD_';

/** What stands in a field now, as Node-RED would store it: a tick as true or false, no config node as nothing. */
export function storedValue(id: string): string | boolean {
  const field = fieldOf(id);
  if (field instanceof HTMLInputElement && field.type === 'checkbox') return field.checked;
  const text = textOf(id);
  return text === noConfigNode ? '' : text;
}

/** Shows or hides an element. */
export function toggle(id: string, isShown: boolean): void {
  elementOf(id).hidden = !isShown;
}

/** Shows or hides all elements of a class. */
export function toggleAll(className: string, isShown: boolean): void {
  for (const element of document.querySelectorAll<HTMLElement>(`.${className}`)) element.hidden = !isShown;
}

/** Runs an action now and whenever one of the fields changes, while typing too. */
export function follow(ids: readonly string[], action: () => void): void {
  for (const id of ids) {
    fieldOf(id).addEventListener('input', action);
    fieldOf(id).addEventListener('change', action);
  }
  action();
}

/** Chooses the first value of each list that has none: a flow may leave out what is as usual. */
export function chooseDefaults(container: HTMLElement): void {
  for (const list of container.querySelectorAll('select')) {
    if (list.selectedIndex < 0) list.selectedIndex = 0;
  }
}
