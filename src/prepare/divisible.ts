/**
 * Whether items of different keys have anything to do with each other.
 */
import { mayClaimInside } from './inside.ts';
import type { Preparation } from './preparation.ts';

/**
 * Whether items may be divided by their keys, and each part be prepared by itself: no item of one part is then about
 * a record of another part. Not where Connect knows a record by several keys, nor where items hold records that
 * others may hold too, nor where all of them have to go in one request.
 */
export function isDivisible({ options, plan, identity }: Preparation): boolean {
  const isWhole = options.fullFile || plan.clearsFirst;
  return !isWhole && identity.length === 1 && !mayClaimInside(options.import);
}
