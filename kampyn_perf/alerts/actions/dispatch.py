"""Events to the actions that their rules name."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from kampyn_perf.alerts.actions.command import Command
from kampyn_perf.alerts.actions.delivery import Delivery, Receiver
from kampyn_perf.alerts.actions.notice import Origin, encoded, notice, sentence
from kampyn_perf.alerts.actions.webhook import Webhook, key_of
from kampyn_perf.alerts.engine import Change, Event
from kampyn_perf.alerts.rules import LOG, STOP
from kampyn_perf.alerts.settings import Alerts, WebhookOrCommand
from kampyn_perf.errors import ConfigError, KampynError, Problem
from kampyn_perf.units import MICROSECONDS

CLOSE_SECONDS = 10.0
"""How long the end of a run waits for notices that are under way, in all."""

CheckHost = Callable[[str], None]
"""Raises KampynError for a URL whose host nobody allowed."""


def receivers(
    settings: Alerts, *, environ: Mapping[str, str], check_host: CheckHost
) -> dict[str, Receiver]:
    """The webhooks and commands that some rule names, ready to be used.

    Raises ConfigError with everything that they would fail for later: a variable that is not set,
    a host that is not allowed, a program that is not there.
    """
    used = {name for rule in settings.alerts.values() for name in rule.actions}
    made: dict[str, Receiver] = {}
    problems: list[Problem] = []
    for name, action in settings.actions.items():
        if name not in used:
            continue
        mistakes = list(_mistakes(action, environ, check_host))
        problems += [Problem(f"actions.{name}.{key}", words) for key, words in mistakes]
        if not mistakes:
            made[name] = _receiver(action, environ)
    if problems:
        raise ConfigError(problems, what="actions of the alerts")
    return made


def _mistakes(
    action: WebhookOrCommand, environ: Mapping[str, str], check_host: CheckHost
) -> Iterator[tuple[str, str]]:
    if action.command:
        if shutil.which(action.command[0]) is None:
            yield "command", f"there is no program {action.command[0]}"
        return
    for key, variable in (("webhookEnv", action.webhookEnv), ("secretEnv", action.secretEnv)):
        if variable and not environ.get(variable):
            yield key, f"the environment variable {variable} is not set"
    if action.secretEnv and environ.get(action.secretEnv):
        try:
            key_of(environ[action.secretEnv])
        except ValueError as error:
            yield "secretEnv", f"what {action.secretEnv} holds {error}"
    if url := _url(action, environ):
        try:
            check_host(url)
        except KampynError as error:
            yield ("webhookEnv" if action.webhookEnv else "webhook"), error.message


def _url(action: WebhookOrCommand, environ: Mapping[str, str]) -> str:
    return environ.get(action.webhookEnv, "") if action.webhookEnv else action.webhook


def _receiver(action: WebhookOrCommand, environ: Mapping[str, str]) -> Receiver:
    timeout = action.timeout / MICROSECONDS
    if action.command:
        return Command(action.command, timeout=timeout)
    return Webhook(
        _url(action, environ),
        key=key_of(environ[action.secretEnv]) if action.secretEnv else None,
        timeout=timeout,
        attempts=action.attempts,
    )


class Dispatcher:
    """Hands every event to the actions of its rule, at once."""

    def __init__(
        self,
        receivers: Mapping[str, Receiver],
        *,
        origin: Origin,
        log: Callable[[Event], None],
        stop: Callable[[str], None] = lambda _reason: None,
    ) -> None:
        """`stop` is told the reason; what cannot be stopped does nothing with it."""
        self._deliveries = {
            name: Delivery(receiver, name=name) for name, receiver in receivers.items()
        }
        self._origin = origin
        self._log = log
        self._stop = stop

    def handle(self, event: Event) -> None:
        """Do what the rule says; returns at once."""
        body = encoded(notice(event, self._origin))
        state = "firing" if event.change is Change.FIRED else "resolved"
        for name in event.rule.actions:
            if name == LOG:
                self._log(event)
            elif name == STOP:
                if event.change is Change.FIRED:
                    self._stop(f"the alert {sentence(event)}")
            else:
                self._deliveries[name].put(event.name, state, body)

    def close(self, *, within: float = CLOSE_SECONDS) -> dict[str, list[str]]:
        """Wait so long for what is under way; by alert, what was not delivered and why."""
        undelivered: defaultdict[str, list[str]] = defaultdict(list)
        share = within / max(len(self._deliveries), 1)
        for name, delivery in self._deliveries.items():
            for undone in delivery.close(within=share):
                undelivered[undone.alert].append(
                    f"{undone.state} was not told to {name}: {undone.why}"
                )
        return dict(undelivered)
