/**
 * Cuts an item whose records carry different fields: first what all of them have in common, then the rest
 * with keys and parents. Each slice has field lists that are true for every record in it, and together they
 * write what the item carries.
 */

import { CommonFields } from './common-fields.ts';
import { bitOf } from './field-plan.ts';
import { brokenDependency, type CarriedFields } from './header.ts';
import { inspect } from './inspect.ts';
import { importErrors } from './item-rules.ts';
import type { Preparation } from './preparation.ts';
import { nodesIn, type RecordNode, recordTree, Uncuttable, withCleared } from './record-tree.ts';
import { type Rest, restsOf } from './rests.ts';
import type { ItemRecord } from './types.ts';
import { schemaErrors } from './validate.ts';

/** One part of an item, as it is sent. */
export interface Slice {
  readonly text: string;
  readonly carried: CarriedFields;
}

type Lists = ReadonlyMap<string, readonly ItemRecord[]>;

/** Whether a field without an entry in a list belongs into a slice. */
function isUnlistedSent(
  node: RecordNode,
  name: string,
  mask: number,
  lists: Lists,
  isFirst: boolean,
): boolean {
  const definition = node.outline.fields.get(name)?.definition;
  if (definition?.key || definition?.required === 'always' || definition?.unlisted === 'required')
    return true;
  // An amount without its currency could be read in another one.
  if (name === 'CurrencyCode') return true;
  if (typeof definition?.unlisted !== 'object') return isFirst;
  // A switch says whether its list is complete, and goes where the list goes.
  const list = definition.unlisted.switchOf;
  const slot = node.outline.fields.get(list)?.slot;
  const isListSent = lists.has(list) || (slot !== undefined && (mask & bitOf(slot)) !== 0);
  return isListSent || (isFirst && node.record[list] === undefined);
}

function recordOf(node: RecordNode, written: number, lists: Lists, isFirst: boolean): ItemRecord {
  const mask = written | node.base;
  const branches = new Set(node.branches.map(({ field }) => field.name));
  const record: ItemRecord = {};
  for (const [name, value] of Object.entries(node.record)) {
    const slot = node.outline.fields.get(name)?.slot;
    const list = lists.get(name);
    if (list !== undefined) record[name] = list;
    else if (branches.has(name)) continue;
    else if (
      slot === undefined ? isUnlistedSent(node, name, mask, lists, isFirst) : (mask & bitOf(slot)) !== 0
    ) {
      record[name] = value;
    }
  }
  return record;
}

/** The records that a list is common to, so that the first slice holds them. */
function* nodesInFirst(node: RecordNode, masks: readonly number[]): Generator<RecordNode> {
  yield node;
  for (const { bit, nodes } of node.branches) {
    if (bit !== 0 && ((masks[node.list] ?? 0) & bit) === 0) continue;
    for (const below of nodes) yield* nodesInFirst(below, masks);
  }
}

/** All records, with their common fields. */
function firstRecord(node: RecordNode, masks: readonly number[]): ItemRecord {
  const mask = masks[node.list] ?? 0;
  const lists = new Map<string, ItemRecord[]>();
  for (const { field, bit, nodes } of node.branches) {
    if (bit === 0 || (mask & bit) !== 0)
      lists.set(
        field.name,
        nodes.map((below) => firstRecord(below, masks)),
      );
  }
  return recordOf(node, mask, lists, true);
}

/**
 * The records that a slice writes, and those above them; undefined where there is none.
 *
 * @param sent Records of earlier slices; those of this one are added.
 */
function laterRecord(
  node: RecordNode,
  written: Rest['written'],
  sent: Set<RecordNode>,
): ItemRecord | undefined {
  const lists = new Map<string, ItemRecord[]>();
  for (const { field, nodes } of node.branches) {
    const below = nodes
      .map((element) => laterRecord(element, written, sent))
      .filter((element) => element !== undefined);
    if (below.length > 0) lists.set(field.name, below);
  }
  const own = written.get(node);
  if (own === undefined && lists.size === 0) return undefined;
  const isFirst = !sent.has(node);
  sent.add(node);
  return recordOf(node, own ?? 0, lists, isFirst);
}

/** Whether the common fields are keys alone, and nothing depends on their being sent. */
function isIdle(root: RecordNode, masks: readonly number[]): boolean {
  return [...nodesIn(root)].every((node) => {
    const mask = masks[node.list] ?? 0;
    const isWritten = (mask & node.parts) !== 0;
    const isSentOnce = Object.keys(node.record).some((name) => {
      const field = node.outline.fields.get(name);
      const isBelow = node.branches.some((branch) => branch.field.name === name);
      return field?.slot === undefined && !isBelow && !isUnlistedSent(node, name, mask, new Map(), false);
    });
    const isSentLater = node.parts !== 0 || node.branches.length > 0 || node === root;
    return !isWritten && !isSentOnce && isSentLater && node.branches.every(({ finds }) => !finds);
  });
}

/** The walk of every item over what was made of one: a slice of which any field list were untrue is not sent. */
function checked(record: ItemRecord, preparation: Preparation): Slice {
  const { outline, plan, options } = preparation;
  // What is to be emptied stands in the records by now, and what was not chosen is gone.
  const { chosen: _, ...carrying } = plan;
  const { carried, differing, errors } = inspect(record, outline, {
    ...carrying,
    clear: plan.clear.map(() => 0),
  });
  const problem =
    differing.some((mask) => mask !== 0) ||
    errors.length > 0 ||
    importErrors(record, preparation).length > 0 ||
    schemaErrors(record, options.import).length > 0;
  if (problem)
    throw new Uncuttable('No part of the item could be sent under field lists that are true for it.');
  const broken = brokenDependency(outline, carried);
  if (broken !== undefined) throw new Uncuttable(broken);
  return { text: JSON.stringify(record), carried };
}

/** The tree of a record that is to be cut. */
export function treeOf(record: ItemRecord, preparation: Preparation): RecordNode {
  const { outline, plan } = preparation;
  return recordTree(withCleared(record, outline.root, plan), outline.root, preparation);
}

/**
 * Cuts an item so that its first slice holds the common fields given.
 *
 * @returns The slices in the order in which they are to be sent, the first always among them.
 * @throws {Uncuttable} where the item cannot be cut.
 */
export function slicesUnder(root: RecordNode, masks: readonly number[], preparation: Preparation): Slice[] {
  const { plan } = preparation;
  const sent = new Set(nodesInFirst(root, masks));
  for (const node of nodesIn(root)) {
    if (!sent.has(node) && (node.birth & ~node.base) !== 0) {
      throw new Uncuttable(
        `Fields of ${node.outline.place} that only a new record takes would come after it was created, because other records lack the whole list.`,
      );
    }
  }
  const rests = restsOf(root, sent, masks, plan);
  const records = rests.map(({ written }) => laterRecord(root, written, sent) as ItemRecord);
  return [firstRecord(root, masks), ...records].map((record) => checked(record, preparation));
}

/**
 * Cuts an item whose records carry different fields.
 *
 * @throws {Uncuttable} with the reason where it cannot be cut.
 */
export function slicesOf(record: ItemRecord, preparation: Preparation): Slice[] {
  if (preparation.plan.clearsFirst) {
    throw new Uncuttable('A switch that clears before the import takes all of an item in one request.');
  }
  const root = treeOf(record, preparation);
  const common = new CommonFields(preparation);
  common.add(root);
  const masks = common.masks();
  const slices = slicesUnder(root, masks, preparation);
  return isIdle(root, masks) ? slices.slice(1) : slices;
}
