"""Write all documents that are made from the code. The laws compare them with what stands there."""

from __future__ import annotations

from scripts.documents import metrics, readme, settings


def main() -> None:
    """Write them."""
    settings.PAGE.write_text(settings.env_example(), encoding="utf-8")
    metrics.PAGE.write_text(metrics.metrics_page(), encoding="utf-8")
    readme.PAGE.write_text(readme.readme(readme.PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
