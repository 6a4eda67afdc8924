"""The command line of `kampyn-perf watch`: its help, and each flag with its words."""

from __future__ import annotations

from typing import Annotated

import typer

from kampyn_perf.cli import flags as common
from kampyn_perf.cli.alerts.options import Sets
from kampyn_perf.cli.flags import RulesName

HELP = """
Watch a backend without any load, and say when an alert fires or is resolved.

Its /metrics are read every two seconds (response times, errors, queries), its health route is asked
once a second, and its machine is looked at where that is this one. Firings go to stdout as they
happen (with --json one JSON object a line), progress to stderr.

\b
The bundled backend, or your own, until Ctrl-C:
  kampyn-perf watch http://localhost:5001
\b
Ten minutes of two backends, one JSON object a line; 1 if anything fired:
  kampyn-perf watch http://a:5001 http://b:5001 --for 10m --json --fail-on-alert
\b
With a page that shows it as it goes on (0: any free port):
  kampyn-perf watch http://localhost:5001 --live-report 8089
\b
A backend elsewhere, with the memory of its machine from its node_exporter:
  kampyn-perf watch https://api.example.edu --scrape http://api.example.edu:9100/metrics

Exit codes: 0 the time is over, 1 an alert fired and --fail-on-alert was given, 2 usage or
configuration, 3 a backend was not reached at the start, 130 / 143 interrupted.
"""


def watch(  # noqa: PLR0913 (one parameter for each flag)
    urls: Annotated[
        list[str], typer.Argument(metavar="URL...", help="Backends, each judged by itself.")
    ],
    *,
    rules: RulesName = "alerts",
    sets: Sets = [],  # noqa: B006 - typer's way to declare a repeatable option
    for_: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help="How long; else until Ctrl-C.")
    ] = None,
    scrape: Annotated[
        list[str],
        typer.Option(
            metavar="URL",
            help="Another page of metrics, as a node_exporter's; may be given again.",
        ),
    ] = [],  # noqa: B006
    probe: Annotated[str, typer.Option(metavar="PATH", help="The health route.")] = "/health",
    allow_host: common.AllowHost = None,
    live_report: Annotated[
        int | None,
        common.live_report_option(
            "Serve a page on this port of loopback with every alert and what is seen, brought up "
            "to date each second; 0 takes any free port."
        ),
    ] = None,
    fail_on_alert: Annotated[
        bool, typer.Option("--fail-on-alert", help="Exit with 1 if anything fired.")
    ] = False,
    json: common.Json = False,
) -> int:
    from kampyn_perf.cli.watch.run import WatchFlags, run

    return run(
        WatchFlags(
            urls=tuple(urls),
            rules=rules,
            sets=tuple(sets),
            duration=for_,
            scrape=tuple(scrape),
            probe=probe,
            allow_hosts=tuple(allow_host or ()),
            fail_on_alert=fail_on_alert,
            as_json=json,
            live_report=live_report,
        )
    )


watch.__doc__ = HELP
