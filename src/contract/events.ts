/**
 * The events that Norce posts to an address of the customer's. The body does not name its type: each type has an address of its own.
 */

/** Every type of event that Norce's documentation or its receiver kit names. */
export const eventTypes = [
  'JobCompletedEvent',
  'CompanyChangedNotification',
  'CustomerChangedNotification',
  'ExportDeliveredEvent',
  'ExternalOrderReceivedEvent',
  'InvoiceCaptureCompletedEvent',
  'OrderCancelledEvent',
  'OrderConfirmedEvent',
  'OrderDeliveredEvent',
  'OrderPartlyDeliveredEvent',
  'OrderPaymentReceivedEvent',
  'OrderReadyForPickupEvent',
  'OrderReceivedEvent',
  'SkuChangedNotification',
  'SkuOnhandBreakpointNotification',
  'SkuPriceChangedNotification',
  'SkuStockChangedNotification',
  'SubscriptionFailedEvent',
  'SupplierSkuChangedNotification',
  'SupplierSkuOnhandChangedNotification',
  'SupplierSkuPriceChangedNotification',
  'TranslationRequestedNotification',
] as const;

/** Name of a type of event. */
export type EventType = (typeof eventTypes)[number];
