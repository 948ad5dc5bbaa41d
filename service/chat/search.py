"""Search: what was said, found by its words, in all that the asker may read and nowhere else.

The index is asked for places; whether there is something to read, and whether this person may read it, the database
says, at the end and once more: a message may have been deleted, and somebody sent out of a room, since it was indexed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from service.chat import names, queries, standing
from service.chat.door import Door
from service.chat.errors import Code, Refusal, invalid
from service.chat.policy import Action, Standing, entitled, may_list
from service.chat.ports import Page, Transaction
from service.chat.queries import Query, wrong
from service.chat.records import Asker, Credential, Message, Room
from service.chat.roles import Role
from service.chat.stores.search import Excerpt, Hit, SearchIndex, Wanted

ROOMS_AT_ONCE = 500  # rooms of one look
ROUNDS = 5  # times that the index is asked again, if what it found is not there any more
PER_USER = 2  # searches of one user at once
RETRY_SECONDS = 1.0  # by then another one has ended
KEY_MAX = 2**63 - 1  # the widest integer of a cursor
ME = "me"


class Sort(StrEnum):
    """In which order what was found is shown."""

    NEWEST = "newest"
    RANK = "rank"


@dataclass(frozen=True, slots=True)
class Item:
    """A message that was found, and what to show of it."""

    message: Message
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class Found:
    """One page. ``next`` is where the next one begins; ``complete``, that the index had all of the log."""

    items: list[Item]
    next: str | None
    complete: bool


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a page begins: below a key of the index, and after how many of the best."""

    below: int | None = None
    first: int = 0


class Searches:
    """Finds, for one user no more than a few times at once: a search costs as much as a hundred other requests."""

    def __init__(self, door: Door, index: SearchIndex) -> None:
        self._door = door
        self._index = index
        self._under_way: Counter[str] = Counter()

    async def find(self, credential: Credential, raw: str, sort: Sort, cursor: str | None, limit: int) -> Found:
        """One page of what fits."""
        query, start = queries.parse(raw), _start(sort, cursor)
        with self._place(credential.user_uid):
            complete = await self._index.caught_up()
            wanted = await self._door.ask(credential, Resolve(query))
            if sort is Sort.NEWEST or not wanted.words:
                return await self._newest(credential, wanted, sort, start, limit, complete)
            return await self._best(credential, wanted, start, limit, complete)

    async def _newest(
        self, credential: Credential, wanted: Wanted, sort: Sort, start: _Start, limit: int, complete: bool
    ) -> Found:
        items: list[Item] = []
        below = start.below
        for _ in range(ROUNDS):
            most = limit + 1 - len(items)
            hits = await self._index.newest(wanted, below, most)
            shown = await self._shown(credential, wanted, hits)
            for hit in hits:
                if hit.key in shown:
                    if len(items) == limit:
                        return Found(items, _cursor(sort, below), complete)
                    items.append(shown[hit.key])
                below = hit.key
            if len(hits) < most:
                return Found(items, None, complete)
        return Found(items, _cursor(sort, below), complete)

    async def _best(self, credential: Credential, wanted: Wanted, start: _Start, limit: int, complete: bool) -> Found:
        hits, top = await self._index.best(wanted, start.below, start.first, limit + 1)
        shown = await self._shown(credential, wanted, hits[:limit])
        items = [shown[hit.key] for hit in hits[:limit] if hit.key in shown]
        if len(hits) <= limit:
            return Found(items, None, complete)
        # What is said from here on is not among the best of this search, or an item would be shown twice.
        return Found(items, _cursor(Sort.RANK, start.below or top, start.first + limit), complete)

    async def _shown(self, credential: Credential, wanted: Wanted, hits: Sequence[Hit]) -> dict[int, Item]:
        if not hits:
            return {}
        messages = await self._door.ask(credential, ReadHits(tuple(hits)), counted=True)
        texts = {key: message.text for key, message in messages.items()}
        excerpts = await self._index.excerpts(wanted, texts)
        return {key: Item(messages[key], excerpt) for key, excerpt in excerpts.items()}

    @contextmanager
    def _place(self, user_uid: str) -> Iterator[None]:
        if self._under_way[user_uid] >= PER_USER:
            raise Refusal(Code.RATE_LIMITED, "You are searching already.", retry_after=RETRY_SECONDS)
        self._under_way[user_uid] += 1
        try:
            yield
        finally:
            self._under_way[user_uid] -= 1
            if not self._under_way[user_uid]:
                del self._under_way[user_uid]


