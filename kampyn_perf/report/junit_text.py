"""What JUnit documents have in common. Pure."""

from __future__ import annotations

import re

from junitparser import JUnitXml, TestSuite

SUITE = "kampyn-perf"
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
# What XML 1.0 cannot carry, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document_of(suite: TestSuite) -> bytes:
    """The document with one suite, UTF-8."""
    document = JUnitXml(SUITE)
    document.add_testsuite(suite)
    document.update_statistics()
    return _DECLARATION + bytes(document.tostring()) + b"\n"


def clean(text: str) -> str:
    """`text` as XML can carry it."""
    return _FORBIDDEN.sub("\ufffd", text)
