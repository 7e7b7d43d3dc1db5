"""Breaks an act off at its nth step on the disk: the power goes, or the disk is full."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch


class Cut(BaseException):
    """The power goes."""


@contextmanager
def nth_call_fails(number: int, err: BaseException) -> Iterator[list[str]]:
    """Of all that makes, syncs or renames a file; in the list what was called until then."""
    called: list[str] = []

    def failing(name: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def tries(*given: Any, **more: Any) -> Any:
            called.append(name)
            if len(called) == number:
                raise err
            return act(*given, **more)

        return tries

    with ExitStack() as stack:
        for name in ("mkdir", "fsync", "replace"):
            stack.enter_context(patch.object(os, name, failing(name, getattr(os, name))))
        yield called
