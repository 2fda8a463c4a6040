/**
 * The system accounts that Norce sets up for everybody. A customer may have more: any integer is valid.
 */

/** A system account: the AccountId of a header, and the name that Norce's change log shows. */
export interface SystemAccount {
  readonly id: number;
  readonly name: string;
}

/** Known accounts, in the order of Norce's guide: generic ones, those of known systems, additional ones. */
export const systemAccounts: readonly SystemAccount[] = [
  { id: 10000, name: 'ERP' },
  { id: 10001, name: 'POS' },
  { id: 10002, name: 'PIM' },
  { id: 10003, name: 'Storefront' },
  { id: 10005, name: 'CRM' },
  { id: 10006, name: 'Marketplace' },
  { id: 10007, name: 'Shipping service' },
  { id: 10008, name: 'Translation service' },
  { id: 10009, name: 'Visma Business' },
  { id: 10011, name: 'Business central' },
  { id: 10013, name: 'CDON marketplace' },
  { id: 10014, name: 'Voyado' },
  { id: 1134976, name: 'Visma' },
  { id: 1231903, name: 'inRiver' },
  { id: 1233237, name: 'M3' },
  { id: 1408480, name: 'Stibo' },
  { id: 10015, name: 'Norce [Jetshop]' },
  { id: 10016, name: 'Norce Feed' },
  { id: 10017, name: 'Legacy system' },
  { id: 10018, name: 'old ERP' },
  { id: 10019, name: 'old Commerce' },
  { id: 10020, name: 'Store' },
  { id: 10021, name: 'Integration' },
  { id: 10022, name: 'Supplier 1' },
  { id: 10023, name: 'Supplier 2' },
  { id: 10024, name: 'Supplier 3' },
  { id: 10025, name: 'Bespoke' },
];
