/** A message's `html`: what the contract has is read as values, and anything else is not read at all. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { tree } from '../../service/web/chat/markup.js';

const p = (...children) => ({ tag: 'p', attributes: {}, children });
const text = (content) => (typeof content === 'string' ? content : content.tag === 'br' ? '\n' : content.children.map(text).join(''));

test('elements, texts and attributes are read', () => {
  assert.deepEqual(tree('<p>so <em>nice</em><br>&amp; &lt;b&gt; &quot;&nbsp;</p>'), [
    p('so ', { tag: 'em', attributes: {}, children: ['nice'] }, { tag: 'br', attributes: {}, children: [] }, '& <b> "\u00a0'),
  ]);
  assert.deepEqual(tree('<ol start="3"><li>x</li></ol>')[0].attributes, { start: '3' });
  assert.deepEqual(tree('<pre><code class="language-python"><span class="nf">f</span></code></pre>')[0].children[0].attributes, { class: 'language-python' });
  const [link] = tree('<p><a href="https://a.example/?b=1&amp;c" rel="noopener nofollow">a</a></p>')[0].children;
  assert.equal(link.attributes.href, 'https://a.example/?b=1&c');
  assert.deepEqual(tree(''), []);
});

test('an entity is what it stands for once, and not what that would stand for', () => {
  assert.deepEqual(tree('<p>&amp;lt;script&amp;gt;</p>'), [p('&lt;script&gt;')]);
});

test('what is not as the contract has it is not read', () => {
  for (const html of [
    '<script>x</script>',
    '<img src="x">',
    '<p onclick="x">a</p>',
    '<p style="color:red">a</p>',
    '<p class="panel">a</p>',
    '<p ONCLICK="x">a</p>',
    '<P>a</P>',
    '<p',
    '<p>',
    'a</p>',
    '</p>',
    '<p></em>',
    '<em><p></em></p>',
    '<p>a > b</p>',
    '<p>&</p>',
    '<p>&bogus;</p>',
    '<p>&#60;</p>',
    '<p>&constructor;</p>',
    '<!--a-->',
    '<!doctype html>',
    '<br/>',
    '<p ><b>a</b></p>',
    '<svg><a href="https://a.example">a</a></svg>',
    '<template><p>a</p></template>',
    '<span class="panel">a</span>',
    '<code class="language-python panel">a</code>',
    '<td class="hidden">a</td>',
    '<ol start="-1"></ol>',
    '<ol start="99999999999"></ol>',
    '<em>'.repeat(100) + '</em>'.repeat(100),
  ]) {
    assert.equal(tree(html), null, html);
  }
});

test('a link leads to http, https and mailto, or the message is shown as it was typed', () => {
  const link = (href) => tree(`<a href="${href}">a</a>`);
  for (const href of ['https://a.example', 'http://a.example', 'mailto:ann@a.example', 'HTTPS://a.example']) assert.ok(link(href), href);
  for (const href of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', 'java\tscript:alert(1)', 'java\nscript:x', 'data:text/html,x', 'vbscript:x', 'blob:x', '//evil.example', '/api/me', 'x', '', '#', 'file:///etc/passwd']) {
    assert.equal(link(href), null, href);
  }
});

test('whatever comes is read or not, in time that grows with its length alone', () => {
  for (const piece of ['<', '<p', '<p>', '</p>', '<a href="', '&', '&amp;', ' a="b"', '<p a="b"', '"', 'a']) {
    const found = tree(piece.repeat(8_000));
    assert.ok(found === null || found.map(text).join('').length > 0, piece);
  }
});
