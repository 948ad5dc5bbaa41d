"""The scenarios of the page, in a real browser on both cores: its first load, a room in which much is said, a long room
opened, and a long room scrolled back."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from .bench import Bench, Side
from .chromium import Chromium, PageError, Tab
from .dialects import Seat
from .house import HALL, MEMBERS, PASSWORD, room
from .library import Library
from .outcome import Better, Figures, Outcome, Pages, Target
from .pace import Steady

LONG_ROOM = room(0)
LONG = 100_000  # messages
QUIET_ROOM = room(1)
MESSAGES_PER_SECOND = 200
STREAM_SECONDS = 10.0
SCROLL_SECONDS = 10.0
READY_SECONDS = 30.0
POLL_SECONDS = 0.05
NS_PER_MS = 1_000_000
KB = 1_000
MB = 1_000_000

LIGHT = Target(120, Better.LOWER, " KB")
SOON = Target(1_000, Better.LOWER, " ms")
SMOOTH = Target(50, Better.LOWER, " ms")
AT_ONCE = Target(300, Better.LOWER, " ms")
BOUNDED = Target(6_000, Better.LOWER, " nodes")

# Notes, frame by frame, how long it took since the last one, while somebody asks; and the first frame in which
# something is so. What a frame shows is there when the next one begins.
WATCH = """
window.watching = {
    frames: null,
    when(seen) {
        return new Promise((resolve, reject) => {
            setTimeout(() => reject(new Error(`not within 30 s: ${seen}`)), 30_000);
            const shown = () => resolve(performance.now());
            const look = () => requestAnimationFrame(seen() ? shown : look);
            look();
        });
    },
    begin() {
        const frames = (this.frames = []);
        let last = performance.now();
        const frame = (now) => {
            if (this.frames !== frames) return;
            frames.push(now - last);
            last = now;
            requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
    },
    end() {
        const frames = this.frames;
        this.frames = null;
        return frames;
    },
};
"""
DOOR = "(() => document.activeElement?.name === 'username')"
ROOM = """(() => document.querySelector('moot-timeline .message') !== null
    && document.querySelector('moot-composer textarea')?.disabled === false)"""


def ready(what: str) -> str:
    """The time (ms since the page began) of the frame that shows it."""
    return f"watching.when({what})"


def opened(slug: str) -> str:
    """From the press on a room's link to the frame that shows its messages and takes what one writes: in ms."""
    return f"""(async () => {{
        const link = document.querySelector('moot-rooms a[href="#{slug}"]');
        const name = link.querySelector('bdi').textContent;
        const begun = performance.now();
        link.click();
        const there = () => document.querySelector('moot-room h1')?.textContent.includes(name) && {ROOM}();
        return (await watching.when(there)) - begun;
    }})()"""


def scrolled_back(seconds: float) -> str:
    """Up, frame by frame, for so long: the most nodes that were there at any time."""
    return f"""(async () => {{
        const scroller = document.querySelector('moot-timeline .scroller');
        const end = performance.now() + {seconds * 1_000};
        let nodes = 0;
        while (performance.now() < end) {{
            await new Promise(requestAnimationFrame);
            scroller.scrollTop = Math.max(0, scroller.scrollTop - 400);
            nodes = Math.max(nodes, document.getElementsByTagName('*').length);
        }}
        return nodes;
    }})()"""


@dataclass(frozen=True, slots=True)
class Browsing:
    """One thing that a person waits for, measured in each round in a tab of its own."""

    name: str
    title: str
    measure: str
    target: Target
    look: Callable[[Bench, Side, Tab], Pages]
    figure: Callable[[Pages], float | None]
    long: bool = False

    def steps(self, rounds: int) -> int:
        return 1 + rounds

    def run(self, bench: Bench) -> Outcome:
        library = Library(LONG, time.time_ns() // NS_PER_MS)
        prepare = _long_room(library) if self.long else _nothing
        bench.progress.step(f"{self.title}: starting")
        rounds: list[Pages] = []
        with bench.folkmoot(prepare=prepare) as side, _browser(bench) as chromium:
            for number in range(bench.scale.rounds):
                bench.progress.step(f"{self.title}: round {number + 1}")
                with chromium.tab() as tab:
                    tab.before_each_page(WATCH)
                    rounds.append(self.look(bench, side, tab))
        figures = [self.figure(pages) or 0.0 for pages in rounds]
        middle = min(range(len(figures)), key=lambda place: abs(figures[place] - statistics.median(figures)))
        return Outcome(
            name=self.name,
            title=self.title,
            figures=(Figures("folkmoot", pages=rounds[middle]),),
            measure=self.measure,
            figure=statistics.median(figures),
            target=self.target,
            rounds=tuple(figures),
        )


def _nothing(data: Path) -> None:
    """The house as it is."""


def _long_room(library: Library) -> Callable[[Path], None]:
    return lambda data: library.fill(data, LONG_ROOM)


@contextmanager
def _browser(bench: Bench) -> Iterator[Chromium]:
    with Chromium(bench.new_directory("chromium"), bench.cores.both) as chromium:
        yield chromium


def _enter(bench: Bench, side: Side, tab: Tab, slug: str) -> None:
    """Sign in by the form, and be in a room."""
    tab.go(f"{side.server.url}/#{slug}")
    tab.evaluate(ready(DOOR))
    tab.write(bench.house.users[0].username)
    tab.evaluate("document.querySelector('input[name=password]').focus()")
    tab.write(PASSWORD)
    tab.evaluate("document.querySelector('button[type=submit]').click()")
    tab.evaluate("watching.when(() => document.querySelector('moot-composer textarea') !== null)")


def _first_load(bench: Bench, side: Side, tab: Tab) -> Pages:
    """Everything until one can sign in, with nothing in any cache."""
    tab.watch_the_wire()
    tab.go(side.server.url)
    took = tab.evaluate(ready(DOOR))
    _wait_for_silence(tab)
    requests, size = tab.over_the_wire()
    return Pages(kb=size / KB, requests=requests, ready_ms=took)


def _return(bench: Bench, side: Side, tab: Tab) -> Pages:
    """Everything until one can read and write in a room, with the session's cookie and nothing else."""
    _enter(bench, side, tab, HALL)
    tab.evaluate("document.querySelector('moot-composer textarea').focus()")
    tab.write("The first word.")
    tab.evaluate("document.querySelector('moot-composer form').requestSubmit()")
    tab.evaluate(ready(ROOM))
    tab.forget_what_was_loaded(side.server.url)
    tab.watch_the_wire()
    tab.go(f"{side.server.url}/#{HALL}")
    took = tab.evaluate(ready(ROOM))
    _wait_for_silence(tab)
    requests, size = tab.over_the_wire()
    return Pages(kb=size / KB, requests=requests, ready_ms=took)


def _stream(bench: Bench, side: Side, tab: Tab) -> Pages:
    """Others talk in the open room."""
    _enter(bench, side, tab, HALL)
    users = bench.house.users[1:MEMBERS]
    side.crowd.sit([Seat(HALL, user.access, talks=True) for user in users])
    side.crowd.start(Steady(MESSAGES_PER_SECOND / len(users)))
    side.crowd.run(bench.scale.warm_up_seconds)
    tab.evaluate("watching.begin()")
    side.crowd.run(STREAM_SECONDS)
    frames = sorted(tab.evaluate("watching.end()"))
    side.crowd.hush()
    side.leave()
    return Pages(frame_p95_ms=_share(frames, 0.95), frame_longest_ms=frames[-1], **_size(tab))


def _read_it_all(bench: Bench, side: Side) -> None:
    """Who comes to the long room has read it: it opens at its end."""
    user = bench.house.users[0]
    with httpx.Client(base_url=side.server.url, headers=user.bearer, trust_env=False) as client:
        seq = client.get(f"/api/rooms/{LONG_ROOM}").raise_for_status().json()["seq"]
        client.put(f"/api/rooms/{LONG_ROOM}/read", json={"seq": seq}).raise_for_status()


def _open(bench: Bench, side: Side, tab: Tab) -> Pages:
    """From another room to the long one."""
    _read_it_all(bench, side)
    _enter(bench, side, tab, QUIET_ROOM)
    _wait_for_silence(tab)
    return Pages(ready_ms=tab.evaluate(opened(LONG_ROOM)))


def _scroll(bench: Bench, side: Side, tab: Tab) -> Pages:
    """Up, as fast as it comes."""
    _read_it_all(bench, side)
    _enter(bench, side, tab, LONG_ROOM)
    tab.evaluate(ready(ROOM))
    tab.evaluate("watching.begin()")
    nodes = tab.evaluate(scrolled_back(SCROLL_SECONDS))
    frames = sorted(tab.evaluate("watching.end()"))
    size = _size(tab) | {"nodes": nodes}
    return Pages(frame_p95_ms=_share(frames, 0.95), frame_longest_ms=frames[-1], **size)


def _size(tab: Tab) -> dict[str, float]:
    tab.collect_garbage()
    nodes = tab.evaluate("document.getElementsByTagName('*').length")
    return {"nodes": nodes, "heap_mb": tab.metric("JSHeapUsedSize") / MB}


def _wait_for_silence(tab: Tab) -> None:
    """Until the page has asked for nothing more for half a second."""
    count, since, end = -1, time.monotonic(), time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        found = tab.evaluate("performance.getEntriesByType('resource').length")
        if found != count:
            count, since = found, time.monotonic()
        elif time.monotonic() > since + 0.5:
            return
        time.sleep(POLL_SECONDS)
    raise PageError("the page never stopped loading")


def _share(sorted_ms: list[float], share: float) -> float:
    return sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * share))]


BROWSING = (
    Browsing("load", "The page for the first time", "over the wire", LIGHT, _first_load, lambda pages: pages.kb),
    Browsing(
        "sign-in",
        "To the form, with a cold cache",
        "until one can type",
        SOON,
        _first_load,
        lambda pages: pages.ready_ms,
    ),
    Browsing(
        "return",
        "To a room, with a cold cache",
        "until one can read and write",
        SOON,
        _return,
        lambda pages: pages.ready_ms,
    ),
    Browsing(
        "stream",
        f"{MESSAGES_PER_SECOND} messages a second in the open room",
        "p95 of frames",
        SMOOTH,
        _stream,
        lambda pages: pages.frame_p95_ms,
    ),
    Browsing(
        "open",
        f"Opening a room of {LONG:,} messages",
        "until one can read and write",
        AT_ONCE,
        _open,
        lambda pages: pages.ready_ms,
        long=True,
    ),
    Browsing(
        "back",
        f"Scrolling back in a room of {LONG:,} messages",
        "nodes at most",
        BOUNDED,
        _scroll,
        lambda pages: pages.nodes,
        long=True,
    ),
)
