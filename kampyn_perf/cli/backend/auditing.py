"""`kampyn-perf backend audit`."""

from __future__ import annotations

from kampyn_perf.cli.backend.options import STATE, Config, Sets, State, StoreUrl, settings_of
from kampyn_perf.cli.flags import Json


def audit(
    config: Config = None,
    sets: Sets = None,
    state: State = STATE,
    store: StoreUrl = None,
    as_json: Json = False,
) -> int:
    """Check that stock, orders and carts agree; exit code 1 when they do not.

    \b
    After a load, and of a MongoDB:
      kampyn-perf backend audit --state .kampyn/load
      kampyn-perf backend audit --db mongodb://localhost/kampyn
    """
    from kampyn_perf import backend
    from kampyn_perf.cli import audit_view
    from kampyn_perf.cli.console import print_json
    from kampyn_perf.errors import ExitCode

    settings = settings_of(config, sets, {"store.url": store})
    report = backend.audit_store(settings, state_dir=state)
    if as_json:
        print_json(report.as_json())
    else:
        audit_view.show(report)
    return ExitCode.OK if report.ok else ExitCode.FAILED
