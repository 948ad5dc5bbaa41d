"""Markdown as it is shown in a chat: what has a meaning, what is shown as it was typed, and that neither people's words
nor the server's time are lost over it."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.chat.names import TEXT_MAX
from service.text.markdown import CELLS_MAX, DEPTH_MAX, HIGHLIGHTING_SECONDS, HTML_MAX, html
from service.text.marks import marked
from tests.text.allowed import read

ORDINARY = ("so *nice* and **bold**, see `x` or https://a.example/b\n" * 100)[:TEXT_MAX]
TIMES_MAX = 40  # as much as that may any text of its length take; the worst takes ten times as much


TRIES = 3  # for what else the process may have to do meanwhile, as to collect garbage


def seconds(text: str) -> float:
    """What formatting a text takes of the processor. It is compared with what an ordinary one takes at that moment:
    how many seconds either has depends on the machine, and on what else it does."""
    began = time.process_time()
    html(text)
    return time.process_time() - began


def is_quick(text: str, more: float = 0.0) -> bool:
    """Whether formatting a text takes no longer than any may, and so many seconds more."""
    return any(seconds(text) < more + TIMES_MAX * seconds(ORDINARY) for _ in range(TRIES))


def shown(text: str) -> str:
    """The HTML of a text that has formatting, without what the sanitiser adds to links."""
    formatted = html(text)
    assert formatted is not None, "it has no formatting"
    assert marked(text), "it would never have been formatted"
    read(formatted)
    return formatted.replace(' rel="noopener nofollow"', "")


@pytest.mark.parametrize(
    ("typed", "formatted"),
    [
        ("so *nice* and **bold** and ~~gone~~", "so <em>nice</em> and <strong>bold</strong> and <s>gone</s>"),
        ("_under_ but not snake_case_names", "<em>under</em> but not snake_case_names"),
        ("`x < y` and ``a`b``", "<code>x &lt; y</code> and <code>a`b</code>"),
        ("one\n*two*\n  three", "one<br><em>two</em><br>three"),
        (r"\*not\* and **is**", "*not* and <strong>is</strong>"),
        (r"\*only marks\*", "*only marks*"),
        ("*a* &amp; &lt;b&gt; <i>", "<em>a</em> &amp;amp; &amp;lt;b&amp;gt; &lt;i&gt;"),
        ("a [link](https://a.example/x?y=1&z)", 'a <a href="https://a.example/x?y=1&amp;z">link</a>'),
        ('[a](https://a.example "the title")', '<a href="https://a.example">a</a>'),
        (
            "**https://a.example/b_c_d**",
            '<strong><a href="https://a.example/b_c_d">https://a.example/b_c_d</a></strong>',
        ),
        ("<https://a.example>", '<a href="https://a.example">https://a.example</a>'),
        ("<ann@a.example>", '<a href="mailto:ann@a.example">ann@a.example</a>'),
        ("mailto:ann@a.example", '<a href="mailto:ann@a.example">mailto:ann@a.example</a>'),
    ],
)
def test_what_is_marked_in_a_line_is_shown_so(typed: str, formatted: str) -> None:
    assert shown(typed) == f"<p>{formatted}</p>"


@pytest.mark.parametrize(
    ("typed", "formatted"),
    [
        ("> so\n> he said\n\nno", "<blockquote><p>so<br>he said</p></blockquote><p>no</p>"),
        ("- a\n- b\n  - c", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("```\n<b>\n\n  x\n```", "<pre><code>&lt;b&gt;\n\n  x</code></pre>"),
        ("```brainrot\nx\n```", "<pre><code>x</code></pre>"),
        ("```py\nreturn\n```", '<pre><code class="language-python"><span class="k">return</span></code></pre>'),
        (
            "|a|\n|:-:|\n|*1*|",
            (
                '<table><thead><tr><th class="center">a</th></tr></thead>'
                '<tbody><tr><td class="center"><em>1</em></td></tr></tbody></table>'
            ),
        ),
    ],
)
def test_what_stands_in_several_lines_is_a_block(typed: str, formatted: str) -> None:
    assert shown(typed) == formatted


@pytest.mark.parametrize(
    "typed", ["hello", "2 * 3 * 4", "snake_case_name", "a\n\nb\nc * d", "# a\n    b", "&amp; 1) 2+2"]
)
def test_a_text_without_marks_is_not_even_sent_to_be_formatted(typed: str) -> None:
    assert not marked(typed)
    assert html(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "a ` b",
        "a ~~ b",
        "*no",
        "C:\\new",
        "[x](y)",
        "https://",
        "<a@",
        "a\n\nb *c",
        "*",
        "-",
        ">",
        "1)",
        "1.\n2.",
        "|-",
    ],
)
def test_marks_that_mean_nothing_leave_a_text_as_it_is(typed: str) -> None:
    assert html(typed) is None


@pytest.mark.parametrize(
    "typed",
    [
        "# heading *x*",
        "*x*\n\n---\n\ny",
        "a\n===\n*x*",
        "    indented *x*",
        "[a]: https://a.example\n\n[a] *x*",
        "*x* <b>bold</b> <!-- note -->",
    ],
)
def test_what_belongs_into_documents_is_shown_as_it_was_typed(typed: str) -> None:
    found = read(shown(typed)).text
    assert "".join(found.split()) == re.sub(r"\s|\*", "", typed)


def test_an_image_is_a_link_to_it() -> None:
    assert shown("![cat](https://a.example/cat.png)") == '<p>!<a href="https://a.example/cat.png">cat</a></p>'


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript&colon;alert(1)",
        "&#x6a;avascript:alert(1)",
        "\\javascript:alert(1)",
        "<java\tscript:alert(1)>",
        "vbscript:x",
        "data:text/html,<script>x</script>",
        "data:image/png;base64,AAAA",
        "file:///etc/passwd",
        "//evil.example",
        "/api/me",
        "#top",
        "",
        "?a",
        "https:evil.example",
        "https:///evil",
        "ftp://a.example",
        "blob:a",
    ],
)
def test_a_link_leads_to_http_https_or_mail_and_nothing_else_is_one(href: str) -> None:
    formatted = html(f"*x* [a]({href})") or ""
    found = read(formatted)
    assert not found.links
    assert "[a]" in found.text


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("see https://a.example/b.", "https://a.example/b"),
        ("(https://a.example/b)", "https://a.example/b"),
        ("https://a.example/w_(x), and so on", "https://a.example/w_(x)"),
        ("'https://a.example/b'!", "https://a.example/b"),
        ("https://a.example/*b*c", "https://a.example/*b*c"),
        ("HTTPS://a.example", "HTTPS://a.example"),
        ("https://a.example:8443/x?y=1#z", "https://a.example:8443/x?y=1#z"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("*x* mailto:ann@a.example?subject=b.", "mailto:ann@a.example?subject=b"),
        ("[https://a.example](https://a.example/b)", "https://a.example/b"),
    ],
)
def test_an_address_is_a_link_without_the_sentence_around_it(typed: str, link: str) -> None:
    assert read(shown(typed)).links == [link]
    assert "".join(re.sub(r"[*\[]|\]\(.*\)", "", typed).split()).startswith(
        "".join(read(shown(typed)).text.split())[:5]
    )


@pytest.mark.parametrize(
    "typed", ["xhttps://a.example", "https://", "https:// a", "http:/a.example", "://a", "a.example"]
)
def test_what_only_looks_like_an_address_is_no_link(typed: str) -> None:
    assert not read(html(f"*x* {typed}") or "").links


def test_a_link_that_shows_another_address_than_it_leads_to_is_shown_as_it_was_typed() -> None:
    for typed in (
        "[https://bank.example](https://evil.example)",
        "[see **https://bank.example/login**](https://evil.example/https://bank.example)",
        "[HTTPS://BANK.example](https://bank.example@evil.example)",
    ):
        found = read(html("*x* " + typed) or "")
        assert "https://evil.example" not in found.links
        assert "](http" in found.text


# The attacks of J4, and what the field has seen of them.
SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>@import 'https://evil.example'</style>",
    "<base href=https://evil.example>",
    "<form action=https://evil.example><input name=password>",
    "</p></div><script>alert(1)</script>",
    "`</code><script>alert(1)</script>`",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    '```python"onmouseover="alert(1)\nx\n```',
    '[a](https://a.example"onmouseover="alert(1))',
    '[a](<https://a.example"><script>alert(1)</script>>)',
    '[a](https://a.example "x"onmouseover="alert(1)")',
    "[<img src=x onerror=alert(1)>](https://a.example)",
    "![x](https://evil.example/pixel.png)",
    '![x" onerror="alert(1)](https://a.example)',
    '<https://a.example/"onmouseover="alert(1)>',
    'https://a.example/"onmouseover="alert(1)',
    "|<script>|b|\n|-|-|\n|<img src=x onerror=alert(1)>|c|",
    "|a|\n|-|\n|b|{onclick=alert(1)}",
    "> <script>\n> alert(1)\n> </script>",
    "*<script>*alert(1)*</script>*",
    "&lt;script&gt;alert(1)&lt;/script&gt; *x*",
    "\\<script\\>alert(1)\\</script\\>",
    "<scr\u200bipt>*x*",
    "\u202e*x*<script>",
    "<![CDATA[<script>alert(1)</script>]]> *x*",
    "<?php echo 1 ?> *x*",
]


@pytest.mark.parametrize("typed", SCRIPTS)
@pytest.mark.parametrize(
    "around", ["%s", "**b** %s", "> %s", "- %s", "|%s|b|\n|-|-|\n|a|b|", "[%s](https://a.example)"]
)
def test_scripts_are_shown_as_text(typed: str, around: str) -> None:
    formatted = html(around.replace("%s", typed))
    if formatted is not None:
        read(formatted)


MARKS = st.sampled_from(
    [
        *"*_`~[]()<>|\\-+#>!&:.1 \n\tab\"'",
        "**",
        "~~",
        "](",
        "http://a.example",
        "```",
        "```py\n",
        "\n- ",
        "\n> ",
        "é",
        "🦊",
    ]
)
WRITTEN = st.lists(MARKS, max_size=60).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80
)


@given(WRITTEN)
@settings(max_examples=400, deadline=None)
def test_whatever_is_typed_only_what_is_allowed_comes_out(text: str) -> None:
    formatted = html(text)
    if formatted is not None:
        read(formatted)


@given(WRITTEN)
@settings(max_examples=400, deadline=None)
def test_what_is_not_marked_has_no_formatting(text: str) -> None:
    """So nobody's formatting is lost because the event loop did not ask for it."""
    if not marked(text.strip()):
        assert html(text.strip()) is None


