"""Threads, in the database: how long they are, who follows them, and how far each has read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal, not_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.chat.records import FollowedThread, Message
from service.storage.rooms import ROOM_COLUMNS, room_of
from service.storage.scattered import messages_in
from service.storage.tables import events, followers, heads, members, rooms, threads
from service.storage.unit import Unit

LATEST = (2**63 - 1, 0, 0)  # behind every reply
UNREAD_MAX = 1_000  # replies: counting goes no further, however long nobody has looked

_THE_ONE = (
    followers.c.user_id == bindparam("of_user"),
    followers.c.room_id == bindparam("of_room"),
    followers.c.root == bindparam("of_root"),
)
_READ = update(followers).where(*_THE_ONE, followers.c.read_seq != bindparam("to")).values(read_seq=bindparam("to"))
# The threads of a page are found first, and only in those is counted.
_page = (
    select(threads.c.room_id, threads.c.root, threads.c.last_at, followers.c.read_seq)
    .select_from(followers)
    .join(threads, and_(threads.c.room_id == followers.c.room_id, threads.c.root == followers.c.root))
    .join(members, and_(members.c.room_id == followers.c.room_id, members.c.user_id == followers.c.user_id))
    .where(
        followers.c.user_id == bindparam("of_user"),
        followers.c.following,
        tuple_(threads.c.last_at, threads.c.room_id, threads.c.root)
        < tuple_(bindparam("at"), bindparam("room"), bindparam("root_seq")),
    )
    .order_by(threads.c.last_at.desc(), threads.c.room_id.desc(), threads.c.root.desc())
    .limit(bindparam("most"))
    .subquery("page")
)
_unread = (
    select(events.c.seq)
    .where(events.c.room_id == _page.c.room_id, events.c.root == _page.c.root, events.c.seq > _page.c.read_seq)
    .limit(UNREAD_MAX)
    .correlate(_page)
    .subquery("unread")
)
OF_USER = (
    select(_page.c.root, _page.c.read_seq, select(func.count()).select_from(_unread).scalar_subquery(), *ROOM_COLUMNS)
    .join_from(_page, rooms, rooms.c.id == _page.c.room_id)
    .join(heads, heads.c.room_id == rooms.c.id)
    .order_by(_page.c.last_at.desc(), _page.c.room_id.desc(), _page.c.root.desc())
)
_AUTHOR = select(
    events.c.actor_id, events.c.room_id, events.c.seq, literal(True), events.c.seq.label("read_seq")
).where(events.c.room_id == bindparam("of_room"), events.c.seq == bindparam("of_root"))
_FOLLOWER = ("user_id", "room_id", "root", "following", "read_seq")


class SqlThreads:
    """The threads, within one transaction."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._run = unit.connection.execute
        # The two databases spell "insert, or else" alike, but SQLAlchemy has it in each dialect's own package.
        self._insert: Any = postgres_insert if unit.connection.dialect.name == "postgresql" else sqlite_insert

    def grow(self, room_id: int, root: int, reply: Message) -> None:
        """One reply more; the first one makes the thread, which the root's author follows."""
        row = {"room_id": room_id, "root": root, "replies": 1, "last_seq": reply.seq, "last_at": reply.at}
        more = {"replies": threads.c.replies + 1, "last_seq": reply.seq, "last_at": reply.at}
        grown = (
            self._insert(threads)
            .values(row)
            .on_conflict_do_update(index_elements=[threads.c.room_id, threads.c.root], set_=more)
        )
        if self._run(grown.returning(threads.c.replies)).scalar_one() == 1:
            author = self._insert(followers).from_select(_FOLLOWER, _AUTHOR).on_conflict_do_nothing()
            self._run(author, {"of_room": room_id, "of_root": root})

    def join(self, room_id: int, root: int, user_id: int, read_seq: int) -> None:
        """Somebody took part: they follow it, unless they have said that they do not want to, and have read it."""
        row = {"user_id": user_id, "room_id": room_id, "root": root, "following": True, "read_seq": read_seq}
        self._run(
            self._insert(followers)
            .values(row)
            .on_conflict_do_update(index_elements=_FOLLOWER[:3], set_={"read_seq": read_seq})
        )

    def follow(self, room_id: int, root: int, user_id: int, following: bool) -> None:
        """Follow it, or no longer. Who begins to, or begins again, has read what there is."""
        read_seq = select(func.coalesce(func.max(threads.c.last_seq), root)).where(
            threads.c.room_id == room_id, threads.c.root == root
        )
        row = {
            "user_id": user_id,
            "room_id": room_id,
            "root": root,
            "following": following,
            "read_seq": self._run(read_seq).scalar_one(),
        }
        put = self._insert(followers).values(row)
        begins = and_(put.excluded.following, not_(followers.c.following))
        changed = {
            "following": following,
            "read_seq": case((begins, put.excluded.read_seq), else_=followers.c.read_seq),
        }
        self._run(put.on_conflict_do_update(index_elements=_FOLLOWER[:3], set_=changed))

    def read(self, room_id: int, root: int, user_id: int, seq: int) -> bool:
        """Remember how far somebody has read; False if that is nothing new, or if they do not follow it."""
        row = {"of_user": user_id, "of_room": room_id, "of_root": root, "to": seq}
        return self._run(_READ, row).rowcount == 1

    def of_user(self, user_id: int, before: tuple[int, int, int] | None, limit: int) -> list[FollowedThread]:
        """Those that somebody follows, the latest reply first: behind the one whose last reply has that time, in that
        room, and which hangs under that seq."""
        at, room_id, root_seq = LATEST if before is None else before
        wanted = {"of_user": user_id, "at": at, "room": room_id, "root_seq": root_seq, "most": limit}
        rows = [(room_of(row[3:]), *row[:3]) for row in self._run(OF_USER, wanted)]
        messages = messages_in(self._unit, ((room, root) for room, root, *_ in rows))
        return [
            FollowedThread(message, read_seq, unread)
            for room, root, read_seq, unread in rows
            if (message := messages.get((room.id, root))) is not None
        ]
