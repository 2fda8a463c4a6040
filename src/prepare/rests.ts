/**
 * What the slices after the first one write: the fields that not all records of an item have in common.
 */
import { bitOf, type FieldPlan } from './field-plan.ts';
import { joinRequirements, nodesIn, type RecordNode, type Requirements } from './record-tree.ts';

/** What a later slice writes: fields per record; what they hold requires the rest. */
export interface Rest {
  readonly written: ReadonlyMap<RecordNode, number>;
  readonly required: Requirements;
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
function restsByList(
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

/**
 * What is left to write in as few slices as leave field lists true.
 *
 * @param first The records that the first slice holds.
 * @param masks The fields per header list that it writes.
 */
export function restsOf(
  root: RecordNode,
  first: ReadonlySet<RecordNode>,
  masks: readonly number[],
  plan: FieldPlan,
): Rest[] {
  const rests = restsByList(root, first, masks, plan);
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
