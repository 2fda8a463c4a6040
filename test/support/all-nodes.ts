/**
 * The initializers of all nodes, for Node-REDs that load them without a package.
 */
import type { NodeInitializer } from 'node-red';
import accumulator from '../../nodes/accumulator.ts';
import connectConfig from '../../nodes/connect-config.ts';
import event from '../../nodes/event.ts';
import importCompanies from '../../nodes/import-companies.ts';
import importCompetitorSkus from '../../nodes/import-competitor-skus.ts';
import importCustomers from '../../nodes/import-customers.ts';
import importOnhands from '../../nodes/import-onhands.ts';
import importPriceLists from '../../nodes/import-price-lists.ts';
import importPrices from '../../nodes/import-prices.ts';
import importProducts from '../../nodes/import-products.ts';
import importRelations from '../../nodes/import-relations.ts';
import importSupplierProducts from '../../nodes/import-supplier-products.ts';
import jobRestart from '../../nodes/job-restart.ts';
import jobStatus from '../../nodes/job-status.ts';

/** All nodes of the package. */
export const allNodes: readonly NodeInitializer[] = [
  connectConfig,
  importProducts,
  importPrices,
  importPriceLists,
  importOnhands,
  importCustomers,
  importCompanies,
  importRelations,
  importCompetitorSkus,
  importSupplierProducts,
  accumulator,
  jobStatus,
  jobRestart,
  event,
];
