"""Answers as text, to be compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from gevent import GreenletExit, Timeout

_ADDRESS = re.compile(r"0x[0-9a-f]+")


def answered(ask: Callable[[], Any]) -> str:
    """The answer as text, floats to the last bit; of an exception its kind, and its words unless
    they are Python's own."""
    try:
        return _ADDRESS.sub("0x", repr(ask()))
    except (TypeError, AttributeError) as error:
        return type(error).__name__
    except (Exception, GreenletExit, SystemExit, Timeout) as error:
        return _ADDRESS.sub("0x", f"{type(error).__name__}: {error}")
