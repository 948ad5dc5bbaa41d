"""From clocks and counts to what the tables say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scripts.benchmark.__main__ import SCENARIOS, arguments
from scripts.benchmark.bench import FULL, QUICK
from scripts.benchmark.caption import caption
from scripts.benchmark.house import USERS, User
from scripts.benchmark.machine import filesystem_of
from scripts.benchmark.memory import held_kib
from scripts.benchmark.outcome import Better, Closes, Figures, Outcome, Searches, Target
from scripts.benchmark.processor import (
    TICKS_PER_SECOND,
    Usage,
    busy_seconds,
    process_tree,
    stolen_seconds,
    used_seconds,
)
from scripts.benchmark.table import grids, markdown
from scripts.benchmark.talking import TALKING, figures
from scripts.benchmark.window import Window, median_ratio

# Process 7 has a name that tries to look like the fields after it, and has started process 8.
STAT_7 = "7 (a b) 99 99 9) S 1 7 7 0 -1 4194304 0 0 0 0 {user} {kernel} 0 0 20 0 5 0 1\n"
STAT_8 = "8 (child) S 7 7 7 0 -1 4194304 0 0 0 0 {user} {kernel} 0 0 20 0 1 0 1\n"


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    for pid, stat, children in ((7, STAT_7, "8 "), (8, STAT_8, "")):
        (tmp_path / str(pid) / "task" / str(pid)).mkdir(parents=True)
        (tmp_path / str(pid) / "task" / str(pid) / "children").write_text(children)
        (tmp_path / str(pid) / "stat").write_text(stat.format(user=2 * TICKS_PER_SECOND, kernel=TICKS_PER_SECOND))
        (tmp_path / str(pid) / "smaps_rollup").write_text(f"5 rollup\nRss: 900 kB\nPss: {pid}00 kB\nPss_Anon: 1 kB\n")
    (tmp_path / "stat").write_text("cpu 9 9 9 9 9 9 9 900\ncpu0 1 0 1 9 0 0 0 200 0 0\ncpu1 1 0 1 9 0 0 0 500 0 0\n")
    return tmp_path


def test_a_server_is_all_of_its_processes(proc: Path) -> None:
    assert process_tree(7, proc) == [7, 8]
    assert used_seconds(7, proc) == pytest.approx(6.0)
    assert held_kib(7, proc) == 1500


def test_a_process_that_has_gone_has_used_nothing_more(proc: Path) -> None:
    assert used_seconds(9, proc) == 0


def test_stolen_time_is_counted_on_the_cores_in_use(proc: Path) -> None:
    assert stolen_seconds({1}, proc) == pytest.approx(500 / TICKS_PER_SECOND)
    assert stolen_seconds({0, 1}, proc) == pytest.approx(700 / TICKS_PER_SECOND)


def test_what_others_used_of_the_cores_is_what_nobody_here_did(proc: Path) -> None:
    # user, nice, system, idle, iowait, irq, softirq, steal
    (proc / "stat").write_text("cpu0 1 2 4 9000 9000 8 16 9000 0 0\ncpu1 100 0 0 0 0 0 0 0 0 0\n")
    assert busy_seconds({0}, proc) == pytest.approx(31 / TICKS_PER_SECOND)
    assert Usage(seconds=2.0, server=1.5, generator=0.5, stolen=0.0, busy=2.5).others == pytest.approx(0.5)
    assert Usage(seconds=2.0, server=1.5, generator=0.5, stolen=0.0, busy=1.99).others == 0, "ticks are coarse"


def window(deliveries: int, server: float, latencies: list[int] | None = None) -> Window:
    usage = Usage(seconds=2.0, server=server, generator=1.0, stolen=0.1, busy=3.0)
    return Window(deliveries, deliveries // 20, usage, latencies or [])


def test_a_window_is_measured_by_the_servers_processor_time() -> None:
    one = window(1_000_000, server=1.6, latencies=[number * 1_000_000 for number in range(100)])
    assert one.deliveries_per_second == 500_000
    assert one.deliveries_per_server_second == 625_000
    assert one.server_seconds_per_million == pytest.approx(1.6)
    assert (one.latency_ms(0.5), one.latency_ms(0.99), one.latency_ms(1.0)) == (50, 99, 99)
    assert one.usage.generator_load == pytest.approx(0.5)


def test_the_ratio_is_taken_round_by_round_before_the_median() -> None:
    """In the second round the machine was half as fast, for both. The ratio of the medians would be 16."""
    theirs = [window(100, 1.0), window(50, 1.0), window(40, 1.0)]
    ours = [window(1000, 1.0), window(500, 1.0), window(800, 1.0)]
    assert median_ratio(ours, theirs, lambda one: one.deliveries_per_server_second) == 10
    assert figures("folkmoot", ours).deliveries_per_second == 400


def test_a_target_is_met_at_its_limit() -> None:
    assert Target(30, Better.HIGHER, "×").met(30)
    assert not Target(30, Better.HIGHER, "×").met(29.9)
    assert Target(18, Better.LOWER, " KiB").met(18)
    assert not Target(18, Better.LOWER, " KiB").met(18.1)


def outcome(figure: float) -> Outcome:
    server = Figures("folkmoot", deliveries_per_second=1_234_567.8, p50_ms=1.234, p99_ms=12.34, generator_load=0.9)
    return Outcome(
        "hall", "One room", (server,), "deliveries per CPU second", figure, Target(30, Better.HIGHER, "×"), (figure,)
    )


def test_a_miss_stands_in_the_table_as_clearly_as_a_hit() -> None:
    assert [row[-1] for row in grids([outcome(31), outcome(29)])[-1].rows] == ["yes", "no"]


def test_a_load_generator_at_its_limit_is_marked() -> None:
    (row,) = grids([outcome(31)])[0].rows
    assert row == ("hall", "folkmoot", "1,234,568", "", "1.23", "12.3", "", "90% (!)", "", "")


def test_those_who_were_sent_away_have_a_table_of_their_own() -> None:
    closes = Closes(300, p50_ms=2.345, p99_ms=12.34, longest_ms=20.04, server_p99_ms=10.0)
    one = replace(outcome(31), figures=(Figures("folkmoot", closes=closes),))
    (leaving,) = [grid for grid in grids([one]) if "sent away" in grid.title]
    assert leaving.rows == [("hall", "folkmoot", "300", "2.35", "12.3", "20.0", "10.0")]


def test_the_readme_gets_the_same_cells() -> None:
    page = markdown([outcome(31)], "2026-11-22, a machine")
    assert "| hall | folkmoot | 1,234,568 |  | 1.23 | 12.3 |  | 90% (!) |  |  |" in page
    assert page.endswith("\n\n2026-11-22, a machine")


def test_the_caption_says_when_where_and_how_often() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert caption(now, "a machine", "ext4", FULL).startswith("2026-11-22, a machine; medians of 3 rounds of 4 s,")
    assert "one round of 2 s" in caption(now, "a machine", "ext4", QUICK)


def test_a_directory_lies_on_what_is_mounted_nearest(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"a / overlay rw 0 0\nb {tmp_path} ext4 rw 0 0\nc {tmp_path}-other tmpfs rw 0 0\n")
    assert filesystem_of(tmp_path / "data", mounts) == "ext4"
    assert filesystem_of(Path("/"), mounts) == "overlay"


def test_every_talker_of_a_room_is_another_user_and_all_of_the_room_are_seated() -> None:
    users = [User(f"user-{number}", f"token-{number}", "") for number in range(USERS)]
    for scenario in TALKING:
        seats = scenario.seats(users)
        assert len(seats) == scenario.members * len(scenario.rooms)
        for slug in scenario.rooms:
            talkers = [seat.token for seat in seats if seat.room == slug and seat.talks]
            assert len(talkers) == len(set(talkers)) == scenario.talkers


def test_scenarios_are_chosen_by_name() -> None:
    names = [scenario.name for scenario in SCENARIOS]
    assert len(names) == len(set(names)) == 10
    assert arguments(["--only", "hall,idle"]).only == {"hall", "idle"}


@pytest.mark.parametrize("wrong", [["--only", "moon"], ["--rounds", "0"], ["--rounds", "many"]])
def test_a_wrong_argument_is_explained(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        arguments(wrong)
    assert stopped.value.code == 2
    assert f"argument {wrong[0]}: " in capsys.readouterr().err


def test_searches_have_a_table_of_their_own_and_stand_in_no_other() -> None:
    searches = Searches(count=720, messages=1_000_000, p50_ms=4.2, p95_ms=21.5, longest_ms=48.0, indexed_seconds=61.0)
    target = Target(50, Better.LOWER, " ms")
    outcome = Outcome("search", "Searching", (Figures("folkmoot", searches=searches),), "p95", 21.5, target, (21.5,))
    found = {grid.title: grid.rows for grid in grids([outcome])}
    assert found["As people search"] == [("search", "folkmoot", "1,000,000", "720", "4.20", "21.5", "48.0", "61.0")]
    assert set(found) == {"As people search", "Against the targets"}
