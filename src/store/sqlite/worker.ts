/**
 * The thread of a store: takes what has come in, carries it out as a group, and answers.
 */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { giveBack, transferable } from '../../transferable.ts';
import { Engine } from './engine.ts';
import type { CallMessage, Message, WorkerSettings } from './messages.ts';

/** Calls that share a transaction at most, so that none waits long for the others. */
const largestGroup = 1_000;

const port = parentPort;
if (port === null) throw new Error('This file is started as a worker.');

const settings: WorkerSettings = workerData;
const engine = new Engine(settings);
engine.open();

port.on('message', (first: Message) => {
  const calls: CallMessage[] = [];
  let message: Message | undefined = first;
  while (message !== undefined && !('close' in message)) {
    calls.push(message);
    message = calls.length < largestGroup ? receiveMessageOnPort(port)?.message : undefined;
  }
  if (calls.length > 0) {
    const answers = engine.perform(calls);
    giveBack(calls.map((call) => call.arguments));
    port.postMessage(answers, transferable(answers));
  }
  if (message === undefined) return;
  engine.close();
  port.close();
});
