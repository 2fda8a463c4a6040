/**
 * Registers the node norce-import-prices.
 */
import { importNode } from '../src/runtime/import-node.ts';

export default importNode('import-prices');
