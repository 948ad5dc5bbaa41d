"""Plain numbers on the hot path, Prometheus' families when somebody reads them."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from service.watch.metrics import METRICS, PREFIX, Exposition, Histogram, Metrics


def _read(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """The samples as a scraper reads them."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(Exposition(metrics).text().decode())
        for sample in family.samples
    }


def test_what_was_counted_is_read() -> None:
    metrics = Metrics()
    metrics.connections = lambda: 3
    metrics.posts += 2
    metrics.deliveries += 40
    metrics.closes[4101] += 1
    metrics.refusals["muted"] += 5
    metrics.sign_ins["ok"] += 1
    metrics.answered("GET", "/api/rooms/{slug}", 200, 0.004)
    read = _read(metrics)
    assert read["folkmoot_connections", ()] == 3
    assert read["folkmoot_posts_total", ()] == 2
    assert read["folkmoot_deliveries_total", ()] == 40
    assert read["folkmoot_closes_total", (("code", "4101"),)] == 1
    assert read["folkmoot_refusals_total", (("code", "muted"),)] == 5
    assert read["folkmoot_sign_ins_total", (("outcome", "ok"),)] == 1
    labels = (("method", "GET"), ("route", "/api/rooms/{slug}"), ("status", "200"))
    assert read["folkmoot_requests_total", labels] == 1


def test_a_gauge_is_asked_when_it_is_read() -> None:
    metrics, here = Metrics(), ["bob"]
    metrics.connections = lambda: len(here)
    assert _read(metrics)["folkmoot_connections", ()] == 1
    here.append("cyn")
    assert _read(metrics)["folkmoot_connections", ()] == 2


def test_a_histogram_counts_each_value_under_every_bound_that_it_does_not_exceed() -> None:
    histogram = Histogram((1.0, 2.0, 5.0))
    for value in (0.5, 1.0, 1.5, 5.0, 9.0):
        histogram.observe(value)
    assert histogram.buckets() == [("1.0", 2), ("2.0", 3), ("5.0", 4), ("+Inf", 5)]
    assert histogram.sum == 17.0


def test_a_commit_is_counted_by_size_and_time() -> None:
    metrics = Metrics()
    metrics.committed(40, 38, 0.003)
    read = _read(metrics)
    assert read["folkmoot_posts_total", ()] == 38
    assert read["folkmoot_commits_batch_size_sum", ()] == 40
    assert read["folkmoot_commits_batch_size_bucket", (("le", "20.0"),)] == 0
    assert read["folkmoot_commits_batch_size_bucket", (("le", "50.0"),)] == 1
    assert read["folkmoot_commits_seconds_count", ()] == 1


def test_every_metric_is_there_from_the_start_and_says_what_it_is() -> None:
    text = Exposition(Metrics()).text().decode()
    for name, meaning in METRICS.items():
        assert f"# HELP {PREFIX}{name} {meaning}" in text


def test_what_the_process_uses_is_there_too() -> None:
    assert _read(Metrics())["process_resident_memory_bytes", ()] > 1_000_000


def test_two_servers_in_one_process_do_not_count_together() -> None:
    one, other = Metrics(), Metrics()
    one.posts += 1
    assert _read(one)["folkmoot_posts_total", ()] == 1
    assert _read(other)["folkmoot_posts_total", ()] == 0
