/**
 * The settings under which a batch is sealed.
 */
import type { PrepareOptions } from '../../prepare/index.ts';
import type { Batch } from '../../store/index.ts';

/**
 * The options of a batch: those of its accumulator when it was begun, but for the supplier. Its items are of the
 * SupplierId under which they were collected, whatever the accumulator has been set to since.
 */
export function batchOptions({
  settings,
  supplierId,
}: Pick<Batch, 'settings' | 'supplierId'>): PrepareOptions {
  const options = JSON.parse(settings) as PrepareOptions;
  return supplierId === null ? options : { ...options, supplierId };
}
