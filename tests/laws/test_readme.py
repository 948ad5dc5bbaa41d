"""What the README says of the code is made from the code: the table of settings, and who may do what."""

from __future__ import annotations

import pytest

from scripts.documents.readme import PAGE, PARTS, readme, with_part


def test_the_readme_says_what_the_code_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert readme(page) == page, "scripts/document writes it anew"


@pytest.mark.parametrize("name", PARTS)
def test_every_part_that_is_made_has_something_to_say(name: str) -> None:
    assert len(PARTS[name]().splitlines()) >= 7


def test_a_part_that_is_out_of_date_is_found() -> None:
    page = with_part(
        "# Hall\n\n<!-- colours: written by scripts/document --><!-- end of colours -->\n", "colours", "red"
    )
    assert with_part(page, "colours", "red") == page
    assert with_part(page, "colours", "blue") == page.replace("red", "blue") != page


def test_a_page_without_a_place_for_a_part_is_found() -> None:
    with pytest.raises(ValueError, match="no place for its colours"):
        with_part("# Hall\n", "colours", "red")
