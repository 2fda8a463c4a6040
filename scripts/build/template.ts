/**
 * Fills the one template that nine node sets share, and leaves no placeholder behind.
 */

/** What placeholders stand for: a text, or a condition of a section. */
export type TemplateValues = Readonly<Record<string, string | boolean>>;

function lookUp(values: TemplateValues, name: string): string | boolean {
  const value = values[name];
  if (value === undefined) throw new Error(`The template asks for "${name}", which has no value.`);
  return value;
}

/**
 * Fills a template. `{{name}}` becomes the text of that name. Lines between the comments `if name` and
 * `end name` (of HTML or JavaScript, alone on their lines) stay where the condition is true and go where it is
 * false; the comments always go. Sections of different names may be nested.
 *
 * @throws Error when a value is missing or has the wrong kind, or when a placeholder or comment is left over
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  const section = /^[ \t]*(?:<!--|\/\/) if (\w+)(?: -->)?\n([\s\S]*?)^[ \t]*(?:<!--|\/\/) end \1(?: -->)?\n/m;
  let text = template;
  for (let found = section.exec(text); found !== null; found = section.exec(text)) {
    const [whole, name = '', body = ''] = found;
    const condition = lookUp(values, name);
    if (typeof condition !== 'boolean') throw new Error(`"${name}" is no condition.`);
    text = text.slice(0, found.index) + (condition ? body : '') + text.slice(found.index + whole.length);
  }
  text = text.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => {
    const value = lookUp(values, name);
    if (typeof value !== 'string') throw new Error(`"${name}" is no text.`);
    return value;
  });
  const leftover = /\{\{[^}]*\}\}?|(?:<!--|\/\/) (?:if|end) \w+/.exec(text);
  if (leftover) throw new Error(`The template keeps an unfilled placeholder: ${leftover[0]}`);
  return text;
}
