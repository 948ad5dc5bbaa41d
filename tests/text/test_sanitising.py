"""The second wall, tried as if there were no first: whatever HTML comes, what is not on the list is not shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.text.sanitising import sanitised
from tests.text.allowed import read

HOSTILE = [
    "<script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "<img src=x onerror=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<p onclick=alert(1) style=color:red id=x class=panel title=x lang=x>a</p>",
    "<a href=javascript:alert(1)>a</a>",
    "<a href='java\tscript:alert(1)'>a</a>",
    "<a href=//evil.example>a</a>",
    "<a href=/api/me target=_top rel=opener>a</a>",
    "<span class='k panel'>a</span>",
    "<code class='language-evil'>a</code>",
    "<form><input name=x><button formaction=javascript:alert(1)>",
    "<math><mi xlink:href=javascript:alert(1)>a",
    "<table><td class='hidden'><template><b>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<svg></p><style><a id='</style><img src=1 onerror=alert(1)>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
]
KNOWN = {
    "javascript:",
    "//evil",
    "onerror",
    "onclick",
    "style=",
    "panel",
    "hidden",
    "target",
    '"opener"',
    "language-evil",
}


def attributes(html: str) -> str:
    """The HTML without its texts."""
    return "".join(part.partition(">")[0] for part in html.split("<")[1:])


@pytest.mark.parametrize("html", HOSTILE)
def test_what_is_not_on_the_list_is_not_shown(html: str) -> None:
    clean = sanitised(html)
    assert not [word for word in KNOWN if word in attributes(clean)], clean
    assert sanitised(clean) == clean, "what is clean stays as it is"


@given(
    st.lists(
        st.sampled_from([*HOSTILE, "<p>", "</p>", "<pre>", "<table>", "<tr>", "<td>", "a", "<!--", "-->", "<svg>"]),
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_nothing_hostile_comes_of_the_hostile_mixed(parts: list[str]) -> None:
    clean = sanitised("".join(parts))
    assert not [word for word in KNOWN if word in attributes(clean)], clean
    assert "<script" not in clean
    assert "<img" not in clean


def test_what_is_on_the_list_is_left_alone() -> None:
    html = (
        '<p>a<br><em>b</em> <strong>c</strong> <s>d</s> <a href="https://a.example" rel="noopener nofollow">e</a></p>'
        '<blockquote><ul><li>f</li></ul><ol start="2"><li>g</li></ol></blockquote>'
        '<pre><code class="language-c"><span class="k">int</span></code></pre>'
        '<table><thead><tr><th class="right">h</th></tr></thead>'
        '<tbody><tr><td class="center">i</td></tr></tbody></table>'
    )
    assert sanitised(html) == html
    assert read(html).links == ["https://a.example"]


def test_a_link_gets_its_rel_whatever_it_said() -> None:
    assert sanitised('<a href="https://a.example" rel="opener">a</a>') == (
        '<a href="https://a.example" rel="noopener nofollow">a</a>'
    )
