"""The operator makes bots, invites and rooms at the command line."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Folkmoot


def test_a_bots_secret_is_shown_once(folkmoot: Folkmoot) -> None:
    made = folkmoot("bot", "add", "deploys")
    found = re.fullmatch(r"client_id=(\S+)\nclient_secret=(\S+)\n", made.out)
    assert found
    listed = folkmoot("bot", "list").out
    assert listed == f"deploys\tmember\t{found[1]}\tdeploys\n"
    assert found[2] not in listed


def test_an_invite_is_a_link_whose_secret_is_in_the_fragment(
    folkmoot: Folkmoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/signup#invite=\w{20,}\n", folkmoot("invite").out)
    monkeypatch.setenv("FOLKMOOT_PUBLIC_URL", "https://moot.example/")
    link = folkmoot("invite", "--role", "guest", "--uses", "20", "--days", "1").out
    assert link.startswith("https://moot.example/signup#invite=")


def test_an_invite_gives_no_power_over_others(folkmoot: Folkmoot) -> None:
    assert folkmoot("invite", "--role", "admin").status == 2


def test_a_room_belongs_to_the_owner_that_is_named(folkmoot: Folkmoot) -> None:
    folkmoot("user", "add", "ann", "--role", "admin", "--generate")
    assert folkmoot("room", "add", "staff", "--owner", "ann", "--join-role", "moderator").status == 0
    assert folkmoot("room", "add", "den", "--owner", "ann", "--private", "--name", "Den").status == 0
    assert folkmoot("room", "list").out == (
        "den\tprivate\tmember\tmember\t1\tDen\nstaff\tpublic\tmoderator\tmember\t1\tstaff\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("lobby", "--owner", "nobody"), "There is no such user."),
        (("staff", "--owner", "bob", "--join-role", "admin"), "A gate can't be above the role"),
        (("lobby", "--owner", "gus"), "Guests can't create rooms."),
        (("No Slug", "--owner", "bob"), "slug: "),
    ],
)
def test_a_room_that_could_not_have_come_about_is_refused(
    folkmoot: Folkmoot, arguments: tuple[str, ...], said: str
) -> None:
    folkmoot("user", "add", "bob", "--generate")
    folkmoot("user", "add", "gus", "--role", "guest", "--generate")
    outcome = folkmoot("room", "add", *arguments)
    assert outcome.status == 1
    assert said in outcome.err
    assert folkmoot("room", "list").out == ""
