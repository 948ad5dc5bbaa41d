"""Code with its words marked: the code is what was typed, in every language on the list."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.text.highlighting import CLASSES, LANGUAGES, highlighted, language_of
from service.text.sanitising import sanitised
from tests.text.allowed import read

CODE = 'import a; def f(x): return "é" + 1 # <b>&amp;\n\n<?php echo strlen($a); ?>\n+ b\n- c\n$ ls\n>>> x\n'


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_the_code_is_changed(language: str) -> None:
    for code in (CODE, "", "\n\n", "  x", "x"):
        assert read(highlighted(code, language)).text == code


@given(st.sampled_from(LANGUAGES), st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=40))
@settings(max_examples=200, deadline=None)
def test_nothing_of_any_code_is_changed(language: str, code: str) -> None:
    assert read(highlighted(code, language)).text == code


def test_words_are_marked_by_what_they_are() -> None:
    assert highlighted("def f(): pass  # so", "python") == (
        '<span class="k">def </span><span class="nf">f</span>(): '
        '<span class="k">pass  </span><span class="c"># so</span>'
    )
    assert highlighted("+a\n-b", "diff") == '<span class="gi">+a\n</span><span class="gd">-b</span>'


@pytest.mark.parametrize(
    ("info", "language"),
    [
        ("python", "python"),
        ("py", "python"),
        (" PY title=x", "python"),
        ("c++", "cpp"),
        ("sh", "bash"),
        ("yml", "yaml"),
        ("brainrot", None),
        ("http", None),
        ("", None),
        ("  ", None),
        ('py"onclick="x', None),
    ],
)
def test_a_language_is_known_by_its_names(info: str, language: str | None) -> None:
    assert language_of(info) == language


def test_the_sanitiser_lets_all_of_it_through() -> None:
    """Else a kind of word would never be shown, and nobody would know why."""
    for class_ in set(CLASSES.values()):
        assert sanitised(f'<span class="{class_}">x</span>') == f'<span class="{class_}">x</span>'
    for language in LANGUAGES:
        assert f"language-{language}" in sanitised(f'<code class="language-{language}">x</code>')
