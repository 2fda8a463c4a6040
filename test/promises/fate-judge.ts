/**
 * Holds what a flow was told of its messages against what the simulator really took.
 */
import type { Job, RecordedRequest, Simulator } from '../../src/simulator/index.ts';

/** A message as it was sent. */
export interface SentMessage {
  readonly number: number;
  /** Belongs to this message alone, so that every attempt of it can be recognised. */
  readonly accountId: number;
  /** A full feed, which must not be sent twice. */
  readonly isFull: boolean;
  readonly items: readonly { readonly PartNo: string; readonly OnhandValue: number }[];
}

/** What one message out of the node said. */
export interface Telling {
  readonly number: number;
  readonly port: 'accepted' | 'not sent';
  readonly parts: readonly string[];
  readonly jobId?: string;
  readonly outcome?: string;
  readonly code?: string;
  readonly perhapsReceivedBefore: boolean;
}

/** How a message ended in the node. */
export interface MessageEnd {
  readonly number: number;
  readonly end: 'completed' | 'caught';
}

/** What was said in all. */
export interface Account {
  readonly tellings: readonly Telling[];
  readonly ends: readonly MessageEnd[];
}

/** Fates, counted by item, and everything that was not right. */
export interface Judgement {
  readonly accepted: number;
  /** Of the accepted ones: said to have been received before, perhaps. */
  readonly perhapsTwice: number;
  readonly notSent: number;
  readonly unknown: number;
  /** Items that stand in more than one job. */
  readonly takenTwice: number;
  /** Requests that the simulator turned away because of the limit. */
  readonly overLimit: number;
  readonly wrong: readonly string[];
}

/** Answers of the status 200 in which no client could see that the request was taken. */
const unreadable = ['html', 'malformed', 'jobId'];

/** Whether the sender of a request cannot know if it was carried out. */
function isDoubtful({ status, fault }: RecordedRequest): boolean {
  if (status === null) return true;
  if (status === 200) return fault !== null && unreadable.includes(fault);
  return status === 303 || (status >= 500 && status !== 503);
}

function accountOf({ header }: RecordedRequest): unknown {
  return (header as { readonly AccountId?: unknown } | null)?.AccountId;
}

function holds({ payload }: Job, message: SentMessage, part: string): boolean {
  if (payload === null || payload.header.accountId !== message.accountId) return false;
  const items = JSON.parse(payload.body.toString()) as SentMessage['items'];
  const sent = message.items.find(({ PartNo }) => PartNo === part);
  return items.some(({ PartNo, OnhandValue }) => PartNo === part && OnhandValue === sent?.OnhandValue);
}

function judgeItem(
  message: SentMessage,
  part: string,
  tellings: readonly Telling[],
  jobs: readonly Job[],
  isDoubted: boolean,
): string[] {
  const [told, ...more] = tellings.filter(({ parts }) => parts.includes(part));
  if (told === undefined) return ['nothing was told of it'];
  const wrong: string[] = [];
  if (more.length > 0) wrong.push(`it was told of ${more.length + 1} times`);
  const isUnknown = told.outcome === 'unknown';
  const named = jobs.some(({ id }) => String(id) === told.jobId);
  if (told.port === 'accepted' && !named) wrong.push(`job ${told.jobId} does not hold it`);
  if (told.port === 'not sent' && told.outcome !== 'not sent' && !isUnknown) {
    wrong.push(`its outcome is ${told.outcome}`);
  }
  if (told.outcome === 'not sent' && jobs.length > 0) wrong.push(`not sent (${told.code}), but it was taken`);
  if (isUnknown && !isDoubted) wrong.push(`unknown (${told.code}), but every attempt was answered`);
  if (told.perhapsReceivedBefore && !isDoubted)
    wrong.push('perhaps received, but every attempt was answered');
  if (jobs.length > 1 && !isUnknown && !told.perhapsReceivedBefore) {
    wrong.push(`taken ${jobs.length} times without a word`);
  }
  if (message.isFull && jobs.length > 1) wrong.push(`a full feed was taken ${jobs.length} times`);
  return wrong;
}

function judgeMessage(
  message: SentMessage,
  { tellings, ends }: Account,
  requests: readonly RecordedRequest[],
) {
  const wrong: string[] = [];
  const isWhole = tellings.every(({ port }) => port === 'accepted');
  const told = ends.map(({ end }) => end).join(', ');
  if (told !== (isWhole ? 'completed' : 'caught')) wrong.push(`it ended as: ${told || 'never'}`);
  const doubtful = requests.findIndex(isDoubtful);
  if (message.isFull && doubtful !== -1 && doubtful < requests.length - 1) {
    wrong.push('a full feed was sent again after an attempt that was perhaps received');
  }
  return { wrong, isDoubted: doubtful !== -1 };
}

/** Judges all messages of one scenario. */
export function judge(messages: readonly SentMessage[], account: Account, simulator: Simulator): Judgement {
  const wrong: string[] = [];
  let takenTwice = 0;
  for (const message of messages) {
    const own = {
      tellings: account.tellings.filter(({ number }) => number === message.number),
      ends: account.ends.filter(({ number }) => number === message.number),
    };
    const requests = simulator.requests.filter((request) => accountOf(request) === message.accountId);
    const judged = judgeMessage(message, own, requests);
    wrong.push(...judged.wrong.map((text) => `message ${message.number}: ${text}`));
    for (const { PartNo } of message.items) {
      const jobs = simulator.jobs.filter((job) => holds(job, message, PartNo));
      if (jobs.length > 1) takenTwice += 1;
      const texts = judgeItem(message, PartNo, own.tellings, jobs, judged.isDoubted);
      wrong.push(...texts.map((text) => `item ${PartNo}: ${text}`));
    }
  }
  const overLimit = simulator.requests.filter(({ isOverLimit }) => isOverLimit).length;
  if (overLimit > 0) wrong.push(`${overLimit} requests were over the limit`);
  const count = (holdsFor: (telling: Telling) => boolean) =>
    account.tellings.filter(holdsFor).reduce((sum, { parts }) => sum + parts.length, 0);
  return {
    accepted: count(({ port }) => port === 'accepted'),
    perhapsTwice: count(({ port, perhapsReceivedBefore }) => port === 'accepted' && perhapsReceivedBefore),
    notSent: count(({ outcome }) => outcome === 'not sent'),
    unknown: count(({ outcome }) => outcome === 'unknown'),
    takenTwice,
    overLimit,
    wrong,
  };
}
