"""Every metric is documented, and every documented metric is counted."""

from __future__ import annotations

from scripts.documents.metrics import PAGE, metrics_page
from service.watch.metrics import METRICS, PREFIX, Metrics, MetricsCollector


def test_the_page_of_metrics_holds_every_metric_and_what_it_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == metrics_page(), "scripts/document writes it anew"


def test_what_prometheus_reads_is_what_is_documented() -> None:
    """The library leaves `_total` off a counter's name until it is written out."""
    read = {family.name for family in MetricsCollector(Metrics()).collect()}
    documented = {f"{PREFIX}{name}".removesuffix("_total") for name in METRICS}
    assert len(read) >= 10
    assert read == documented
