"""Search, with an index that makes mistakes: whatever it finds, nobody is shown what they may not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from service.chat.deletions import DeleteMessage
from service.chat.errors import Code, Refusal
from service.chat.queries import Trait
from service.chat.records import Room
from service.chat.roles import Role, RoomRole, Scope, Visibility
from service.chat.search import ROUNDS, Found, Searches, Sort
from service.chat.stores.search import Excerpt, Hit, Piece, Wanted
from tests.stage import Stage
from tests.stage_door import door, say, sign_in


@dataclass
class WrongIndex:
    """Finds all that was ever said anywhere, the latest first, whatever is asked; and remembers what was asked."""

    hits: list[Hit] = field(default_factory=list)
    asked: list[Wanted] = field(default_factory=list)
    complete: bool = True

    def put(self, room: Room, seq: int) -> None:
        """Index a message."""
        self.hits.insert(0, Hit(len(self.hits) + 1, room.id, seq))

    async def caught_up(self) -> bool:
        """As it was told."""
        return self.complete

    async def newest(self, wanted: Wanted, below: int | None, limit: int) -> list[Hit]:
        """All of it."""
        self.asked.append(wanted)
        return [hit for hit in self.hits if below is None or hit.key < below][:limit]

    async def best(self, wanted: Wanted, below: int | None, first: int, limit: int) -> tuple[list[Hit], int]:
        """All of it, the other way round."""
        self.asked.append(wanted)
        top = len(self.hits) + 1 if below is None else below
        return [hit for hit in reversed(self.hits) if hit.key < top][first : first + limit], top

    async def excerpts(self, wanted: Wanted, texts: Mapping[int, str]) -> dict[int, Excerpt]:
        """The whole texts, but for those that are no tea."""
        return {key: (Piece(text),) for key, text in texts.items() if "tea" in text}


class Library:
    """The cast, their rooms, and the index."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.stage.room("lobby", join_role=Role.GUEST, post_role=Role.GUEST)
        self.stage.room("staff", join_role=Role.MODERATOR)
        self.stage.room("den", visibility=Visibility.PRIVATE)
        for slug, username in (("lobby", "bob"), ("lobby", "cyn"), ("den", "bob"), ("staff", "mo")):
            self.stage.place(slug, username, RoomRole.MEMBER)
        self.index = WrongIndex()
        self.searches = Searches(door(self.stage), self.index)

    def say(self, username: str, text: str, room: str = "lobby") -> str:
        """Say something, and index it. Its id."""
        message = say(self.stage, username, text, room).message
        self.index.put(self.stage.seen(room), message.seq)
        return message.id

    async def find(
        self,
        username: str,
        q: str = "tea",
        sort: Sort = Sort.NEWEST,
        cursor: str | None = None,
        limit: int = 10,
        scope: frozenset[Scope] | None = None,
    ) -> Found:
        """One page."""
        credential = sign_in(self.stage, username, scope, device=f"{len(self.index.asked)} {cursor} {q}")
        return await self.searches.find(credential, q, sort, cursor, limit)

    async def texts(self, username: str, q: str = "tea", **more: object) -> list[str]:
        """What is shown to somebody."""
        found = await self.find(username, q, **more)  # type: ignore[arg-type]
        return [item.message.text for item in found.items]


@pytest.fixture
def library() -> Library:
    """With tea in every room."""
    library = Library()
    library.say("ann", "tea in the den", "den")
    library.say("mo", "tea for staff", "staff")
    library.say("bob", "tea in the lobby")
    return library


@pytest.mark.anyio
@pytest.mark.parametrize("sort", Sort)
async def test_nobody_is_shown_what_they_may_not_read_whatever_the_index_finds(library: Library, sort: Sort) -> None:
    shown = {name: set(await library.texts(name, sort=sort)) for name in ("ann", "mo", "bob", "cyn", "gus")}
    lobby, staff, den = "tea in the lobby", "tea for staff", "tea in the den"
    assert shown == {
        "ann": {lobby, staff, den},
        "mo": {lobby, staff},
        "bob": {lobby, den},
        "cyn": {lobby},
        "gus": {lobby},
    }


