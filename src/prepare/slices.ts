/**
 * Cuts an item whose records carry different fields: first what all of them have in common, then the rest
 * with keys and parents. Each slice has field lists that are true for every record in it, and together they
 * write what the item carries.
 */

import { CommonFields } from './common-fields.ts';
import { bitOf, type FieldPlan } from './field-plan.ts';
import { brokenDependency, type CarriedFields } from './header.ts';
import { inspect } from './inspect.ts';
import { importErrors } from './item-rules.ts';
import type { Preparation } from './preparation.ts';
import {
  joinRequirements,
  nodesIn,
  type RecordNode,
  type Requirements,
  recordTree,
  Uncuttable,
  withCleared,
} from './record-tree.ts';
import type { ItemRecord } from './types.ts';
import { schemaErrors } from './validate.ts';

/** One part of an item, as it is sent. */
export interface Slice {
  readonly text: string;
  readonly carried: CarriedFields;
}

/** What a later slice writes: fields per record; what they hold requires the rest. */
interface Rest {
  readonly written: ReadonlyMap<RecordNode, number>;
  readonly required: Requirements;
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

/** Adds the records by which Connect finds those that a slice holds, with their keys alone. */
function withKeys(root: RecordNode, written: Rest['written']): Rest['written'] {
  const all = new Map(written);
  const isHeld = (node: RecordNode): boolean =>
    all.has(node) || node.branches.some(({ nodes }) => nodes.some(isHeld));
  const visit = (node: RecordNode): void => {
    if (!isHeld(node)) return;
    const finding = node.isFoundInside ? node.branches.filter(({ finds }) => finds) : [];
    for (const { nodes } of finding) {
      if (!nodes.some(isHeld)) for (const below of nodes) all.set(below, 0);
    }
    for (const { nodes } of node.branches) nodes.forEach(visit);
  };
  visit(root);
  return all;
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

/** Fields per header list that a slice would list; undefined where they are not true for all of its records. */
function listedBy(root: RecordNode, written: Rest['written']): ReadonlyMap<number, number> | undefined {
  const listed = new Map<number, number>();
  let isTrue = true;
  const visit = (node: RecordNode): boolean => {
    let mask = written.get(node);
    for (const { bit, nodes } of node.branches) {
      // Every one of them is visited, not only those up to the first that is in it.
      if (nodes.map(visit).includes(true)) mask = (mask ?? 0) | bit;
    }
    if (mask === undefined) return false;
    const known = listed.get(node.list);
    if (known !== undefined && known !== (mask | node.base)) isTrue = false;
    listed.set(node.list, mask | node.base);
    return true;
  };
  visit(root);
  return isTrue ? listed : undefined;
}

/**
 * The open fields of a record in as few parts as can stand in one request each.
 *
 * @param done Its fields that an earlier slice writes; undefined where none holds it.
 */
function openParts(
  node: RecordNode,
  done: number | undefined,
  plan: FieldPlan,
): { mask: number; required: Requirements }[] {
  let open = node.parts & ~(done ?? 0);
  // What a price record does depends on all of its fields: a sale price overrides rule and activity.
  if (open !== 0 && node.outline.entity === 'Product.SkuPriceList') open = node.parts;
  const parts: { mask: number; required: Requirements }[] = [];
  if (open === 0 && done === undefined) return [{ mask: 0, required: new Map() }];
  for (const slot of node.outline.list?.slots ?? []) {
    const bit = bitOf(slot);
    if ((open & bit) === 0) continue;
    const required = node.values.get(bit) ?? new Map<number, number>();
    const home = parts.find((part) => joinRequirements(part.required, required, plan) !== undefined);
    if (home === undefined) {
      parts.push({ mask: bit, required });
      continue;
    }
    home.mask |= bit;
    home.required = joinRequirements(home.required, required, plan) as Requirements;
  }
  return parts;
}

/** Records of one list that have the same fields open go together. */
function restsOf(
  root: RecordNode,
  first: ReadonlySet<RecordNode>,
  masks: readonly number[],
  plan: FieldPlan,
): Rest[] {
  const groups = new Map<string, { written: Map<RecordNode, number>; required: Requirements }>();
  for (const node of nodesIn(root)) {
    for (const { mask, required } of openParts(
      node,
      first.has(node) ? (masks[node.list] ?? 0) : undefined,
      plan,
    )) {
      const key = JSON.stringify([node.list, mask, ...required]);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { written: new Map([[node, mask]]), required });
      else group.written.set(node, mask);
    }
  }
  return [...groups.values()].map(({ written, required }) => ({
    written: withKeys(root, written),
    required,
  }));
}

function join(root: RecordNode, left: Rest, right: Rest, plan: FieldPlan): Rest | undefined {
  const written = new Map(left.written);
  for (const [node, mask] of right.written) written.set(node, (written.get(node) ?? 0) | mask);
  const required = joinRequirements(left.required, right.required, plan);
  const listed = listedBy(root, written);
  if (required === undefined || listed === undefined) return undefined;
  return [...required.keys()].some((list) => listed.has(list)) ? undefined : { written, required };
}

/** Different lists of an item go together where that leaves their field lists true. */
function joinedRests(root: RecordNode, rests: readonly Rest[], plan: FieldPlan): Rest[] {
  const joint: Rest[] = [];
  for (const rest of rests) {
    let isJoined = false;
    for (const [position, home] of joint.entries()) {
      const both = join(root, home, rest, plan);
      if (both === undefined) continue;
      joint[position] = both;
      isJoined = true;
      break;
    }
    if (!isJoined) joint.push(rest);
  }
  return joint;
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
  const rests = joinedRests(root, restsOf(root, sent, masks, plan), plan);
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
