"""A working day in a small company, as an export that a server imports: rooms, people and what they say, with times and
names that never change. It is what the pictures show and what the pages are judged by.

The cast signs in as in the demonstration; the others are there to be read.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

DAY = datetime(2026, 11, 20, tzinfo=UTC)
NOW = DAY + timedelta(hours=14, minutes=32)
FOUNDED = DAY - timedelta(days=400)

PEOPLE = {
    "ann": "Ann",
    "mo": "Mo",
    "bob": "Bob",
    "cyn": "Cyn",
    "gus": "Gus",
    "ida": "Ida",
    "noor": "Noor",
    "ravi": "Ravi",
    "theo": "Theo",
    "vega": "Vega",
}
ROLES = {"ann": "admin", "mo": "moderator", "gus": "guest"}

ROOMS = {
    "harbour": ("Harbour", "Ferries, timetables and who is on call · next sailing review on Tuesday"),
    "tides": ("Tides", "The forecast service: code, figures, surprises"),
    "incidents": ("Incidents", "One thread for each, until it is over"),
    "kitchen": ("Kitchen", "Lunch, coffee, and the plant that nobody waters"),
    "notices": ("Notices", "What everybody should have read"),
}

FORECAST = """```python
def forecast(gauge: Gauge, hours: int = 12) -> list[Level]:
    \"\"\"Levels for the next hours, each with its error.\"\"\"
    readings = gauge.readings(since=hours * 2)
    return [fit(readings).at(hour) for hour in range(hours)]
```"""


@dataclass
class Said:
    """One message as a line of the export."""

    author: str
    at: str
    text: str
    thread: int | None = None
    reactions: dict[str, str] = field(default_factory=dict)
    edited: bool = False
    deleted_by: str | None = None
    pinned_by: str | None = None
    picture: str | None = None


HARBOUR = [
    Said("ida", "-1 16:05", "The winter timetable is signed. Thank you all, that was a long one."),
    Said("theo", "-1 16:09", "Cake tomorrow, then.", reactions={"🎂": "ann mo bob noor"}),
    Said(
        "ann",
        "08:12",
        "Good morning. **Two things** for today:\n\n"
        "1. the gauge at the north pier reports again\n2. the review moves to 15:00",
        pinned_by="ann",
    ),
    Said(
        "noor",
        "08:15",
        "North pier confirmed: readings every minute since 06:40, no gaps.",
        reactions={"👍": "ann bob"},
    ),
    Said("bob", "09:02", "I looked at the forecast error for October. It is down to 6 cm at six hours:"),
    Said("bob", "09:02", FORECAST, reactions={"🎉": "ida ravi noor", "👀": "theo"}),
    Said(
        "ravi",
        "09:07",
        "Nice. Does `fit()` keep its state between gauges? It did in the spring and we never found out why.",
    ),
    Said("bob", "09:11", "No longer: each gauge has its own.", thread=7),
    Said("ravi", "09:12", "Then that explains last April, too.", thread=7),
    Said("ravi", "09:20", "I can run it over the archive tonight.", thread=7, reactions={"🙌": "bob"}),
    Said("vega", "10:31", "Can somebody look at the timetable page on a phone? The evening sailings are cut off here."),
    Said("theo", "10:34", "On it. It is the long name of the west terminal.", edited=True),
    Said("theo", "11:02", "Fixed and live, it now reads like this:", picture="evening-sailings.png"),
    Said("vega", "11:04", "Lovely, thank you!", reactions={"💚": "theo"}),
    Said("gus", "11:30", "Win a free cruise!! Click here now", deleted_by="mo"),
    Said("mo", "11:31", "That was an advertisement. It is gone, and so is the link."),
    Said(
        "ida",
        "13:05",
        "> the review moves to 15:00\n\n"
        "The harbour master joins us for the second half, so let us begin with the storm plan.",
    ),
    Said(
        "noor",
        "13:20",
        "Wind for tonight: 8 Bft from the west after 21:00. We should decide about the 21:40 before the review.",
        reactions={"🌬️": "ida bob"},
    ),
    Said("ann", "13:24", "Agreed. @bob, would you put the level at 21:30 next to it, with its error?"),
    Said(
        "bob",
        "13:41",
        "| | level | error |\n|---|---|---|\n"
        "| 20:30 | 2.31 m | ± 5 cm |\n| 21:30 | 2.48 m | ± 6 cm |\n| 22:30 | 2.52 m | ± 7 cm |",
    ),
    Said("ida", "13:44", "That is 30 cm under the ramp's limit. I would sail.", reactions={"👍": "ann noor theo bob"}),
    Said(
        "theo", "14:20", "The notice for passengers is ready in two languages: https://example.org/notices/storm-plan"
    ),
    Said("noor", "14:26", "And the crew of the 21:40 knows. @mo, can you tell the night desk?"),
    Said("mo", "14:28", "They know, and they have the number of the harbour master."),
]

OTHERS = {
    "tides": [
        Said("ravi", "08:40", "Archive run is prepared: 14 gauges, 3 years."),
        Said("ravi", "14:02", "@mo the run needs the read-only key, could you have a look?"),
        Said("noor", "14:10", "There is one in the vault since Monday."),
    ],
    "incidents": [
        Said("noor", "-1 05:51", "North pier: no readings since 05:47."),
        Said("theo", "-1 06:40", "Back. A gull had opinions about the cable.", reactions={"🐦": "ann mo bob ida"}),
    ],
    "kitchen": [
        Said("vega", "11:58", "Soup is ready."),
        Said("cyn", "12:03", "Coming!"),
        Said("vega", "13:10", "There is some left."),
    ],
    "notices": [Said("ann", "-2 09:00", "The office is closed on Monday.", reactions={"👍": "bob"})],
}
UNREAD_BY = {"harbour": 2, "tides": 2, "incidents": 0, "kitchen": 3, "notices": 0}
"""How many of the last messages nobody has read but who wrote them."""


def write(path: Path) -> None:
    """The day as an export."""
    lines: list[dict[str, Any]] = [
        {"type": "export", "version": 1, "of": "server", "server": "1.0", "at": _stamp(NOW)},
        *(
            {
                "type": "user",
                "username": user,
                "name": name,
                "role": ROLES.get(user, "member"),
                "created_at": _stamp(FOUNDED),
            }
            for user, name in PEOPLE.items()
        ),
        *(_room(slug, name, topic) for slug, (name, topic) in ROOMS.items()),
    ]
    pictures: dict[str, bytes] = {}
    for slug, said in {"harbour": HARBOUR, **OTHERS}.items():
        lines += _members(slug, len(said))
        lines += [_message(slug, seq, one, pictures) for seq, one in enumerate(said, 1)]
    lines.append({"type": "end", "lines": len(lines) + 1})
    with zipfile.ZipFile(path, "w") as pack:
        pack.writestr("export.ndjson", "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
        for name, content in pictures.items():
            pack.writestr(f"files/{name}", content)


def _room(slug: str, name: str, topic: str) -> dict[str, Any]:
    gates = {"join_role": "guest", "post_role": "moderator" if slug == "notices" else "guest"}
    shape = {"type": "room", "slug": slug, "name": name, "topic": topic, "visibility": "public", **gates}
    return {**shape, "created_at": _stamp(FOUNDED), "slow_mode": 0}


def _members(slug: str, messages: int) -> list[dict[str, Any]]:
    role = {"ann": "owner", "mo": "moderator"}
    read = messages - UNREAD_BY[slug]
    return [
        {
            "type": "member",
            "room": slug,
            "user": user,
            "role": role.get(user, "member"),
            "joined_at": _stamp(FOUNDED),
            "read": read,
        }
        for user in PEOPLE
    ]


def _message(slug: str, seq: int, said: Said, pictures: dict[str, bytes]) -> dict[str, Any]:
    at = _stamp(_moment(said.at))
    line: dict[str, Any] = {"type": "message", "room": slug, "seq": seq, "author": said.author, "at": at}
    line["text"] = said.text
    line["reactions"] = [
        {"emoji": emoji, "by": by, "at": at} for emoji, people in said.reactions.items() for by in people.split()
    ]
    if said.thread is not None:
        line |= {"reply_to": said.thread, "root": said.thread}
    if said.edited:
        line |= {"edited_at": at, "before": [{"text": "On it.", "at": at}]}
    if said.deleted_by:
        line["deleted"] = {"by": said.deleted_by, "at": at}
    if said.pinned_by:
        line["pinned"] = {"by": said.pinned_by, "at": at}
    if said.picture:
        content = _sailings()
        pictures[f"file{seq}"] = content
        about = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "type": "image/png"}
        line["files"] = [{"id": f"file{seq}", "name": said.picture, **about}]
    return line


def _moment(said: str) -> datetime:
    """``9:05`` of the day, or ``-1 9:05`` of the one before."""
    days, _, clock = said.rpartition(" ")
    hours, minutes = clock.split(":")
    return DAY + timedelta(days=int(days or 0), hours=int(hours), minutes=int(minutes))


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _sailings() -> bytes:
    """A picture of a timetable, as a person would upload one: bars for sailings over the hours of an evening."""
    sheet = Image.new("RGB", (640, 360), "#f4f7f5")
    pen = ImageDraw.Draw(sheet)
    for row in range(5):
        top = 40 + row * 60
        pen.rounded_rectangle((32, top, 176, top + 36), 8, fill="#dfe8e3")
        for sailing in range(4):
            left = 200 + sailing * 104 + row * 9
            pen.rounded_rectangle(
                (left, top, left + 78, top + 36), 8, fill="#2f7d63" if sailing != row - 1 else "#e0a33a"
            )
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()
