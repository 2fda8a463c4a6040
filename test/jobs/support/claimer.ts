/**
 * Takes the first event of a node, and is killed before it can say so.
 */
import { processStore } from '../../../src/store/index.ts';

const { events } = processStore(process.argv[2] ?? '');
const [first] = await events.pending('node');
if (first !== undefined) await events.claim(first.id);
process.send?.('claimed');
setInterval(() => undefined, 1000);
