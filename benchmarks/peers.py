"""The same script by its own tool and by kampyn-perf, one after the other against one server that
keeps every request: which requests came, with which headers and bodies, in which order within a
session, in which mix and at which rate.

    python -m benchmarks.peers                                     # Locust
    python -m benchmarks.peers --artillery node_modules/.bin/artillery
    python -m benchmarks.peers --only-script my.yml --artillery ... # what came, of one's own script

Sessions are told apart by the header X-Session, which the scripts in peers_files set. The rate is
of the middle of the run, without its first two seconds and its last.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.load.locustfiles import recording

FILES = Path(__file__).parent / "peers_files"
RATE, SECONDS = 40, 20
WEIGHTS = {"auth": 30, "order": 40, "vendor": 30}
FIRST = {"/auth": "auth", "/items?page=1": "order", "/vendors": "vendor"}
"""The flow of a session, by the path of its first request."""
OF_THE_CONNECTION = ("host", "connection", "content-length", "accept-encoding", "user-agent")
"""Headers that say who sends and how, and not what."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one tool sent."""

    name: str
    requests: list[dict[str, Any]]

    @property
    def sessions(self) -> dict[str, list[dict[str, Any]]]:
        """By the session's id, in the order of arrival."""
        found: dict[str, list[dict[str, Any]]] = {}
        for one in self.requests:
            found.setdefault(one["headers"].get("x-session", ""), []).append(one)
        return found

    def orders(self) -> set[tuple[str, ...]]:
        """Each order that requests of a session came in."""
        return {tuple(line(one) for one in session) for session in self.sessions.values()}

    def bodies(self) -> set[tuple[str, str]]:
        """Each request with its body, JSON without its spaces."""
        return {(line(one), plain(one["body"])) for one in self.requests}

    def headers(self) -> dict[str, set[str]]:
        """By request: the headers that say what is sent, with their values but for ids."""
        found: dict[str, set[str]] = {}
        for one in self.requests:
            for name, value in one["headers"].items():
                if name not in (*OF_THE_CONNECTION, "x-session"):
                    found.setdefault(line(one), set()).add(f"{name}: {value.partition(';')[0]}")
        return found

    def mix(self) -> Counter[str]:
        """Sessions by flow."""
        firsts = (FIRST.get(session[0]["path"], "?") for session in self.sessions.values())
        return Counter(firsts)

    def fit(self) -> float:
        """How likely a mix is that is at least so far from the weights (chi-square)."""
        from scipy.special import chdtrc

        mix, total = self.mix(), len(self.sessions)
        expected = {name: total * w / sum(WEIGHTS.values()) for name, w in WEIGHTS.items()}
        squares = sum((mix[name] - at) ** 2 / at for name, at in expected.items())
        return float(chdtrc(len(WEIGHTS) - 1, squares))

    def rate(self) -> float:
        """Sessions per second in the middle of the run."""
        starts = sorted(session[0]["at"] for session in self.sessions.values())
        middle = [at for at in starts if starts[0] + 2 <= at <= starts[-1] - 1]
        return (len(middle) - 1) / (middle[-1] - middle[0]) if len(middle) > 1 else 0.0


def line(request: dict[str, Any]) -> str:
    """`GET /items?page=1`."""
    return f"{request['method']} {request['path']}"


def plain(body: str) -> str:
    """JSON in one form, parts of a form with one boundary; anything else as it is."""
    if found := re.match(r"--(-*\w+)\r\n", body):
        return body.replace(found[1], "boundary")
    try:
        return json.dumps(json.loads(body), sort_keys=True)
    except ValueError:
        return body


def run(name: str, command: Sequence[str], port: int, folder: Path, *, seconds: float) -> Seen:
    """One tool; what it sent. Its own words go to a file in `folder`."""
    with (folder / f"{name.replace(' ', '-')}.log").open("w") as log:
        done = subprocess.run(
            command, cwd=folder, stdout=log, stderr=log, timeout=seconds + 180, check=False
        )
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/__recorded", timeout=30) as response:
        requests = [one for one in json.load(response) if one["path"] != "/health"]
    if not requests:
        words = Path(log.name).read_text()[-800:]
        raise SystemExit(f"{name} sent nothing (exit code {done.returncode}):\n{words}")
    return Seen(name=name, requests=requests)


def ours(script: Path, port: int, folder: Path, *flags: str) -> list[str]:
    """The command line of kampyn-perf for a locustfile or a script."""
    host = "--host" if script.suffix == ".py" else "--url"
    return [
        *(sys.executable, "-m", "kampyn_perf", "load", str(script)),
        *(host, f"http://127.0.0.1:{port}", "--no-watch", "--lenient", *flags),
        *("--out", str(folder / f"run-{os.urandom(4).hex()}")),
    ]


