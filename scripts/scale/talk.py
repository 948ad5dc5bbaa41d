"""What is said in the generated log, and what becomes of it: answered, liked, edited, deleted, with people called."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

from scripts.benchmark.library import OFTEN, WORDS
from scripts.scale.town import READER, TALKERS, Place, Town
from service.chat.ids import message_id
from service.chat.messages import DIGEST_BYTES
from service.storage.kinds import Kind

CHUNK = 10_000  # messages that are handed over together
SPAN_MS = 730 * 86_400_000  # that the log covers, however long it is
DRAWN = 1 << 16  # rooms and texts drawn beforehand
WORDS_MIN, WORDS_MAX = 3, 25  # of a message
POPULARITY = 0.7  # of the other rooms, as a Pareto distribution
EMOJI = ("👍", "🎉", "❤️", "😂", "👀")
CALLS_OF_READER = 200  # however long the log is

# Shares of all messages.
REPLIES = 0.10
ANSWERABLE = 0.3  # of those that are no replies
IN_BUSY_THREAD = 0.01
NONCES = 0.7
FORMATTED = 0.05
LIKED = 0.05
LIKES_MAX = 4
EDITED = 0.01
DELETED = 0.005
CALLING = 0.02
CALLING_ALL = 0.005

MESSAGE = Kind.MESSAGE.value
Row = tuple[object, ...]


@dataclass(slots=True)
class Chunk:
    """Rows as the writer takes them, of ``CHUNK`` messages."""

    messages: int = 0
    events: list[Row] = field(default_factory=list)
    reactions: list[Row] = field(default_factory=list)
    revisions: list[Row] = field(default_factory=list)
    mentions: list[Row] = field(default_factory=list)


class Talk:
    """So many messages in the rooms of a town, up to now (Unix ms). The places of the town move on with it."""

    def __init__(self, town: Town, messages: int, now: int) -> None:
        self._town = town
        self._messages = messages
        self._begun = now - SPAN_MS
        self._fate = random.Random(1)
        self._texts = _texts(self._fate)
        self._places = [self._draw_place() for _ in range(DRAWN)]
        self._busy: tuple[int, str] | None = None
        self._chunk = Chunk()

    def chunks(self) -> Iterator[Chunk]:
        """All that is said, in its order."""
        calls_reader = max(1, self._messages // CALLS_OF_READER)
        for number in range(self._messages):
            at = self._begun + number * SPAN_MS // self._messages
            place = self._places[int(self._fate.random() * DRAWN)]
            if number == 0:
                place = self._town.huge
            self._say(number, at, place, calls_reader=number % calls_reader == 0)
            if self._chunk.messages == CHUNK:
                yield self._take()
        yield self._take()

    def _take(self) -> Chunk:
        taken, self._chunk = self._chunk, Chunk()
        return taken

    def _say(self, number: int, at: int, place: Place, *, calls_reader: bool) -> None:
        chance, chunk = self._fate.random, self._chunk
        author_id = place.talkers[int(chance() * len(place.talkers))]
        text, html = self._texts[int(chance() * DRAWN)]
        place.seq = seq = place.seq + 1
        root = self._root(place)
        id_ = message_id(at, place.id, seq)
        if root is None:
            place.said += 1
            if chance() < ANSWERABLE:
                place.roots.append((seq, id_))
            if self._busy is None:
                self._busy = (seq, id_)
        root_seq, reply_to = (None, None) if root is None else root
        nonce = f"{number:012x}" if chance() < NONCES else None
        first = root is None and place.said == 1
        text = self._call(place, seq, at, text, calls_reader=calls_reader, calls_all=first)
        digest = None
        if nonce is not None:
            digest = blake2b(f"{reply_to or ''}\0{text}".encode(), digest_size=DIGEST_BYTES).digest()
        edited = at if chance() < EDITED else None
        deleted = at if chance() < DELETED else None
        chunk.events.append(
            (
                *(place.id, seq, at, MESSAGE, author_id, text, reply_to, nonce, digest, None),
                *(None if deleted is None else author_id, deleted, edited, html, root_seq, place.said),
            )
        )
        chunk.messages += 1
        if edited is not None:
            chunk.revisions.append((place.id, seq, 1, text, at))
            self._event(place, at, Kind.MESSAGE_EDITED, author_id, f'{{"message": {seq}}}')
        if chance() < LIKED:
            self._like(place, at, seq, id_)
        if deleted is not None:
            self._event(place, at, Kind.MESSAGE_DELETED, author_id, f'{{"message": {seq}, "id": "{id_}"}}')
        place.recent.append((place.seq, place.said))

    def _root(self, place: Place) -> tuple[int, str] | None:
        chance = self._fate.random()
        if self._busy is not None and place is self._town.huge and chance < IN_BUSY_THREAD:
            return self._busy
        if chance < REPLIES and place.roots:
            return place.roots[int(self._fate.random() * len(place.roots))]
        return None

    def _call(self, place: Place, seq: int, at: int, text: str, *, calls_reader: bool, calls_all: bool) -> str:
        """The text with whom it calls. Each room begins with a call to all, so a short log has one, too."""
        chance = self._fate.random()
        if calls_reader:
            name = READER
        elif calls_all or chance < CALLING_ALL:
            self._chunk.mentions.append((place.id, seq, None, at))
            return f"@room {text}"
        elif chance < CALLING_ALL + CALLING:
            name = f"user-{int(self._fate.random() * TALKERS):04d}"
        else:
            return text
        self._chunk.mentions.append((place.id, seq, self._town.people[name], at))
        return f"@{name} {text}"

    def _like(self, place: Place, at: int, seq: int, id_: str) -> None:
        emoji = self._fate.choice(EMOJI)
        for count, user_id in enumerate(self._fate.sample(place.talkers, self._fate.randint(1, LIKES_MAX)), 1):
            self._chunk.reactions.append((place.id, seq, emoji, user_id, at))
            data = f'{{"message": {seq}, "id": "{id_}", "emoji": "{emoji}", "count": {count}}}'
            self._event(place, at, Kind.REACTION_ADDED, user_id, data)

    def _event(self, place: Place, at: int, kind: Kind, actor_id: int, data: str) -> None:
        place.seq += 1
        nothing = (None, None, None, None)
        row = (place.id, place.seq, at, kind.value, actor_id, *nothing, data, *nothing, None, place.said)
        self._chunk.events.append(row)

    def _draw_place(self) -> Place:
        others = self._town.places[1:]
        if self._fate.random() < 0.5:
            return self._town.huge
        return others[int(self._fate.paretovariate(POPULARITY)) % len(others)]


def _texts(fate: random.Random) -> list[tuple[str, str | None]]:
    """Texts as people write them, some of them with what they are shown as."""
    words = itertools.cycle(fate.choices(WORDS, cum_weights=OFTEN, k=DRAWN))
    found: list[tuple[str, str | None]] = []
    for _ in range(DRAWN):
        said = list(itertools.islice(words, fate.randint(WORDS_MIN, WORDS_MAX)))
        if fate.random() < FORMATTED:
            first, rest = said[0], " ".join(said[1:])
            found.append((f"**{first}** {rest}", f"<p><strong>{first}</strong> {rest}</p>"))
        else:
            found.append((" ".join(said), None))
    return found
