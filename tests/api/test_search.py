"""Search, by HTTP on a whole server: what is found, what is not, and what nobody may learn by it."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.api.house import House, Json, code_of, open_house

UNHURRIED = 1_000_000  # commands a second
EVERYBODY = ("ann", "mo", "bob", "cyn", "gus")
VOCABULARY = ("tea", "coffee", "lunch", "dinner", "Café", "release", "ship", "rain")


async def find(house: House, who: str, q: str, **more: object) -> Json:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    answer = await house.ask(who, "GET", f"/api/search?q={quote(q)}{extra}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    assert found["complete"]
    return found


async def texts(house: House, who: str, q: str, **more: object) -> list[str]:
    return [item["message"]["text"] for item in (await find(house, who, q, **more))["items"]]


async def say(house: House, who: str, text: str, room: str = "lobby") -> str:
    await house.ask(who, "PUT", f"/api/rooms/{room}/members/{who}")
    answer = await house.ask(who, "POST", f"/api/rooms/{room}/messages", {"text": text})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[House]:
    """A server of the test's own."""
    shutil.copytree(furnished, tmp_path / "data")
    async with open_house(tmp_path / "data", cast=False, commands_per_second=UNHURRIED) as open_:
        yield open_


@pytest.mark.anyio
async def test_who_posts_and_searches_finds_it_with_what_was_looked_for_marked(house: House) -> None:
    id = await say(house, "bob", "The café opens at nine, and closes <never>")
    (item,) = (await find(house, "gus", "cafe clos*"))["items"]
    assert item["message"]["id"] == id
    assert item["message"] == (await house.ask("gus", "GET", f"/api/messages/{id}")).json()
    assert item["excerpt"] == [
        {"text": "The "},
        {"text": "café", "hit": True},
        {"text": " opens at nine, and "},
        {"text": "closes", "hit": True},
        {"text": " <never>"},
    ]


@pytest.mark.anyio
async def test_words_phrases_beginnings_and_what_is_left_out(house: House) -> None:
    for text in ("free lunch today", "lunch is free", "free as in freedom", "no lunches"):
        await say(house, "bob", text)
    assert await texts(house, "bob", "free lunch") == ["lunch is free", "free lunch today"]
    assert await texts(house, "bob", '"free lunch"') == ["free lunch today"]
    assert await texts(house, "bob", "lunch*") == ["no lunches", "lunch is free", "free lunch today"]
    assert await texts(house, "bob", "free -lunch") == ["free as in freedom"]
    assert await texts(house, "bob", 'free -"is free"') == ["free as in freedom", "free lunch today"]
    assert await texts(house, "bob", "free OR lunch") == [], "a word of the query's language is but a word"


@pytest.mark.anyio
async def test_filters_narrow_it(house: House) -> None:
    await say(house, "bob", "see https://example.org")
    linked = await say(house, "cyn", "see for yourself")
    await say(house, "ann", "see the news", "news")
    await house.ask("bob", "PUT", f"/api/messages/{linked}/reactions/{quote('👍')}")
    assert await texts(house, "bob", "see from:bob") == ["see https://example.org"]
    assert await texts(house, "bob", "from:me") == ["see https://example.org"]
    assert await texts(house, "bob", "see from:bob from:cyn") == ["see for yourself", "see https://example.org"]
    assert await texts(house, "bob", "see -from:bob -in:news") == ["see for yourself"]
    assert await texts(house, "bob", "see in:news") == ["see the news"]
    assert await texts(house, "bob", "has:link") == ["see https://example.org"]
    assert await texts(house, "bob", "has:reaction") == ["see for yourself"]
    assert await texts(house, "bob", "see -has:reaction -has:link") == ["see the news"]
    assert await texts(house, "bob", "see before:2020-01-01") == []
    assert len(await texts(house, "bob", "see after:2020-01-01")) == 3
    await house.ask("bob", "DELETE", f"/api/messages/{linked}/reactions/{quote('👍')}")
    assert await texts(house, "bob", "has:reaction") == []


