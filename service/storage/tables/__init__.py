"""The tables, as both databases have them. Times are Unix milliseconds; ``version`` columns hold the authority version
at which a row's rights last changed."""

from __future__ import annotations

from service.storage.tables.accounts import (
    authority,
    blocks,
    clients,
    erased_names,
    erasures,
    invites,
    name_keys,
    sessions,
    users,
)
from service.storage.tables.files import files
from service.storage.tables.log import events, followers, mentions, pins, reactions, revisions, threads
from service.storage.tables.moderation import actions, audit, audit_facts, audit_heads, filters, reports, sanctions
from service.storage.tables.naming import metadata
from service.storage.tables.rooms import heads, members, room_rules, rooms

__all__ = [
    "actions",
    "audit",
    "audit_facts",
    "audit_heads",
    "authority",
    "blocks",
    "clients",
    "erased_names",
    "erasures",
    "events",
    "files",
    "filters",
    "followers",
    "heads",
    "invites",
    "members",
    "mentions",
    "metadata",
    "name_keys",
    "pins",
    "reactions",
    "reports",
    "revisions",
    "room_rules",
    "rooms",
    "sanctions",
    "sessions",
    "threads",
    "users",
]
