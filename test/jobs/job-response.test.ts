/**
 * The id of a job is read in every form that leaves no doubt, and in no other.
 */
import assert from 'node:assert/strict';
import { parseJobResponse } from '../../src/jobs/job-response.ts';

describe('the answer to an accepted import', () => {
  const readable: readonly (readonly [text: string, jobId: string])[] = [
    ['{"JobId":"481001"}', '481001'],
    ['{"JobId":481001}', '481001'],
    ['{"jobId":" 481001 "}', '481001'],
    ['{"Header":{"JobId":"481001"}}', '481001'],
    ['{"JobId":null,"Header":{"JobId":481001}}', '481001'],
    ['{"JobId":"9223372036854775807"}', '9223372036854775807'],
  ];
  for (const [text, jobId] of readable) {
    it(`names a job: ${text}`, () => assert.equal(parseJobResponse(text).jobId, jobId));
  }

  const unreadable = [
    '',
    'null',
    '[]',
    '"481001"',
    '481001',
    '{}',
    '{"JobId":"481001"',
    '{"JobId":null}',
    '{"JobId":""}',
    '{"JobId":0}',
    '{"JobId":"0"}',
    '{"JobId":-481001}',
    '{"JobId":"-481001"}',
    '{"JobId":481001.5}',
    '{"JobId":"481001.5"}',
    '{"JobId":1e21}',
    '{"JobId":9007199254740993}',
    '{"JobId":true}',
    '{"JobId":{"Id":"481001"}}',
    '{"JobId":["481001"]}',
    '{"JobId":"job 481001"}',
    '{"JobId":"0x7565"}',
    '{"JobId":"12345678901234567890"}',
    '{"Header":"481001"}',
    '<!doctype html><title>481001</title>',
  ];
  for (const text of unreadable) {
    it(`leaves the outcome unknown: ${text}`, () => {
      assert.throws(() => parseJobResponse(text), { code: 'OUTCOME_UNKNOWN', message: /look at Job\/List/ });
    });
  }
});
