"""A recorded session into a project: one flow, with the pauses that the person made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from kampyn_perf.convert.documents import wrong
from kampyn_perf.convert.draft import Draft, Flow, LeftOut, Request, Step, Text, Think, joined
from kampyn_perf.convert.har.bodies import body_of
from kampyn_perf.convert.har.recorded import Recorded, recorded
from kampyn_perf.convert.har.secrets import Secrets, looks_secret
from kampyn_perf.convert.har.select import Hosts, redirected, why_not
from kampyn_perf.convert.har.stream import entries
from kampyn_perf.convert.naming import file_name, path_name
from kampyn_perf.errors import KampynError
from kampyn_perf.units import counted

_MOST_REQUESTS = 1_000
_SHORTEST_PAUSE = 100_000
_LONGEST_PAUSE = 60_000_000
_NOT_SENT = re.compile(
    r":.*|host|connection|content-length|transfer-encoding|cookie|user-agent|accept-encoding|"
    r"sec-.*|origin|referer|if-none-match|if-modified-since|cache-control|pragma|dnt|te|"
    r"upgrade.*|priority|keep-alive|expect|content-type|purpose|x-client-data|accept-language",
    re.I,
)
_SESSION_COOKIE = re.compile(r"sess|sid$|remember", re.I)
_ANYTHING = "*/*"
_PATH = "part of a path"


def read_har(
    path: Path, *, url: str = "", hosts: Collection[str] = (), keep_secrets: bool = False
) -> Draft:
    """The project of the recording at `path`.

    `hosts` are the system's; without any, the one whose page was opened first. `url` is where the
    system is in runs. Raises KampynError or ConfigError, with the entry.
    """
    known = Hosts()
    for number, entry in enumerate(entries(path)):
        if exchange := recorded(entry, number, with_answer=False):
            known.note(exchange)
    own = known.own(hosts)
    if not own:
        there = ", ".join(host for host, _count in known.requests.most_common(8)) or "none"
        raise wrong(str(path), "#/log/entries", f"has no request to load; its hosts are {there}")
    session = _Session(own[0], Secrets(keep=keep_secrets))
    for exchange in _in_order(path, own, session.left_out):
        session.take(exchange)
    if not session.requests:
        reasons = ", ".join(f"{count} {why}" for why, count in session.left_out.items())
        raise wrong(str(path), "#/log/entries", f"has no request of {own[0]} to load ({reasons})",
                    hint="Another host: --host NAME.")  # fmt: skip
    others = [host for host in known.requests if host not in own]
    return session.draft(
        path,
        url.rstrip("/") or known.origin(own[0]),
        {host: known.requests[host] for host in others},
    )


def _in_order(path: Path, own: list[str], left_out: Counter[str]) -> Iterator[Recorded]:
    """The requests that are taken, by the time that they began."""
    taken: list[Recorded] = []
    for number, entry in enumerate(entries(path)):
        exchange = recorded(entry, number, with_answer=True)
        if exchange is None or exchange.host not in own:
            continue
        if why := why_not(exchange):
            left_out[why] += 1
            continue
        taken.append(exchange)
        if len(taken) > _MOST_REQUESTS:
            raise KampynError(
                f"{path}: has more than {_MOST_REQUESTS:,} requests of {', '.join(own)}",
                hint="Record a shorter session: one person, one errand.",
            )
    return iter(sorted(taken, key=lambda exchange: exchange.started_us))


@dataclass
class _Session:
    host: str
    secrets: Secrets
    requests: list[tuple[Recorded, int, Request]] = field(default_factory=list)
    """Each with the pause before it."""
    left_out: Counter[str] = field(default_factory=Counter)
    _before: Recorded | None = None
    _jar: set[str] = field(default_factory=set)
    _ended_us: int = 0
    _left_cookies: set[str] = field(default_factory=set)

    def take(self, exchange: Recorded) -> None:
        """The next request of the session."""
        if redirected(exchange, self._before) and self.requests:
            first, pause, request = self.requests[-1]
            statuses = (exchange.status,)
            self.requests[-1] = (first, pause, replace(request, statuses=statuses))
        else:
            pause = exchange.started_us - self._ended_us if self.requests else 0
            self.requests.append((exchange, pause, self._request(exchange)))
        self.secrets.note_answer(self.requests[-1][0].number, exchange.answer)
        self._jar |= exchange.set_cookies
        self._ended_us = max(self._ended_us, exchange.ended_us)
        self._before = exchange

    def draft(self, path: Path, url: str, others: dict[str, int]) -> Draft:
        """The session as a project."""
        table = self.secrets.table()
        return Draft(
            name=file_name(self.host.partition(":")[0], otherwise="recording"),
            origin=f"the recording {path.name}",
            url=url,
            flows=(Flow(name="Recorded session", steps=tuple(self._steps())),),
            tables=(table,) if table else (),
            environment=self.secrets.environment,
            left_out=tuple(self._all_left_out(others)),
        )

    def _request(self, exchange: Recorded) -> Request:
        body, content_type, note = body_of(exchange, self.secrets)
        headers = self._headers(exchange)
        if content_type:
            headers["Content-Type"] = content_type
        return Request(
            method=exchange.method,
            url=self._url(exchange),
            name=self._name(exchange),
            headers=headers,
            cookies=self._cookies(exchange),
            body=body,
            statuses=(200 if exchange.status == 304 else exchange.status,),
            note=note,
        )

    def _name(self, exchange: Recorded) -> str:
        """What differs from session to session, or is secret, is no part of it."""
        host = "" if exchange.host == self.host else exchange.host
        texts = [(part, self.secrets.text(_PATH, part)) for part in exchange.url.path.split("/")]
        path = "/".join(path_name(part) if text == part else "{id}" for part, text in texts)
        return f"{exchange.method} {host}{path or '/'}"

    def _url(self, exchange: Recorded) -> Text:
        """The path and query; with the host, where it is another than the system's own."""
        parts: list[Text] = [] if exchange.host == self.host else [exchange.origin]
        for index, segment in enumerate((exchange.url.path or "/").split("/")):
            parts += ["/"] if index else []
            parts.append(self.secrets.text(_PATH, segment))
        for index, pair in enumerate(exchange.url.query.split("&") if exchange.url.query else ()):
            name, equals, value = pair.partition("=")
            parts += ["&" if index else "?", name, equals, self.secrets.text(name, value)]
        return joined(parts)

    def _headers(self, exchange: Recorded) -> dict[str, Text]:
        return {
            name: self.secrets.text(name, value)
            for name, value in exchange.headers
            if not _NOT_SENT.fullmatch(name)
            and not (name.lower() == "accept" and value == _ANYTHING)
        }

    def _cookies(self, exchange: Recorded) -> dict[str, Text]:
        """Those that no answer of the session gave, if they may be what lets it in."""
        brought = {name: value for name, value in exchange.cookies.items() if name not in self._jar}
        self._left_cookies |= {name for name in brought if not _is_session(name)}
        return {
            name: self.secrets.text(f"cookie_{name}", value)
            for name, value in brought.items()
            if _is_session(name)
        }

    def _steps(self) -> Iterator[Step]:
        for exchange, pause, request in self.requests:
            if pause >= _SHORTEST_PAUSE:
                yield Think(min(pause, _LONGEST_PAUSE) // 1_000 * 1_000)
            captures = tuple(self.secrets.captures.get(exchange.number, {}).values())
            is_followed = not all(300 <= status < 400 for status in request.statuses)
            yield replace(request, captures=captures, follow=is_followed)

    def _all_left_out(self, others: dict[str, int]) -> Iterator[LeftOut]:
        for why, count in self.left_out.most_common():
            yield LeftOut(f"{count} of {self.host}", why)
        for host, count in sorted(others.items(), key=lambda pair: -pair[1]):
            yield LeftOut(f"{count} of {host}", f"another host (--host {host} takes them)")
        for name in sorted(self._left_cookies):
            yield LeftOut(f"cookie {name}", "the browser had it before the session began")
        longer = sum(pause > _LONGEST_PAUSE for _one, pause, _request in self.requests)
        if longer:
            what = counted(longer, "pause")
            yield LeftOut(f"{what} of more than a minute", "cut to a minute")


def _is_session(name: str) -> bool:
    return looks_secret(name.replace("-", "_")) or _SESSION_COOKIE.search(name) is not None
