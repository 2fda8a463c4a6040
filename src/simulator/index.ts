/**
 * The simulator's public face.
 */
export type { Catalogue, Kind, KnownKind } from './catalogue/catalogue.ts';
export { faultKinds } from './fault-order.ts';
export type { Fault, FaultEffect, FaultKind } from './faults.ts';
export type { Job } from './job.ts';
export type { LogRows } from './job-board.ts';
export type { Mood } from './job-plan.ts';
export type { ItemRule, JobRule, MatchedValue, OutcomeRules } from './outcomes.ts';
export type { Readings } from './readings.ts';
export { defaultReadings } from './readings.ts';
export type { RecordedRequest, RequestSelection } from './recorded-request.ts';
export { countRequests } from './recorded-request.ts';
export type { PlainRecord } from './shapes.ts';
export type { SimulatorOptions } from './simulator.ts';
export { defaultClient, Simulator } from './simulator.ts';
export type { SimulatorClient, TokenRequest } from './tokens.ts';
export type { EventAttempt, EventDelivery, EventDisorder, Webhooks, WebhookTarget } from './webhooks.ts';
export { retryPauses } from './webhooks.ts';