@pytest.mark.anyio
async def test_edits_deletions_and_what_is_taken_back_follow(house: House) -> None:
    id = await say(house, "bob", "the password is swordfish")
    assert (await house.ask("bob", "PATCH", f"/api/messages/{id}", {"text": "never mind"})).status_code == 200
    assert await texts(house, "cyn", "swordfish") == []
    assert await texts(house, "cyn", "mind") == ["never mind"]
    deleted = await house.ask("mo", "DELETE", f"/api/messages/{id}")
    assert await texts(house, "cyn", "mind") == []
    assert await texts(house, "ann", "mind") == []
    undone = await house.ask("mo", "POST", f"/api/moderation/{deleted.headers['folkmoot-action']}/undo")
    assert undone.is_success
    assert await texts(house, "cyn", "mind") == ["never mind"]


@pytest.mark.anyio
async def test_who_loses_a_room_finds_nothing_of_it_from_then_on(house: House) -> None:
    await say(house, "bob", "treasure in the den", "den")
    await say(house, "cyn", "treasure in the lobby")
    assert await texts(house, "bob", "treasure") == ["treasure in the lobby", "treasure in the den"]
    assert await texts(house, "cyn", "treasure") == ["treasure in the lobby"]
    await house.ask("ann", "DELETE", "/api/rooms/den/members/bob")
    assert await texts(house, "bob", "treasure") == ["treasure in the lobby"]
    assert await texts(house, "ann", "treasure") == ["treasure in the lobby", "treasure in the den"]
    await house.ask("mo", "POST", "/api/rooms/lobby/sanctions", {"user": "cyn", "kind": "ban"})
    assert await texts(house, "cyn", "treasure") == []
    await house.ask("ann", "DELETE", "/api/rooms/den")
    assert await texts(house, "ann", "treasure") == ["treasure in the lobby"]


@pytest.mark.anyio
async def test_a_room_that_one_may_not_read_is_the_same_as_none(house: House) -> None:
    for slug in ("den", "staff", "nowhere"):
        answer = await house.ask("cyn", "GET", f"/api/search?q=tea%20in:{slug}")
        assert code_of(answer) == "invalid"
        assert answer.json()["detail"] == f"q: there is no room {slug} that you may read"


@pytest.mark.anyio
async def test_pages_go_on_where_the_last_one_ended_and_show_everything_once(house: House) -> None:
    for number in range(23):
        await say(house, "bob", f"tea {'tea ' * (number % 5)}number {number}")
    for sort in ("newest", "rank"):
        seen: list[str] = []
        page: Json = await find(house, "cyn", "tea", sort=sort, limit=5)
        seen += [item["message"]["text"] for item in page["items"]]
        await say(house, "bob", "more tea has come meanwhile")
        while page["next"] is not None:
            page = await find(house, "cyn", "tea", sort=sort, limit=5, cursor=page["next"])
            seen += [item["message"]["text"] for item in page["items"]]
        assert len(seen) == len(set(seen))
        assert len([text for text in seen if "number" in text]) == 23


@pytest.mark.anyio
async def test_what_fits_best_comes_first_by_rank(house: House) -> None:
    await say(house, "bob", "a release note")
    await say(house, "bob", "we release when the ship, which is late again as it is every single year, has come")
    await say(house, "bob", "ship the thing that nobody has ever asked for and then, much later, call it a release")
    assert (await texts(house, "cyn", "release"))[0].startswith("ship")
    assert (await texts(house, "cyn", "release", sort="rank"))[0] == "a release note"
    assert (await texts(house, "cyn", "ship release", sort="rank"))[0].startswith("we release"), "they stand together"


@pytest.mark.anyio
@pytest.mark.parametrize("cursor", ["x", "bjEuMA", "cjEuMA", "bjk5OTk5OTk5OTk5OTk5OTk5OTk5LjA"])
async def test_a_cursor_of_another_order_or_of_nobody_s_is_refused_or_leads_nowhere(house: House, cursor: str) -> None:
    answer = await house.ask("bob", "GET", f"/api/search?q=tea&cursor={cursor}")
    assert code_of(answer) == ("ok" if cursor == "bjEuMA" else "invalid")


