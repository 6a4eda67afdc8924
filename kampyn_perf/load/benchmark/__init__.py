"""What one core can generate, measured: whole runs (`next_round`), and the client alone
(`compare(Plan())`), each beside other generators.

`kampyn-perf bench generator` shows it. Nothing here imports Locust: all generators are children.
"""

from kampyn_perf.load.benchmark.attempt import Attempt, Look, measure
from kampyn_perf.load.benchmark.carried import Carried, Place, next_round
from kampyn_perf.load.benchmark.cautions import others_took_part, warnings
from kampyn_perf.load.benchmark.compare import FLAT, PACED, Comparison, Goal, Plan, compare
from kampyn_perf.load.benchmark.jobs import Client, Figures
from kampyn_perf.load.benchmark.processes import Cores, LeanServer, choose_cores, running_server
from kampyn_perf.load.benchmark.programs import OURS, Program, Task, ours, programs
from kampyn_perf.load.benchmark.work import Work

__all__ = [
    "FLAT",
    "OURS",
    "PACED",
    "Attempt",
    "Carried",
    "Client",
    "Comparison",
    "Cores",
    "Figures",
    "Goal",
    "LeanServer",
    "Look",
    "Place",
    "Plan",
    "Program",
    "Task",
    "Work",
    "choose_cores",
    "compare",
    "measure",
    "next_round",
    "others_took_part",
    "ours",
    "programs",
    "running_server",
    "warnings",
]