WORDS = st.text(st.characters(categories=["L", "N"], max_codepoint=0x2FFF), min_size=1, max_size=8)
SENTENCES = st.lists(
    st.tuples(
        st.sampled_from(["", " ", "\n", "\n\n", "\n- ", "\n> ", "*", "**", "_", "~~", "\\", "(", "<", "|", " # "]),
        WORDS,
    ),
    min_size=1,
    max_size=12,
)


@given(SENTENCES)
@settings(max_examples=400, deadline=None)
def test_no_word_is_lost(sentences: list[tuple[str, str]]) -> None:
    text = "".join(mark + word for mark, word in sentences).strip()
    formatted = html(text)
    if formatted is not None:
        letters = "".join(character for character in read(formatted).text if character.isalnum())
        assert letters == "".join(character for character in text if character.isalnum())


# fmt: off
PILES = [
    "![", "[", "[[[[ ", "[](", "[a](", "](", "[*a*](", "\\", "\\[", "<a:", "http://", "https:", "x://", "mailto:?",
    "*a **a ", "*a_", "**", "~~a", "é*", "`a``b```c", "```a\n", "> > > > ", "- ", "- - ", "> - ", "|a",
    "|-|\n", "a|b\n-|-\n",
]
# fmt: on


@pytest.mark.parametrize("pile", PILES)
@pytest.mark.parametrize(
    "below", ["", "[", "> ", "|" + "a|" * 30 + "\n|" + "-|" * 30 + "\n"], ids=["", "link", "quote", "table"]
)
def test_a_text_that_was_made_to_be_slow_is_not(pile: str, below: str) -> None:
    text = (below + pile * TEXT_MAX)[:TEXT_MAX]
    assert is_quick(text)
    assert len(html(text) or "") <= HTML_MAX