def locust(port: int, folder: Path, *, rate: int, seconds: int) -> list[Seen]:
    """Locust's users, each once a second, and the same file here."""
    script = FILES / "shop.py"
    stock = [
        *(sys.executable, "-m", "locust", "-f", str(script), "--headless", "--only-summary"),
        *("-u", str(rate), "-r", str(rate), "-t", f"{seconds}s", "--stop-timeout", "10"),
        *("--host", f"http://127.0.0.1:{port}"),
    ]
    own = ours(script, port, folder, "--rate", str(rate), "--for", f"{seconds}s")
    return [
        run("Locust", stock, port, folder, seconds=seconds),
        run("kampyn-perf, locustfile", own, port, folder, seconds=seconds),
    ]


def artillery(program: Path, port: int, folder: Path, *, rate: int, seconds: int) -> list[Seen]:
    """Artillery, and the same script here."""
    text = (FILES / "shop.yml").read_text()
    phase = f"{{duration: {seconds}, arrivalRate: {rate}}}"
    script = folder / "shop.yml"
    script.write_text(text.replace("{duration: 20, arrivalRate: 40}", phase))
    return both(script, program, port, folder, seconds=seconds)


def both(script: Path, program: Path, port: int, folder: Path, *, seconds: int) -> list[Seen]:
    """A script by Artillery and here."""
    stock = [str(program.absolute()), "run", "-t", f"http://127.0.0.1:{port}", str(script)]
    return [
        run("Artillery", stock, port, folder, seconds=seconds),
        run("kampyn-perf, script", ours(script, port, folder), port, folder, seconds=seconds),
    ]


def compared(pair: Sequence[Seen]) -> dict[str, Any]:
    """What is the same between two tools, and what of headers is not."""
    one, two = pair
    differing = sorted(
        header
        for request in one.headers().keys() | two.headers().keys()
        for header in one.headers().get(request, set()) ^ two.headers().get(request, set())
    )
    return {
        "requests": {line(r) for r in one.requests} == {line(r) for r in two.requests},
        "order": one.orders() == two.orders(),
        "bodies": one.bodies() == two.bodies(),
        "headers": sorted(set(differing)),
    }


def table(pairs: Sequence[Sequence[Seen]], *, rate: int) -> str:
    """In Markdown."""
    seen = [one for pair in pairs for one in pair]
    rows = [
        ("", [one.name for one in seen]),
        ("---", ["---"] * len(seen)),
        ("sessions", [f"{len(one.sessions):,}" for one in seen]),
        ("requests", [f"{len(one.requests):,}" for one in seen]),
        (f"rate (asked: {rate}/s)", [f"{one.rate():.2f}/s" for one in seen]),
        ("off by", [f"{100 * (one.rate() / rate - 1):+.2f} %" for one in seen]),
        ("mix (30 : 40 : 30)", [" : ".join(str(one.mix()[n]) for n in WEIGHTS) for one in seen]),
        ("chi-square, p", [f"{one.fit():.3f}" for one in seen]),
    ]
    lines = [f"| {head} | {' | '.join(cells)} |" for head, cells in rows]
    words = {True: "the same", False: "DIFFERENT"}
    for pair in pairs:
        found = compared(pair)
        same = ", ".join(f"{key} {words[found[key]]}" for key in ("requests", "order", "bodies"))
        other = ", ".join(found["headers"]) or "none"
        lines += ["", f"{pair[0].name} and {pair[1].name}: {same}; other headers: {other}."]
    return "\n".join(lines)


def counts(pair: Sequence[Seen]) -> str:
    """Every request of a script of one's own, how often each tool sent it, and differing bodies."""
    one, two = (Counter(line(r) for r in seen.requests) for seen in pair)
    lines = [f"{one[key]:>6} {two[key]:>6}  {key}" for key in sorted(one.keys() | two.keys())]
    lines += [f"only {seen.name}: {body}" for seen, other in (pair, pair[::-1])
              for body in sorted(seen.bodies() - other.bodies())]  # fmt: skip
    return "\n".join([*lines, f"headers: {compared(pair)['headers']}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--artillery", type=Path, help="Artillery's program")
    parser.add_argument("--only-script", type=Path, help="only this script, by Artillery and here")
    parser.add_argument("--rate", type=int, default=RATE)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    asked = parser.parse_args()
    size = {"rate": asked.rate, "seconds": asked.seconds}
    with recording.started() as port, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.only_script:
            script = asked.only_script.absolute()
            print(counts(both(script, asked.artillery, port, folder, seconds=asked.seconds)))
            return
        pairs = [locust(port, folder, **size)]
        if asked.artillery:
            pairs.append(artillery(asked.artillery, port, folder, **size))
        print(table(pairs, rate=asked.rate))


if __name__ == "__main__":
    main()