@pytest.mark.anyio
async def test_searching_needs_a_token_that_reads_and_no_more_than_a_few_at_once(house: House) -> None:
    assert code_of(await house.ask(None, "GET", "/api/search?q=tea")) == "unauthenticated"
    token = await house.token("bob", scope="chat:write")
    assert code_of(await house.ask_with(token, "GET", "/api/search?q=tea")) == "insufficient_scope"
    await house.ask("cyn", "GET", "/api/me")
    at_once = await asyncio.gather(*(house.ask("cyn", "GET", "/api/search?q=tea") for _ in range(6)))
    assert [code_of(answer) for answer in at_once].count("rate_limited") == 4
    assert code_of(await house.ask("cyn", "GET", "/api/search?q=tea")) == "ok"


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(3))
async def test_everybody_finds_exactly_what_they_could_read_page_by_page(house: House, seed: int) -> None:
    """Against a search without an index: all that each of them can read, looked through word by word."""
    fate = random.Random(seed)
    ids = []
    for _ in range(60):
        who, room = fate.choice((("bob", "den"), ("ann", "den"), ("ann", "staff"), ("mo", "staff"), ("mo", "news")))
        if fate.random() < 0.5:
            who, room = fate.choice(EVERYBODY), "lobby"
        ids.append((who, await say(house, who, " ".join(fate.choices(VOCABULARY, k=fate.randint(1, 5))), room)))
    for who, id in fate.sample(ids, 20):
        if fate.random() < 0.5:
            await house.ask(who, "DELETE", f"/api/messages/{id}")
        else:
            await house.ask(who, "PATCH", f"/api/messages/{id}", {"text": " ".join(fate.choices(VOCABULARY, k=3))})
    for who in EVERYBODY:
        for word in VOCABULARY:
            found = [item["message"] for item in (await find(house, who, word, limit=200))["items"]]
            assert _by_id(found) == _by_id(await _looked_through(house, who, word)), (seed, who, word)


async def _looked_through(house: House, who: str, word: str) -> list[Json]:
    found: list[Json] = []
    for slug in ("lobby", "staff", "news", "den"):
        answer = await house.ask(who, "GET", f"/api/rooms/{slug}/messages?limit=200")
        if answer.is_success:
            found += [m for m in answer.json()["items"] if word in re.split(r"\W+", m["text"])]
    return found


def _by_id(messages: list[Json]) -> dict[str, Any]:
    return {message["id"]: message for message in messages}


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One loop for all that is typed."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def standing_house(
    furnished: Path, tmp_path_factory: pytest.TempPathFactory, runner: asyncio.Runner
) -> Iterator[House]:
    """One server for all that is typed, in which something was said."""
    folder = tmp_path_factory.mktemp("typed") / "data"
    shutil.copytree(furnished, folder)
    opening = open_house(folder, cast=False, commands_per_second=UNHURRIED)
    house = runner.run(opening.__aenter__())
    for word in VOCABULARY:
        runner.run(say(house, "bob", f'{word} "quoted" (in brackets) it\'s {word}*'))
    yield house
    runner.run(opening.__aexit__(None, None, None))


TYPED = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(VOCABULARY),
        st.sampled_from(
            ('"', "*", "-", "(", ")", "AND", "OR", "NOT", "NEAR(", "^", "{text}:", "text:", "+", ":", "''")
        ),
        st.sampled_from(("from:", "in:", "has:", "before:", "after:", "on:", "from:bob", "in:lobby", "has:link")),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(TYPED, st.sampled_from(("", " ")), st.sampled_from(("newest", "rank")))
@example(["\u1d12f", "tea"], " ", "rank")
@example(["\U0001e900\U0001e901"], "", "rank")
def test_whatever_is_typed_is_answered_or_refused_as_invalid(
    standing_house: House, runner: asyncio.Runner, typed: list[str], between: str, sort: str
) -> None:
    """A lone surrogate has no UTF-8, so a client can't send one; a NUL in an address is refused before any route."""
    q = between.join(typed).encode(errors="replace").decode().replace("\0", "")
    answer = runner.run(standing_house.ask("bob", "GET", f"/api/search?q={quote(q)}&sort={sort}"))
    assert code_of(answer) in {"ok", "invalid"}, (q, answer.text)
    if answer.is_success:
        assert all(item["message"]["author"]["username"] == "bob" for item in answer.json()["items"])
