"""What the pages and the help say to type: every command line, in its order."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from typer.main import get_command

from kampyn_perf.cli.main import app
from tests.cli import program

PROGRAMS = (
    "kampyn-perf|python3?|make|curl|promtool|prometheus|locust|pip|node|npm|k6|artillery|gh|"
    "schemathesis"
)
HELP = "help"
"""The examples of `--help`, as one page."""
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.S | re.M)
_SHELL = ("", "sh", "bash")
_LINE = re.compile(rf"(?:[A-Z][A-Z_]+=\S+ )*(?:{PROGRAMS}|\.ci/run)(?: |$)")
_INLINE = re.compile(rf"`((?:[A-Z_]+=\S+ )*(?:{PROGRAMS}) [^`]+)`")
_PLACEHOLDER = re.compile(r"(?:^|[ =./\[])(?:[A-Z]{3,}|N)\b|\.\.\.|…|\|")
"""`RUN`, `FILE`, `a|b`: a form, and no line to type."""


def names() -> list[str]:
    """Of all pages, and of the help of the program."""
    pages = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
    docs = sorted(f"docs/{path.name}" for path in (program.ROOT / "docs").glob("*.md"))
    return [*(page for page in pages if (program.ROOT / page).exists()), *docs, HELP]


def text(page: str) -> str:
    return (program.ROOT / page).read_text(encoding="utf-8")


@cache
def lines(page: str) -> tuple[str, ...]:
    """Its command lines, each once: those of its blocks, then those within a sentence that say
    more than the name of a command."""
    if page == HELP:
        return tuple(dict.fromkeys(examples()))
    prose = re.sub(r"\s+", " ", _BLOCK.sub("", text(page)))
    within = (line for line in map(_plain, _INLINE.findall(prose)) if _says_more(line))
    return tuple(dict.fromkeys((*of_blocks(page), *within)))


@cache
def of_blocks(page: str) -> tuple[str, ...]:
    """Those of the blocks alone."""
    blocks = (match[3] for match in _BLOCK.finditer(text(page)) if match[2] in _SHELL)
    return tuple(dict.fromkeys(line for block in blocks for line in _typed(block)))


def every() -> dict[str, list[str]]:
    """Each command line with the pages that have it."""
    found: dict[str, list[str]] = {}
    for page in names():
        for line in lines(page):
            found.setdefault(line, []).append(page)
    return found


def one(page: str, *parts: str) -> str:
    """The only line of a page that has all these parts, for a test that runs it itself."""
    (line,) = [line for line in lines(page) if all(part in line for part in parts)]
    return line


def typed(line: str, there: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What stands behind `kampyn-perf` in a line, with what is `there` in place of what it says."""
    for said, here in (there or {}).items():
        assert said in line, (said, line)
        line = line.replace(said, here)
    return read(line, {}).words[1:]


def file_of(page: str, name: str) -> str:
    """The file that stands in a page below its name."""
    found = re.search(rf"^`{re.escape(name)}`:\n\n```\w+\n(.*?)^```", text(page), re.S | re.M)
    assert found is not None, (page, name)
    return found[1]


def yaml_of(page: str, number: int = 0) -> str:
    """One of the YAML blocks of a page."""
    return [match[3] for match in _BLOCK.finditer(text(page)) if match[2] == "yaml"][number]


def examples() -> Iterator[str]:
    """The lines of the help of the program and of every command."""
    for _path, command in commands():
        yield from _typed(command.help or "")


@cache
def commands() -> tuple[tuple[tuple[str, ...], Any], ...]:
    """The program, every group and every command, by the words that name it."""
    found: list[tuple[tuple[str, ...], Any]] = []

    def walk(command: Any, path: tuple[str, ...]) -> None:
        found.append((path, command))
        for name, each in getattr(command, "commands", {}).items():
            walk(each, (*path, name))

    walk(get_command(app), ())
    return tuple(found)


def _typed(block: str) -> Iterator[str]:
    for line in re.sub(r"\\\n\s*", "", block).splitlines():
        for each in _parts(line.strip()):
            if _LINE.match(each):
                yield _plain(each)


def _parts(line: str) -> list[str]:
    """Split at each `&&` that stands in no quotes."""
    found: list[str] = []
    for part in line.split(" && "):
        if found and found[-1].count("'") % 2:
            found[-1] += f" && {part}"
        else:
            found.append(part)
    return found


def _plain(line: str) -> str:
    """Without its remark, and with one blank between two words."""
    return re.sub(r" +", " ", re.sub(r"\s+#.*", "", line)).strip()


def _says_more(line: str) -> bool:
    """Than the names of a command and of a flag."""
    if _PLACEHOLDER.search(line):
        return False
    words = line.split()
    if words[0] != "kampyn-perf":
        return True
    plain = [word for word in words[1:] if not word.startswith("-")]
    return tuple(plain) not in {path for path, _ in commands()}


@dataclass(frozen=True)
class Typed:
    """A line as a shell reads it."""

    environ: dict[str, str]
    words: tuple[str, ...]
    into: str
    """The file that its output goes to."""


def read(line: str, variables: dict[str, str]) -> Typed:
    """With `$NAME` filled in; of a pipe its first program."""
    for name, value in variables.items():
        line = line.replace(f"${name}", value)
    lexer = shlex.shlex(line, posix=True, punctuation_chars="<>|")
    lexer.whitespace_split = True
    words, into = list(lexer), ""
    for place, word in enumerate(words):
        if word in (">", ">>"):
            into = words[place + 1]
        if set(word) <= set("<>|") and word:
            words = words[:place]
            break
    environ = {}
    while re.fullmatch(r"[A-Z][A-Z_]+=.*", words[0]):
        name, _, value = words.pop(0).partition("=")
        environ[name] = value
    return Typed(environ, tuple(words), into)


def flags(line: str) -> tuple[str, frozenset[str]]:
    """The command of a line, and the flags that it has."""
    words = read(line, {}).words
    plain = [word for word in words[1:3] if re.fullmatch(r"[a-z]+", word)]
    command = " ".join(words[:1] + tuple(plain[: 2 if plain[:1] in _GROUPS else 1]))
    return command, frozenset(word.partition("=")[0] for word in words if word.startswith("-"))


_GROUPS = (["indexes"], ["backend"], ["reports"], ["alerts"], ["faults"])