@pytest.mark.parametrize(
    ("language", "code"), [("c", "a" + "\n" * 3_900), ("csharp", "a\n" * 1_900), ("make", "'" + "_" * 3_900)]
)
def test_code_that_was_made_to_be_slow_is_shown_without_colours(language: str, code: str) -> None:
    text = f"```{language}\n{code}x\n```"
    assert is_quick(text, HIGHLIGHTING_SECONDS)
    formatted = html(text) or ""
    assert "<span" not in formatted
    assert read(formatted).text == f"{code}x"


def test_a_few_signs_do_not_become_a_burden_for_everyone() -> None:
    rows = "|a" * 30 + "|\n" + "|-" * 30 + "|\n" + "|\n" * 1_900
    assert len(rows) <= TEXT_MAX
    assert "<table>" not in (html(rows) or ""), "its cells would be over the bound"
    assert CELLS_MAX < 30 * 1_900
    code = "```c\n" + "1(" * 1_990 + "\n```"
    assert len(html(code) or "") <= HTML_MAX
    assert read(html(code) or "").text == "1(" * 1_990


def test_what_is_too_deep_is_shown_as_it_was_typed_rather_than_left_out() -> None:
    assert html(">" * (DEPTH_MAX // 2) + " x") is not None
    for text in (">" * DEPTH_MAX + " x", ">" * 500 + " x", "- " * 40 + "x", "*a " * 40 + "b*" * 40):
        assert html(text) is None or "x" in read(html(text) or "").text


def test_a_text_over_the_limit_is_not_looked_at() -> None:
    assert html("*a*" + "x" * TEXT_MAX) is None
