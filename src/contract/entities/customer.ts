/**
 * Customers and companies, and what hangs on them.
 */
import type { EntityDefinition } from '../model.ts';

/** Customers and companies, and what hangs on them. */
export const customerEntities = {
  'Customer.Customer': {
    identity: [['Id'], ['Code'], ['EmailAddress']],
    fields: {
      Type: { type: 'integer', enum: 'CustomerType', nullable: false, unlisted: 'required' },
      ApplicationKey: { type: 'uuid' },
      Id: { type: 'integer', key: true },
      Code: { type: 'text', key: true, required: 'insert' },
      EmailAddress: { type: 'text', key: true, required: 'insert' },
      SocialSecurityNumber: { type: 'text' },
      Title: { type: 'text' },
      FirstName: { type: 'text', required: 'insert' },
      MiddleName: { type: 'text' },
      LastName: { type: 'text', required: 'insert' },
      PhoneNumber: { type: 'text' },
      CellPhoneNumber: { type: 'text' },
      IsActive: { type: 'boolean', empty: 'default' },
      InvoiceAddress: { type: 'record', record: 'Customer.Address' },
      DeliveryAddresses: {
        type: 'records',
        record: 'Customer.Address',
        list: { key: ['Code'], shorter: 'unstated-keep', merge: 'separate' },
      },
      Accounts: {
        type: 'records',
        record: 'Customer.Account',
        list: { key: ['ApplicationKey', 'LoginName'], shorter: 'keep', merge: 'separate' },
      },
      AdditionalInfo: {
        type: 'records',
        record: 'Customer.Info',
        list: { key: ['Code'], shorter: 'keep', merge: 'separate' },
      },
      Flags: {
        type: 'records',
        record: 'Customer.Flag',
        list: {
          key: ['Code'],
          shorter: { switch: 'PreserveFlags' },
          merge: { off: 'lastWins', on: 'byKey' },
        },
      },
      PriceLists: {
        type: 'records',
        record: 'Customer.PriceList',
        list: { key: ['Code'], shorter: 'unstated-replace', merge: 'separate' },
      },
      IsCompanyListDelta: { type: 'boolean', unlisted: { switchOf: 'Companies' } },
      Companies: {
        type: 'records',
        record: 'Customer.CompanyIdentifier',
        list: {
          key: ['Id'],
          otherKeys: [['Code'], ['OrganizationNo']],
          shorter: { switch: 'IsCompanyListDelta' },
          merge: { off: 'lastWins', on: 'byKey' },
          links: true,
        },
      },
      CrmId: { type: 'text' },
    },
  },
  'Customer.Address': {
    identity: [['Code']],
    fields: {
      CareOf: { type: 'text' },
      AddressLine1: { type: 'text' },
      AddressLine2: { type: 'text' },
      ZipCode: { type: 'text' },
      City: { type: 'text' },
      Region: { type: 'text' },
      CountryCode: { type: 'text', maxLength: 2 },
      Gln: { type: 'text', maxLength: 50 },
      ShippingPhoneNumber: { type: 'text', maxLength: 50 },
      IsPrimary: { type: 'boolean', empty: 'skipped' },
      Code: { type: 'text', key: true, maxLength: 50 },
      IsValidated: { type: 'boolean', empty: 'skipped' },
    },
  },
  'Customer.Account': {
    identity: [['ApplicationKey', 'LoginName']],
    fields: {
      ApplicationKey: { type: 'uuid', nullable: false, key: true, required: 'always' },
      LoginName: { type: 'text', key: true, required: 'always' },
      Password: { type: 'text' },
      Status: { type: 'integer', enum: 'AccountStatus', nullable: false },
      Roles: {
        type: 'records',
        record: 'Customer.AccountRole',
        list: { key: ['Code'], shorter: 'keep', merge: 'separate' },
      },
    },
  },
  'Customer.AccountRole': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      IsActive: { type: 'boolean', empty: 'default' },
    },
  },
  'Customer.Info': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      Value: { type: 'text', required: 'always' },
    },
  },
  'Customer.Flag': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      IsActive: { type: 'boolean', empty: 'default' },
      StopDate: { type: 'date', empty: 'default' },
      IsCreateOnly: { type: 'boolean' },
      IsLimitedUpdate: { type: 'boolean' },
    },
  },
  'Customer.PriceList': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      IsExclusive: { type: 'boolean', nullable: false },
    },
  },
  'Customer.CompanyIdentifier': {
    identity: [['Id'], ['Code'], ['OrganizationNo']],
    fields: {
      Id: { type: 'integer', key: true },
      Code: { type: 'text', key: true },
      OrganizationNo: { type: 'text', key: true },
      Name: { type: 'text' },
      IsPrimary: { type: 'boolean', unlisted: 'harmless' },
    },
  },
  'Customer.Company': {
    identity: [['Id'], ['Code'], ['OrganizationNo']],
    fields: {
      ApplicationKey: { type: 'uuid', required: 'always' },
      Id: { type: 'integer', key: true },
      Code: { type: 'text', key: true, required: 'insert' },
      OrganizationNo: { type: 'text', key: true, required: 'insert' },
      Name: { type: 'text', required: 'insert' },
      EmailAddress: { type: 'text' },
      PhoneNumber: { type: 'text' },
      LogoImage: { type: 'record', record: 'Common.Image' },
      ParentCompanyCode: { type: 'text' },
      IsActive: { type: 'boolean', empty: 'default' },
      InvoiceAddress: { type: 'record', record: 'Customer.Address' },
      IsCustomerListDelta: { type: 'boolean', unlisted: { switchOf: 'Customers' } },
      DeliveryAddresses: {
        type: 'records',
        record: 'Customer.Address',
        list: { key: ['Code'], shorter: 'unstated-keep', merge: 'separate' },
      },
      AdditionalInfo: {
        type: 'records',
        record: 'Customer.Info',
        list: { key: ['Code'], shorter: 'keep', merge: 'separate' },
      },
      Contacts: {
        type: 'records',
        record: 'Customer.Contact',
        list: { key: ['Code'], shorter: 'keep', merge: 'separate' },
      },
      Customers: {
        type: 'records',
        record: 'Customer.Customer',
        list: {
          key: ['Id'],
          otherKeys: [['Code'], ['EmailAddress']],
          shorter: { switch: 'IsCustomerListDelta' },
          merge: { off: 'lastWins', on: 'byKey' },
          links: true,
        },
      },
      DeliveryMethods: {
        type: 'records',
        record: 'Customer.DeliveryMethod',
        list: { key: ['Code'], shorter: 'keep', merge: 'separate' },
      },
      Discounts: {
        type: 'records',
        record: 'Customer.Discount',
        list: {
          key: ['Type', 'ValueCode', 'PriceListTypeIdSeed'],
          shorter: 'unstated-replace',
          merge: 'separate',
        },
      },
      Flags: {
        type: 'records',
        record: 'Customer.Flag',
        list: {
          key: ['Code'],
          shorter: { switch: 'PreserveFlags' },
          merge: { off: 'lastWins', on: 'byKey' },
        },
      },
      PaymentMethods: {
        type: 'records',
        record: 'Customer.PaymentMethod',
        list: { key: ['Code'], shorter: 'keep', merge: 'separate' },
      },
      PriceLists: {
        type: 'records',
        record: 'Customer.PriceList',
        list: { key: ['Code'], shorter: 'unstated-replace', merge: 'separate' },
      },
      VatNo: { type: 'text' },
      UseInvoiceAddressAsDeliveryAddress: { type: 'boolean', unlisted: 'harmless' },
    },
  },
  'Customer.Contact': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      IsActive: { type: 'boolean', empty: 'default' },
    },
  },
  'Customer.DeliveryMethod': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      IsActive: { type: 'boolean', empty: 'default' },
    },
  },
  'Customer.Discount': {
    identity: [['Type', 'ValueCode']],
    fields: {
      Type: { type: 'integer', enum: 'DiscountType', nullable: false, key: true, required: 'always' },
      ValueCode: { type: 'text', key: true, required: 'always' },
      DiscountPercentage: { type: 'decimal', nullable: false, unlisted: 'required' },
      PriceListTypeIdSeed: { type: 'text' },
    },
  },
  'Customer.PaymentMethod': {
    identity: [['Code']],
    fields: {
      Code: { type: 'text', key: true, required: 'always' },
      IsActive: { type: 'boolean', empty: 'default' },
      InvoiceCaptureSettingsCode: { type: 'text' },
    },
  },
} as const satisfies Record<string, EntityDefinition>;
