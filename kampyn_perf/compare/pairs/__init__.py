"""Both sides run again and again, one beside the other, until it is decided.

    from kampyn_perf.compare import pairs

    comparison = pairs.run(pairs.PairsRequest(base=arm, new=other, most=20))

`plan` is pure: which arm runs next, and whether it is decided. `server` starts and stops what an
arm loads; `runner` leads.
"""

from kampyn_perf.compare.pairs.arms import Arm, PairsRequest, Role, ServerCommand
from kampyn_perf.compare.pairs.ports import Observer, Unobserved
from kampyn_perf.compare.pairs.runner import run

__all__ = ["Arm", "Observer", "PairsRequest", "Role", "ServerCommand", "Unobserved", "run"]
