/**
 * The simulator's public face.
 */
export type { Catalogue, Kind, KnownKind } from './catalogue/catalogue.ts';
export { faultKinds } from './fault-order.ts';
export type { Fault, FaultEffect, FaultKind } from './faults.ts';
export type { Job } from './job.ts';
export type { Mood } from './job-board.ts';
export type { Readings } from './readings.ts';
export { defaultReadings } from './readings.ts';
export type { RecordedRequest } from './recorded-request.ts';
export type { PlainRecord } from './shapes.ts';
export type { SimulatorOptions } from './simulator.ts';
export { defaultClient, Simulator } from './simulator.ts';
export type { SimulatorClient, TokenRequest } from './tokens.ts';
