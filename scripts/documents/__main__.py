"""Write all documents that are made from the code."""

from __future__ import annotations

from scripts.documents import metrics, settings

if __name__ == "__main__":
    settings.main()
    metrics.main()
