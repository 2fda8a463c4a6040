/**
 * A full feed that is too large to be prepared in one go, part by part, with what `prepare` would make of the whole
 * list as one request: first every part is checked and joined, then, with what was found out about all of them, each
 * is cut. All items of one key have to be in one part, in their order.
 */
import type { ConnectError } from '../errors.ts';
import { Breather } from './breather.ts';
import { collect } from './collect.ts';
import { CommonFields, type CommonNotes } from './common-fields.ts';
import { emptyFeed, fieldsDiffer } from './feed-refusals.ts';
import type { FieldPlan } from './field-plan.ts';
import { asChanges, clearsFirst, masksOf, noTrueList, partsUnder } from './full-feed.ts';
import { type CarriedFields, requestHeader } from './header.ts';
import type { Preparation } from './preparation.ts';
import { Uncuttable } from './record-tree.ts';
import { changeRequests } from './requests.ts';
import { SerialisedItem } from './serialised-item.ts';
import { treeOf } from './slices.ts';
import type { FeedCounts, PreparedRequest, PrepareWarning, RejectedItem, RequestHeader } from './types.ts';
import { Warnings } from './warnings.ts';

/** An item under its identity key, as text. */
export interface FeedItem {
  readonly key: string;
  readonly text: string;
}

/** Whether one list of fields is true for several items, as plain JSON. */
export interface JointFields {
  /** Union of their fields per header list, -1 where none of them holds a record of it. */
  readonly carried: CarriedFields;
  readonly isTrue: boolean;
}

/** What was found out about some parts, as plain JSON. */
export interface FeedNotes {
  readonly counts: FeedCounts;
  readonly joint: JointFields;
  readonly common: CommonNotes;
}

/** What a part came to. */
export interface FeedPart {
  /** Every record once. */
  readonly items: readonly FeedItem[];
  readonly notes: FeedNotes;
  /**
   * By what else than its key each record is known, the key among it. One name under two keys, in whatever parts, is
   * one record in two items: the feed must not be sent. Nothing where Connect knows records by one key alone.
   */
  readonly names: readonly (readonly [name: string, key: string])[];
  /** With any of them the feed is not whole, and must not be sent. */
  readonly rejected: readonly RejectedItem[];
  readonly warnings: readonly PrepareWarning[];
}

/** How the items of a feed are cut. */
export type FeedCut =
  /** Not at all: they go as they are, under this header. */
  | { readonly header: RequestHeader }
  /** First these fields per header list, then the others. */
  | { readonly masks: readonly number[] };

/** A part as it is sent. */
export interface FeedPieces {
  /** Of the one FullFile request. */
  readonly first: readonly FeedItem[];
  readonly joint: JointFields;
  /** What is sent after its job has succeeded. Their stages begin at 1. */
  readonly changes: readonly PreparedRequest[];
  readonly warnings: readonly PrepareWarning[];
}

function withCarried(known: JointFields, carried: CarriedFields, plan: FieldPlan): JointFields {
  let { isTrue } = known;
  const union = carried.map((mask, list) => {
    const other = known.carried[list] ?? -1;
    if (mask === -1 || other === -1) return Math.max(mask, other);
    if (((mask ^ other) & ~(plan.skipped[list] ?? 0)) !== 0) isTrue = false;
    return mask | other;
  });
  return { carried: union, isTrue };
}

/** Of no item at all. */
function nothingJoint({ outline }: Preparation): JointFields {
  return { carried: outline.lists.map(() => -1), isTrue: true };
}

/** Notes about two sets of parts as one. */
export function joinNotes(left: FeedNotes, right: FeedNotes, preparation: Preparation): FeedNotes {
  const common = new CommonFields(preparation);
  common.addNotes(left.common);
  common.addNotes(right.common);
  const counts = new Map(left.counts);
  for (const [bound, items] of right.counts) counts.set(bound, (counts.get(bound) ?? 0) + items);
  return {
    counts: [...counts],
    joint: joinFields(left.joint, right.joint, preparation),
    common: common.notes,
  };
}

