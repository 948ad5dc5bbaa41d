"""Passwords: what is accepted as one, and how they are hashed and verified.

All use of passlib and zxcvbn is here, and nothing else is: who may set whose password is decided in ``accounts`` and
``resets``. Both are slow on purpose or by nature, so they run on threads of their own, a bounded number at once and a
bounded number waiting: a crowd that signs in (or somebody who plays one) may fill this queue, never the event loop.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import unicodedata
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from zxcvbn import zxcvbn  # type: ignore[import-untyped]

from service.chat.errors import Code, Refusal, invalid

with warnings.catch_warnings():
    # passlib 1.7.4 looks at Python's crypt module and at argon2.__version__, which are both deprecated; neither is
    # used for argon2id, and its drop-in libpass does without them.
    warnings.simplefilter("ignore", DeprecationWarning)
    from passlib.context import CryptContext
    from passlib.hash import argon2

    argon2.set_backend("argon2_cffi")

T = TypeVar("T")

# OWASP's minimum for argon2id: 19 MiB, two passes, one lane. About 32 ms, in which the GIL is free.
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
NICENESS = 10  # of the threads that hash, as nice(1) counts

PASSWORD_MIN = 8  # characters
PASSWORD_MAX = 256  # characters
# Normalising is quadratic in the combining marks of its input: what is far too long is turned away before it.
TYPED_MAX = 4 * PASSWORD_MAX  # characters, before normalising
# Guesses by zxcvbn's scale, 0 to 4. From 2 on a password outlasts guessing at a sign-in that is not even limited
# (ours is), which is the attack that is left when the hashes are memory-hard.
SCORE_MIN = 2
# zxcvbn tries all ways in which symbols may stand for letters: 37 ms for 16 characters, half a second for 32.
JUDGED_LENGTH = 16  # characters
PRODUCT_WORDS = ("folkmoot", "chat")
RETRY_AFTER_SECONDS = 2.0  # by then a full queue of the default length is worked off


class Passwords:
    """Checks, hashes and verifies passwords on a bounded pool of threads."""

    def __init__(self, *, at_once: int, waiting: int, shortest: int = PASSWORD_MIN) -> None:
        self._shortest = shortest
        self._context = CryptContext(
            schemes=["argon2"],
            argon2__type="ID",
            argon2__memory_cost=MEMORY_KIB,
            argon2__time_cost=PASSES,
            argon2__parallelism=LANES,
        )
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="passwords", initializer=_yield_to_others)
        self._places = threading.BoundedSemaphore(at_once + waiting)
        # Unlike hashing, judging holds the GIL: one thread that does it costs the event loop little (p99 4 ms while
        # ten of the worst are judged), two that pass the GIL to each other three times that.
        self._judging = threading.Lock()

    async def start(self) -> None:
        """Warm up: the first check of an unknown user must not take longer than all the others."""
        await self.verify("", None)

    def stop(self) -> None:
        """Let go of the threads; what still waits is cancelled."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is the one of that hash.

        Without a hash (an unknown user, or one that has no password) the answer is no, after the same time. So it is
        for what cannot be a password at all.
        """
        return await self._run(lambda: self._matches(password, password_hash))

    async def new_hash(self, password: str, *about: str) -> str:
        """The hash of a password that somebody chose, or ``invalid`` if it should not be one.

        ``about`` are words that people who know this user would try first: the username, the name.
        """
        normal = self._acceptable(password)
        return await self._run(lambda: self._judged_hash(normal, about))

    async def given_hash(self, password: str) -> str:
        """The hash of a password that nobody chose and that is not judged: those of the demonstration's users."""
        return await self._run(lambda: self._hash(password))

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise _unavailable("Too many people are signing in right now. Try again in a moment.")
        try:
            job = self._threads.submit(work)
        except RuntimeError as stopped:
            self._places.release()
            raise _unavailable("The server is stopping. Try again in a moment.") from stopped
        # By the job and not by who waits for it: who hangs up does not make the thread any freer.
        job.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(job)

    def _matches(self, password: str, password_hash: str | None) -> bool:
        normal = _normal(password)
        if normal is None:
            self._context.dummy_verify()
            return False
        return bool(self._context.verify(normal, password_hash))

    def _judged_hash(self, normal: str, about: tuple[str, ...]) -> str:
        with self._judging:
            require_strength(normal, about)
        return self._hash(normal)

    def _hash(self, password: str) -> str:
        return str(self._context.hash(password))

    def _acceptable(self, password: str) -> str:
        normal = _normal(password)
        if normal is None or not self._shortest <= len(normal) <= PASSWORD_MAX:
            raise invalid(
                "password",
                f"use {self._shortest} to {PASSWORD_MAX} characters of any kind, but NUL and lone surrogates",
            )
        return normal


def require_strength(password: str, about: tuple[str, ...] = ()) -> None:
    """Refuse what would be guessed soon: common passwords, patterns, and the words ``about`` this user.

    There are no rules about kinds of characters: they make people write ``Password1!``.
    """
    words = [*PRODUCT_WORDS, *about, *(part for text in about for part in text.split())]
    # A password is at least as strong as the better of its ends, and no cost grows with its length.
    verdicts = [zxcvbn(end, user_inputs=words) for end in {password[:JUDGED_LENGTH], password[-JUDGED_LENGTH:]}]
    best = max(verdicts, key=lambda verdict: int(verdict["score"]))
    if int(best["score"]) >= SCORE_MIN:
        return
    feedback = best["feedback"]
    advice = [feedback["warning"], *feedback["suggestions"]]
    raise invalid("password", " ".join(["this would be guessed too soon.", *filter(None, advice)]))


def _yield_to_others() -> None:
    """Make the thread that calls it less urgent than the event loop: who signs in waits rather than everybody's
    messages. Linux alone has a priority for each thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _unavailable(message: str) -> Refusal:
    return Refusal(Code.UNAVAILABLE, message, retry_after=RETRY_AFTER_SECONDS)


def _normal(password: str) -> str | None:
    """The password as it is hashed: NFKC, so that it does not depend on the keyboard; None for what can't be one."""
    if len(password) > TYPED_MAX or any(char == "\0" or "\ud800" <= char <= "\udfff" for char in password):
        return None
    normal = unicodedata.normalize("NFKC", password)
    return normal if len(normal) <= PASSWORD_MAX else None
