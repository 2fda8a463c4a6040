/**
 * What authors may choose of an import's fields.
 */
import type { ImportName } from '../../src/contract/index.ts';
import { outlineOf, type RecordOutline } from '../../src/contract/outline.ts';
import { planFields } from '../../src/prepare/field-plan.ts';
import { type ListedValues, withoutListEntry } from '../../src/prepare/index.ts';
import type { PrepareOptions } from '../../src/prepare/types.ts';
import type { Random } from '../promises/shapes.ts';

/** What decides about fields. */
export type Choice = Pick<PrepareOptions, 'fields' | 'clear' | 'switches' | 'fullFile'>;

/** Nothing is chosen: each field that is there is sent. */
export const carried: Choice = { fields: 'carried', clear: {}, switches: {}, fullFile: false };

function optionalFields(outline: RecordOutline): string[] {
  return [...outline.fields.values()].flatMap(({ name, definition, child }) => [
    ...(definition.unlisted === 'harmless' ? [`${outline.entity}.${name}`] : []),
    ...(child === undefined ? [] : optionalFields(child)),
  ]);
}

/** Fields that an author has chosen, each with a chance. */
function chosen(name: ImportName, random: Random, share: number): Choice {
  const outline = outlineOf(name);
  const fields: ListedValues = Object.fromEntries([
    ...outline.lists.map(({ name: list, slots }) => [
      list,
      slots.filter(() => random.chance(share)).map(({ write }) => write.name),
    ]),
    [withoutListEntry, optionalFields(outline.root).filter(() => random.chance(share))],
  ]);
  return { ...carried, fields };
}

/** The same choice, where some of its fields are emptied when an item lacks them. */
function emptied(name: ImportName, choice: Choice, random: Random): Choice {
  let emptying = choice;
  for (const { name: list, slots } of outlineOf(name).lists) {
    for (const { write } of slots) {
      const clear = { ...emptying.clear, [list]: [...(emptying.clear[list] ?? []), write.name] };
      if (!random.chance(0.2) || isRefused(name, { ...choice, clear })) continue;
      emptying = { ...choice, clear };
    }
  }
  return emptying;
}

/** What an author may have chosen: everything that is carried, or some fields, of which some are emptied. */
export function anyChoice(name: ImportName, random: Random): Choice {
  if (random.chance(0.5)) return carried;
  return emptied(name, chosen(name, random, random.next()), random);
}

/** All fields, of which some are emptied. */
export function anyEmptied(name: ImportName, random: Random): Choice {
  return emptied(name, chosen(name, random, 1), random);
}

function isRefused(name: ImportName, choice: Choice): boolean {
  try {
    planFields(outlineOf(name), choice);
    return false;
  } catch {
    return true;
  }
}
