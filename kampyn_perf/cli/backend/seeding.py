"""`kampyn-perf backend seed`."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from kampyn_perf.cli.backend.options import STATE, Config, Sets, State, StoreUrl, settings_of
from kampyn_perf.cli.flags import Json


def seed(  # noqa: PLR0913, PLR0917 (one parameter for each flag)
    config: Config = None,
    sets: Sets = None,
    state: State = STATE,
    store: StoreUrl = None,
    users: Annotated[
        int | None, typer.Option(metavar="N", help="Users, the document's included.")
    ] = None,
    vendors: Annotated[int | None, typer.Option(metavar="N", help="Vendors.")] = None,
    items: Annotated[
        int | None, typer.Option(metavar="N", help="Items, both kinds together.")
    ] = None,
    orders: Annotated[int | None, typer.Option(metavar="N", help="Orders of the past.")] = None,
    number: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Another number, other data.")
    ] = None,
    reset: Annotated[
        bool, typer.Option("--reset", help="Drop what the store holds first.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fill the store with data that is the same every time, and write the data file for a load.

    \b
    Example:
      kampyn-perf backend seed --orders 100000 --reset
    """
    from kampyn_perf import backend
    from kampyn_perf.backend.seeding.load import SeedOutcome
    from kampyn_perf.cli.console import print_json, say
    from kampyn_perf.cli.seed_progress import SeedProgressBars
    from kampyn_perf.errors import KampynError

    flags = {"seed.users": users, "seed.vendors": vendors, "seed.items": items}
    flags |= {"seed.orders": orders, "seed.seed": number}
    settings = settings_of(config, sets, {**flags, "store.url": store})
    with closing(SeedProgressBars()) as progress:
        outcome = backend.seed(settings, state_dir=state, reset=reset, progress=progress)
    if outcome is SeedOutcome.FOREIGN:
        raise KampynError(
            "the store holds other data than asked for; it stays as it is",
            hint="Drop it with --reset, or choose another --state or --db.",
        )
    data_file = backend.StateFolder(state.absolute()).data_file
    if as_json:
        print_json({"outcome": outcome.value, "dataFile": str(data_file)})
    say(f"{outcome.value}; ids and credentials are in {data_file}")
