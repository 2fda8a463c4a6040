/**
 * Registers the node norce-import-supplier-products.
 */
import { importNode } from '../src/runtime/import-node.ts';

export default importNode('import-supplier-products');