/** What is known of the fields of two sets of items, as one. */
export function joinFields(left: JointFields, right: JointFields, { plan }: Preparation): JointFields {
  const { carried, isTrue } = withCarried(left, right.carried, plan);
  return { carried, isTrue: isTrue && left.isTrue && right.isTrue };
}

/** Connect knows the records of some imports by several keys, or by what is in them. */
function hasSeveralNames({ outline }: Preparation): boolean {
  return outline.root.identity.length > 1;
}

/**
 * Checks a part of a full feed and joins what is about one record.
 *
 * @param given Items as they came, in their order.
 */
export async function feedPart(given: readonly unknown[], preparation: Preparation): Promise<FeedPart> {
  const warnings = new Warnings();
  const { items, rejected, names } = await collect([...given], preparation, false, warnings);
  const breather = new Breather();
  const common = new CommonFields(preparation);
  const counts = new Map<string, number>();
  let joint = nothingJoint(preparation);
  for (const item of items) {
    await breather.pause();
    counts.set(item.scope, (counts.get(item.scope) ?? 0) + 1);
    joint = withCarried(joint, item.carried, preparation.plan);
    if (!item.isUniform) joint = { ...joint, isTrue: false };
    try {
      common.add(treeOf(item.record, preparation));
    } catch (thrown) {
      if (!(thrown instanceof Uncuttable)) throw thrown;
      // Such an item is right as long as all of them carry the same, which is not known yet.
      common.addUncuttable(thrown.message);
    }
  }
  return {
    items: items.map(({ key, text }) => ({ key, text })),
    notes: { counts: [...counts], joint, common: common.notes },
    names: hasSeveralNames(preparation) ? [...names()] : [],
    rejected,
    warnings: warnings.list(),
  };
}

/** How a feed is to be cut, of whose items none was rejected; or why it must not be sent. */
export function feedCut(notes: FeedNotes, preparation: Preparation): FeedCut | ConnectError {
  const { outline, plan, options } = preparation;
  if (notes.counts.length === 0) return emptyFeed();
  if (notes.joint.isTrue) return { header: requestHeader(outline, plan, options, notes.joint.carried) };
  try {
    if (plan.clearsFirst) throw clearsFirst();
    const common = new CommonFields(preparation);
    common.addNotes(notes.common);
    return { masks: masksOf(common) };
  } catch (thrown) {
    if (thrown instanceof Uncuttable) return fieldsDiffer(thrown);
    throw thrown;
  }
}

/**
 * Cuts a part.
 *
 * @param items What {@link feedPart} made of it.
 * @returns its pieces, or why the feed must not be sent
 */
export async function cutPart(
  items: readonly FeedItem[],
  masks: readonly number[],
  preparation: Preparation,
): Promise<FeedPieces | ConnectError> {
  const breather = new Breather();
  const first: FeedItem[] = [];
  const rests: SerialisedItem[] = [];
  let joint = nothingJoint(preparation);
  try {
    for (const [index, { key, text }] of items.entries()) {
      await breather.pause();
      const whole = new SerialisedItem({ indexes: [index], key, text, carried: [], scope: '' });
      const parts = partsUnder(whole, masks, preparation);
      joint = withCarried(joint, parts.first.carried, preparation.plan);
      first.push({ key, text: parts.first.text });
      for (const rest of parts.rest) rests.push(rest);
    }
  } catch (thrown) {
    if (thrown instanceof Uncuttable) return fieldsDiffer(thrown);
    throw thrown;
  }
  const warnings = new Warnings();
  const changes = changeRequests(rests, asChanges(preparation), warnings);
  return { first, joint, changes, warnings: warnings.list() };
}

/** The header of the FullFile request when every part has been cut; or why the feed must not be sent. */
export function cutHeader(joint: JointFields, preparation: Preparation): RequestHeader | ConnectError {
  const { outline, plan, options } = preparation;
  if (!joint.isTrue) return fieldsDiffer(noTrueList());
  return requestHeader(outline, plan, options, joint.carried);
}
