"""``python -m service.cli``, the same as ``folkmoot``."""

from __future__ import annotations

from service.cli import main

main()
