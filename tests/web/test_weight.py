"""What somebody has to load before they see the page, as it comes over the wire: small enough for a slow line.

The server binds what is needed at once (`service/api/binding.py`); what only some people use, or only now and then, is
brought by `import()` when it is asked for (`elements/later.js`).
"""

from __future__ import annotations

import re

from service.api.pages_static import WEB, read_all

FIRST_LOAD_BYTES = 120_000
HEAD_BYTES = 460  # of each answer, as the server makes them

LOADED = re.compile(r'(?:href|src)="/web/([^"]+)"')
LATER = re.compile(r'rel="(?:apple-touch-icon|manifest|icon)"[^>]*href="/web/([^"]+)"')


def first_load() -> dict[str, int]:
    """The bytes of each answer that the page asks for at once."""
    files = read_all(WEB)
    page = files["index.html"].body.decode()
    names = {"index.html", *LOADED.findall(page)} - set(LATER.findall(page))
    return {name: len(files[name].compressed or files[name].body) + HEAD_BYTES for name in names}


def test_the_first_load_is_light() -> None:
    loaded = first_load()
    heaviest = sorted(loaded.items(), key=lambda item: -item[1])
    assert sum(loaded.values()) <= FIRST_LOAD_BYTES, heaviest
    assert {"index.html", "app.js", "styles.css"} <= set(loaded)
