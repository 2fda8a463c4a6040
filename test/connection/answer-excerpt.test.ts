/**
 * What a person reads of an error answer, in any of the forms that servers and gateways use.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { excerptOf } from '../../src/connection/answer-excerpt.ts';
import { scrub } from '../../src/connection/secrets.ts';

describe('excerpt of an answer', () => {
  const table: [text: string, excerpt: string][] = [
    ['', ''],
    ['plain\r\n\ttext\u0000 here', 'plain text here'],
    ['"a JSON string"', 'a JSON string'],
    ['{"Message":"no such field"}', 'no such field'],
    ['{"message":"An error.","ExceptionMessage":"the reason"}', 'the reason'],
    ['{"error":"invalid_client","error_description":"unknown client"}', 'unknown client'],
    ['{"error":{"message":"nested"}}', 'nested'],
    ['[{"Message":"first"},{"Message":"second"}]', 'first'],
    [
      '{"Description":"failed","ValidationSummary":{"Messages":["PartNo is missing"]}}',
      'failed PartNo is missing',
    ],
    ['{"unknown":1}', '{"unknown":1}'],
    ['{broken', '{broken'],
    [
      '<html><head><title>x</title></head><body><h1>Bad&nbsp;Gateway</h1>a &lt; b</body></html>',
      'Bad Gateway a < b',
    ],
    ['<p>a</p><script>if (a < b) alert("no")</script><p>c</p>', 'a c'],
  ];
  for (const [text, excerpt] of table) {
    it(JSON.stringify(text), () => assert.equal(excerptOf(text, []), excerpt));
  }

  it('is one line of at most 300 characters, whatever comes', () => {
    const hostile = fc.oneof(fc.string({ maxLength: 2000 }), fc.json(), fc.constant('<'.repeat(1_000_000)));
    fc.assert(
      fc.property(hostile, (text) => {
        const excerpt = excerptOf(text, []);
        assert.ok(excerpt.length <= 300);
        assert.doesNotMatch(excerpt, /[\r\n]/);
      }),
    );
  });

  it('never holds a secret, wherever it stands and however it is spelled', () => {
    const secret = fc.string({
      minLength: 8,
      maxLength: 40,
      unit: fc.constantFrom(...'abcXYZ09&<>"\'%+/= ö'),
    });
    const around = fc.string({ maxLength: 400 });
    const echo = fc.constantFrom(
      (text: string) => text,
      encodeURIComponent,
      (text: string) => JSON.stringify({ Message: text }),
      (text: string) =>
        `<p>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')}</p>`,
      (text: string) => Buffer.from(text).toString('base64'),
    );
    fc.assert(
      fc.property(secret, around, echo, (hidden, before, spell) => {
        fc.pre(hidden.trim() === hidden && !before.includes(hidden));
        const spelled = spell(hidden);
        const excerpt = excerptOf(`${before} ${spelled}`, [hidden]);
        assert.ok(!excerpt.includes(hidden));
        assert.equal(scrub(`a ${hidden} b`, [hidden]), 'a *** b');
      }),
    );
  });
});
