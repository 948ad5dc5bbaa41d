"""The demonstration: its cast and its rooms, as often as one likes, and a warning where its password is left."""

from __future__ import annotations

import pytest

from service.chat import demo
from service.chat.passwords import Passwords
from service.chat.roles import Role, RoomRole, Visibility
from service.chat.users import ChangeUser, DeleteUser
from tests.stage import CAST, Stage
from tests.stage_door import StageDatabase


@pytest.fixture
def stage() -> Stage:
    return Stage(cast=())


@pytest.mark.anyio
async def test_the_cast_and_the_rooms_are_there(stage: Stage, passwords: Passwords) -> None:
    await demo.seed(StageDatabase(stage), passwords)
    assert {name: stage.who(name).role for name in demo.USERS} == CAST
    gates = {
        slug: (stage.seen(slug).visibility, stage.seen(slug).join_role, stage.seen(slug).post_role)
        for slug in ("lobby", "staff", "news", "den")
    }
    public, private = Visibility.PUBLIC, Visibility.PRIVATE
    assert gates == {
        "lobby": (public, Role.GUEST, Role.GUEST),
        "staff": (public, Role.MODERATOR, Role.MEMBER),
        "news": (public, Role.GUEST, Role.MODERATOR),
        "den": (private, Role.MEMBER, Role.MEMBER),
    }
    assert stage.places("den") == {"ann": RoomRole.OWNER, "bob": RoomRole.MEMBER}
    assert await demo.exposed(StageDatabase(stage), passwords) == list(demo.USERS)


@pytest.mark.anyio
async def test_a_second_time_changes_nothing(stage: Stage, passwords: Passwords) -> None:
    await demo.seed(StageDatabase(stage), passwords)
    before = stage.dump()
    await demo.seed(StageDatabase(stage), passwords)
    assert stage.dump() == before


@pytest.mark.anyio
async def test_what_people_made_of_it_stays(stage: Stage, passwords: Passwords) -> None:
    await demo.seed(StageDatabase(stage), passwords)
    stage.do("ann", ChangeUser("bob", name="Robert"))
    stage.do("ann", DeleteUser("gus"))
    await demo.seed(StageDatabase(stage), passwords)
    assert stage.who("bob").name == "Robert"
    assert stage.run(lambda tx: tx.users.by_username("gus")) is None


@pytest.mark.anyio
async def test_who_changed_or_lost_the_password_is_not_exposed(stage: Stage, passwords: Passwords) -> None:
    database = StageDatabase(stage)
    await demo.seed(database, passwords)
    ann = stage.who("ann")
    own = await passwords.new_hash("gravel orbit walnut")
    stage.run(lambda tx: tx.users.set_password_hash(ann.id, own))
    stage.do("ann", DeleteUser("cyn"))
    stage.do("ann", ChangeUser("mo", suspended=True))
    assert await demo.exposed(database, passwords) == ["bob", "gus"]
    assert await demo.exposed(StageDatabase(Stage()), passwords) == [], (
        "users of these names with passwords of their own"
    )
