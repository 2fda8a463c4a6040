/**
 * The template behind nine dialogs: filled whole, or not at all.
 */
import assert from 'node:assert/strict';
import { fillTemplate } from '../../scripts/build/template.ts';

describe('template', () => {
  it('fills in texts, as often as they are asked for', () => {
    assert.equal(fillTemplate('{{a}} and {{a}}, $& {{b}}', { a: '$1', b: '$&' }), '$1 and $1, $& $&');
  });

  it('keeps or drops sections, nested ones too, with their comments', () => {
    const template = [
      'one',
      '<!-- if outer -->',
      'two',
      '  // if inner',
      'three',
      '  // end inner',
      '<!-- end outer -->',
      'four',
      '',
    ].join('\n');
    assert.equal(fillTemplate(template, { outer: true, inner: true }), 'one\ntwo\nthree\nfour\n');
    assert.equal(fillTemplate(template, { outer: true, inner: false }), 'one\ntwo\nfour\n');
    assert.equal(fillTemplate(template, { outer: false, inner: true }), 'one\nfour\n');
  });

  it('leaves braces of code alone', () => {
    const code = 'const a = { b: { c: 1 } }; // and more\n<p>{ a: { b: [] } }</p>\n';
    assert.equal(fillTemplate(code, {}), code);
  });

  const faulty: readonly (readonly [string, string])[] = [
    ['a name without a value', '{{b}}'],
    ['a name with blanks', '{{ a }}'],
    ['a broken placeholder', '{{a}'],
    ['a condition as text', '{{c}}'],
    ['a text as condition', '// if a\nx\n// end a\n'],
    ['a section without an end', '// if c\nx\n'],
    ['an end without a section', '<!-- end c -->\n'],
    ['a section that ends under another name', '// if c\nx\n// end d\n'],
  ];
  for (const [fault, template] of faulty) {
    it(`refuses ${fault}`, () => {
      assert.throws(() => fillTemplate(template, { a: 'x', c: true }), Error);
    });
  }
});
