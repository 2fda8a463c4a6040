/**
 * How ImportCustomers and ImportCompanies write customers and companies, field by field.
 */
import { lists } from './import-request.ts';
import type { ChildRules, RecordRules } from './record-rules.ts';
import { acceptsFlag, image } from './shared-rules.ts';

type PartyList = 'CustomerFieldsThatAreSet' | 'CompanyFieldsThatAreSet';

const address: RecordRules = {
  entity: 'Customer.Address',
  key: ['Code'],
  whenAbsent: { IsPrimary: 'kept', IsValidated: 'kept' },
};

const account: RecordRules = {
  entity: 'Customer.Account',
  list: 'AccountFieldsThatAreSet',
  key: ['ApplicationKey', 'LoginName'],
  children: {
    Roles: { rules: { entity: 'Customer.AccountRole', key: ['Code'], whenAbsent: { IsActive: 'true' } } },
  },
};

/** Flags that are not sent go, unless PreserveFlags is listed. */
function flags(list: PartyList): ChildRules {
  return {
    rules: {
      entity: 'Customer.Flag',
      key: ['Code'],
      elsewhere: ['IsCreateOnly', 'IsLimitedUpdate'],
      whenAbsent: { IsActive: 'true' },
      remembers: ['*'],
      accepts: acceptsFlag,
    },
    cleansUp: (request) => request.lists !== null && !lists(request, list, 'PreserveFlags'),
  };
}

/** An element that is switched by its own IsActive, which is true unless given. */
function switched(entity: RecordRules['entity']): ChildRules {
  return { rules: { entity, key: ['Code'], whenAbsent: { IsActive: 'true' } } };
}

const shared: Readonly<Record<string, ChildRules>> = {
  InvoiceAddress: { rules: address },
  DeliveryAddresses: { rules: address, unstated: 'upsert' },
  AdditionalInfo: { rules: { entity: 'Customer.Info', key: ['Code'] } },
  PriceLists: { rules: { entity: 'Customer.PriceList', key: ['Code'] }, unstated: 'replace' },
};

/** A customer as ImportCustomers writes it. */
export const customerRules: RecordRules = {
  entity: 'Customer.Customer',
  list: 'CustomerFieldsThatAreSet',
  key: [],
  ungoverned: ['Type'],
  elsewhere: ['Id', 'IsCompanyListDelta', 'Companies'],
  whenAbsent: { IsActive: 'true' },
  children: {
    ...shared,
    Accounts: { rules: account },
    Flags: flags('CustomerFieldsThatAreSet'),
  },
};

/** A customer below a company: it exists already, so that one key is enough and its type stays. */
export const linkedCustomerRules: RecordRules = {
  ...customerRules,
  ungoverned: [],
};

/** A company as ImportCompanies writes it. */
export const companyRules: RecordRules = {
  entity: 'Customer.Company',
  list: 'CompanyFieldsThatAreSet',
  key: [],
  ungoverned: ['UseInvoiceAddressAsDeliveryAddress'],
  elsewhere: ['Id', 'IsCustomerListDelta', 'Customers'],
  whenAbsent: { IsActive: 'true' },
  children: {
    ...shared,
    LogoImage: { rules: image },
    Contacts: switched('Customer.Contact'),
    DeliveryMethods: switched('Customer.DeliveryMethod'),
    Discounts: {
      rules: { entity: 'Customer.Discount', key: ['Type', 'ValueCode', 'PriceListTypeIdSeed'] },
      unstated: 'replace',
    },
    Flags: flags('CompanyFieldsThatAreSet'),
    PaymentMethods: switched('Customer.PaymentMethod'),
  },
};

/** A company below a customer, of which only the keys and the name travel. */
export const linkedCompanyRules: RecordRules = {
  entity: 'Customer.CompanyIdentifier',
  list: 'CompanyFieldsThatAreSet',
  key: [],
  elsewhere: ['Id', 'IsPrimary'],
};