@pytest.mark.anyio
async def test_the_index_is_asked_for_no_more_than_may_be_read(library: Library) -> None:
    rooms = {slug: library.stage.seen(slug).id for slug in ("lobby", "staff", "den")}
    for name, q, within in (
        ("cyn", "tea", {"lobby"}),
        ("bob", "tea", {"lobby", "den"}),
        ("bob", "tea -in:den", {"lobby"}),
        ("ann", "tea in:den in:staff", {"den", "staff"}),
        ("ann", "tea in:den -in:den", set()),
    ):
        await library.find(name, q)
        assert library.index.asked[-1].rooms == {rooms[slug] for slug in within}, (name, q)


@pytest.mark.anyio
async def test_names_are_resolved_to_who_bears_them(library: Library) -> None:
    await library.find("bob", "from:me -from:CYN has:link")
    asked = library.index.asked[-1]
    assert asked.authors == (library.stage.who("bob").id,)
    assert asked.without_authors == (library.stage.who("cyn").id,)
    assert asked.traits == (Trait.LINK,)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "q", ["tea in:den", "tea in:nowhere", "tea in:Not~A~Slug", "from:nobody", "from:!", "-in:staff tea"]
)
async def test_who_or_what_is_not_there_for_the_asker_is_no_query(library: Library, q: str) -> None:
    with pytest.raises(Refusal) as caught:
        await library.find("cyn", q)
    assert caught.value.code is Code.INVALID
    assert not library.index.asked


@pytest.mark.anyio
async def test_what_was_deleted_or_no_longer_fits_is_passed_over_and_the_page_is_filled(library: Library) -> None:
    ids = [library.say("bob", f"tea {number}") for number in range(8)]
    for id in ids[3:]:
        library.stage.do("bob", DeleteMessage(id, None))
    library.say("bob", "coffee, which was something else when it was indexed")
    found = await library.find("cyn", limit=3)
    assert [item.message.text for item in found.items] == ["tea 2", "tea 1", "tea 0"]
    assert found.next is not None
    assert await library.texts("cyn", cursor=found.next) == ["tea in the lobby"]


@pytest.mark.anyio
async def test_looking_for_what_is_left_has_an_end_and_goes_on_at_the_next_page(library: Library) -> None:
    for number in range(ROUNDS * 4):
        library.stage.do("bob", DeleteMessage(library.say("bob", f"tea {number}"), None))
    found = await library.find("cyn", limit=1)
    assert found.items == []
    shown: list[str] = []
    while found.next is not None:
        found = await library.find("cyn", limit=1, cursor=found.next)
        shown += [item.message.text for item in found.items]
    assert shown == ["tea in the lobby"]


@pytest.mark.anyio
async def test_a_page_that_is_just_full_is_the_last_one(library: Library) -> None:
    for sort in Sort:
        found = await library.find("bob", sort=sort, limit=3)
        assert len(found.items) == 2
        assert found.next is None
    found = await library.find("cyn", limit=1)
    assert (len(found.items), found.next) == (1, None)


@pytest.mark.anyio
async def test_a_part_of_the_log_that_is_not_indexed_yet_is_told_of(library: Library) -> None:
    assert (await library.find("cyn")).complete
    library.index.complete = False
    assert not (await library.find("cyn")).complete


@pytest.mark.anyio
@pytest.mark.parametrize(
    "cursor", ["n", "r5.0", "n5", "n5.x", "n.", "n-1.0", "n99999999999999999999.0", "\N{SUPERSCRIPT TWO}"]
)
async def test_a_cursor_that_was_never_given_out_is_refused(library: Library, cursor: str) -> None:
    with pytest.raises(Refusal) as caught:
        await library.find("cyn", cursor=cursor)
    assert caught.value.errors[0].field == "cursor"


@pytest.mark.anyio
async def test_a_token_that_does_not_read_does_not_search(library: Library) -> None:
    with pytest.raises(Refusal) as caught:
        await library.find("cyn", scope=frozenset({Scope.WRITE}))
    assert caught.value.code is Code.INSUFFICIENT_SCOPE
    assert not library.index.asked
