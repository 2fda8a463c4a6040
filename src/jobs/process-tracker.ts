/**
 * The one tracker of each store in this process. Node-RED may load this package twice; a job is still followed once.
 */
import type { Store } from '../store/index.ts';
import type { TrackerOptions } from './scope-tracker.ts';
import { JobTracker } from './tracker.ts';

// The number counts incompatible changes of the tracker's interface: copies that differ must not share.
const trackersKey = Symbol.for('@norce-connect/node-red/job-trackers/1');

/** The tracker of a store; made with these options when it is asked for first. */
export function processTracker(options: TrackerOptions): JobTracker {
  const holder = globalThis as { [trackersKey]?: WeakMap<Store, JobTracker> };
  holder[trackersKey] ??= new WeakMap();
  const known = holder[trackersKey].get(options.store);
  if (known !== undefined) return known;
  const tracker = new JobTracker(options);
  holder[trackersKey].set(options.store, tracker);
  return tracker;
}
