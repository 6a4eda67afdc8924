"""What a locustfile finds around it: options, a runner that can be asked to stop, events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from locust import log
from locust.runners import STATE_RUNNING, STATE_STOPPED, STATE_STOPPING

from kampyn_perf.load.locustfiles.arguments import parsed_options


class Surroundings:
    """Locust's environment in a generator, and the events of a run."""

    def __init__(
        self, environment: Any, *, stop: Callable[[], None], arguments: Sequence[str] = ()
    ) -> None:
        """`stop` ends the arrivals: what `environment.runner.quit()` comes to. `arguments` are for
        those that the scenario adds."""
        self._environment = environment
        self._arguments = list(arguments)
        self.stopped = False
        """Whether the scenario asked for the end of the run."""

        def quit_run(*_: Any, **__: Any) -> None:
            if environment.runner.state == STATE_RUNNING:
                self.stopped = True
                stop()

        environment.runner.quit = environment.runner.stop = quit_run

    def init(self) -> None:
        """Options and the event `init`. Raises KampynError for options that lack a value."""
        environment = self._environment
        environment.parsed_options = parsed_options(self._arguments)
        environment.parsed_options.host = environment.host
        environment.events.init.fire(
            environment=environment, runner=environment.runner, web_ui=None
        )

    def start(self) -> None:
        """The run begins: there are no users yet, and they come as they are needed."""
        environment = self._environment
        environment.runner.update_state(STATE_RUNNING)
        environment.events.test_start.fire(environment=environment)
        environment.events.spawning_complete.fire(user_count=0)

    def stopping(self) -> None:
        """No more arrivals; sessions in flight have ended, or will be cut."""
        self._environment.runner.update_state(STATE_STOPPING)
        self._environment.events.test_stopping.fire(environment=self._environment)

    def end(self) -> list[str]:
        """Everybody has stopped. What is to be said of the scenario's own endings."""
        environment = self._environment
        environment.runner.update_state(STATE_STOPPED)
        environment.events.test_stop.fire(environment=environment)
        environment.events.quitting.fire(environment=environment, reverse=True)
        code = environment.process_exit_code
        environment.events.quit.fire(exit_code=code or 0)
        said = []
        if self.stopped:
            said.append("the scenario ended the run itself (runner.quit, or StopTest)")
        if code:
            said.append(
                f"the scenario set an exit code of its own, {code}, which is not this program's: "
                "objectives in slo.yaml are judged"
            )
        if log.unhandled_greenlet_exception:
            said.append("a listener of the scenario raised an exception: generator.log has it")
        return said