@dataclass(frozen=True, slots=True)
class Resolve:
    """Who and where is meant by a query, as far as the asker may know."""

    query: Query

    def run(self, tx: Transaction, asker: Asker) -> Wanted:
        """Also how much of it they may read. A room that they do not see and one that is none are the same to them."""
        may_list(asker.scope).require()
        query = self.query
        rooms = readable(tx, asker)
        by_slug = {room.slug: room.id for room in rooms.values()}
        within = {_room(by_slug, slug) for slug in query.rooms} or set(rooms)
        within -= {_room(by_slug, slug) for slug in query.without_rooms}
        return Wanted(
            rooms=frozenset(within),
            words=query.words,
            without=query.without,
            authors=tuple(_author(tx, asker, name) for name in query.authors),
            without_authors=tuple(_author(tx, asker, name) for name in query.without_authors),
            traits=query.traits,
            without_traits=query.without_traits,
            since=query.since,
            before=query.before,
        )


@dataclass(frozen=True, slots=True)
class ReadHits:
    """The messages that were found, as they are now, by their keys."""

    hits: tuple[Hit, ...]

    def run(self, tx: Transaction, asker: Asker) -> dict[int, Message]:
        """Those that are still there, and in rooms that the asker may still read."""
        may_list(asker.scope).require()
        rooms = readable(tx, asker)
        by_room: dict[int, dict[int, int]] = {}
        for hit in self.hits:
            by_room.setdefault(hit.room_id, {})[hit.seq] = hit.key
        found: dict[int, Message] = {}
        for room_id, keys in by_room.items():
            if room_id in rooms:
                messages = tx.log.messages_at(rooms[room_id], sorted(keys))
                found |= {keys[seq]: message for seq, message in messages.items() if message.deleted is None}
        return found


def readable(tx: Transaction, asker: Asker) -> dict[int, Room]:
    """The rooms that somebody may read, by id."""
    in_force = tx.sanctions.in_force(asker.user.id)
    found: dict[int, Room] = {}
    cursor: str | None = None
    while True:
        seen = tx.rooms.page(asker.user.id, asker.user.role is Role.ADMIN, Page(cursor, ROOMS_AT_ONCE))
        for room, role in seen:
            bare = Standing(room, asker.user.role, role, asker.scope)
            if entitled(Action.READ, standing.sanctioned(bare, in_force)).allowed:
                found[room.id] = room
        if len(seen) < ROOMS_AT_ONCE:
            return found
        cursor = seen[-1][0].slug


def _room(by_slug: dict[str, int], slug: str) -> int:
    if slug not in by_slug:
        named = f" {slug}" if names.is_slug(slug) else ""
        raise wrong(f"there is no room{named} that you may read")
    return by_slug[slug]


def _author(tx: Transaction, asker: Asker, name: str) -> int:
    if name == ME:
        return asker.user.id
    folded = names.fold_username(name)
    user = tx.users.by_username(folded) if folded else None
    if user is None:
        raise wrong(f"there is nobody called {folded}" if folded else "after from: write a username")
    return user.id


def _cursor(sort: Sort, below: int | None, first: int = 0) -> str | None:
    return None if below is None else f"{sort.value[0]}{below}.{first}"


def _start(sort: Sort, cursor: str | None) -> _Start:
    if cursor is None:
        return _Start()
    below, dot, first = cursor[1:].partition(".")
    numbers = [int(part) for part in (below, first) if part.isascii() and part.isdigit() and len(part) < 20]
    if cursor[0] != sort.value[0] or not dot or len(numbers) != 2 or max(numbers) > KEY_MAX:
        raise invalid("cursor", "this is no cursor that the server gave out for this order")
    return _Start(*numbers)
