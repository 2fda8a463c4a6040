/**
 * What the documents of Connect leave open, as switches, so that a client can be tried under every reading.
 */

/** One choice for each open question; see {@link defaultReadings} for the likelier ones. */
export interface Readings {
  /** A restart runs under the old job id instead of a new one. */
  readonly restartKeepsId: boolean;
  /** Job/List begins with the newest job, with the oldest, or follows no order. */
  readonly jobListOrder: 'newestFirst' | 'oldestFirst' | 'none';
  /** Job/List shows jobs as Job/Get does, or no more of them than JobId and StatusId. */
  readonly jobListItem: 'whole' | 'short';
  /** Job/GetLog answers with all rows, or with one object: the first of the rows with the highest severity. */
  readonly jobLog: 'rows' | 'object';
  /** How the counter of inserted rows is called. */
  readonly insertCounter: 'Inserts' | 'Insert';
  /** `…CreateOnly` writes when the import created the record, or whenever the field has no value yet. */
  readonly createOnly: 'created' | 'empty';
  /** FullFile of products: takes missing variants out of their cluster, or inactivates all that is missing. */
  readonly productFullFile: 'cluster' | 'everything';
  /** FullFile of relations reaches all relations, or those of the relation types in the file. */
  readonly relationFullFile: 'all' | 'relationType';
  /** FullFile of competitor prices reaches the competitors in the file, or those absent from it. */
  readonly competitorFullFile: 'inFile' | 'absentFromFile';
  /** A shorter list of Categories, StructureItems, Warehouses, PriceLists, Discounts, MultipleValueList. */
  readonly unstatedReplaceLists: 'replace' | 'keep';
  /** A shorter list of DeliveryAddresses, VatRates, Locations, variant definitions, supplier values. */
  readonly unstatedUpsertLists: 'keep' | 'replace';
  /** PriceRulesCleanup removes what is missing, or every rule before the import starts. */
  readonly priceRulesCleanup: 'missing' | 'everything';
  /** PopulationCleanup removes the categories that are missing, or the population before the import starts. */
  readonly populationCleanup: 'missing' | 'everything';
  /** The minute of the request limit rolls, or starts anew every full minute. */
  readonly minute: 'rolling' | 'fixed';
}

/** The documented reading where there is one, else the likelier. */
export const defaultReadings: Readings = {
  restartKeepsId: false,
  jobListOrder: 'newestFirst',
  jobListItem: 'whole',
  jobLog: 'rows',
  insertCounter: 'Inserts',
  createOnly: 'created',
  productFullFile: 'cluster',
  relationFullFile: 'all',
  competitorFullFile: 'inFile',
  unstatedReplaceLists: 'replace',
  unstatedUpsertLists: 'keep',
  priceRulesCleanup: 'missing',
  populationCleanup: 'missing',
  minute: 'rolling',
};
