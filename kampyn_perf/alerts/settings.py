"""`configs/alerts.yaml`: rules by name, actions of the user's own, and where webhooks may go."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from kampyn_perf import config
from kampyn_perf.alerts.rules import BUILT_IN_ACTIONS, ActionName, Rule, within
from kampyn_perf.config import Duration, Section
from kampyn_perf.errors import ConfigError
from kampyn_perf.units import MICROSECONDS

CONFIG_NAME = "alerts"
ENV_PREFIX = "KAMPYN_ALERTS_"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def _rule_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(
            "the name of an alert is of small letters, digits and single underscores, "
            "such as high_error_rate"
        )
    return name


def _action_name(name: str) -> str:
    if name in BUILT_IN_ACTIONS:
        raise ValueError(f"the action {name} is built in; give yours another name")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise ValueError("the name of an action is of letters, digits, - and _")
    return name


class WebhookOrCommand(Section):
    """An action of the user's own: one of a webhook and a command."""

    webhook: str = ""
    """A URL. Its host has to be allowed as for load."""
    webhookEnv: str = ""  # noqa: N815
    """The environment variable that has the URL, where that itself is a secret."""
    secretEnv: str = ""  # noqa: N815
    """The environment variable with the key that requests are signed with."""
    command: tuple[str, ...] = ()
    """A program and its arguments; no shell reads them. The alert comes as JSON on stdin."""
    timeout: Annotated[Duration, within(100_000, 60 * MICROSECONDS)] = 10 * MICROSECONDS
    """Of one attempt."""
    attempts: int = Field(default=5, ge=1, le=10)
    """How often a webhook is tried before it is given up."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = {
            "webhook": self.webhook,
            "webhookEnv": self.webhookEnv,
            "command": self.command,
        }
        given = [name for name, value in kinds.items() if value]
        if len(given) != 1:
            got = f"has {' and '.join(given)}" if given else "has none"
            raise ValueError(f"needs one of webhook, webhookEnv and command; {got}")
        if self.command and self.secretEnv:
            raise ValueError("secretEnv is for a webhook; a command has the environment itself")
        return self


class Alerts(Section):
    """The whole file."""

    allowHosts: tuple[str, ...] = ()  # noqa: N815
    """Hosts that webhooks may go to, beside this machine."""
    actions: dict[Annotated[str, AfterValidator(_action_name)], WebhookOrCommand] = Field(
        default_factory=dict
    )
    """Webhooks and commands, by name."""
    alerts: dict[Annotated[str, AfterValidator(_rule_name)], Rule] = Field(min_length=1)
    """Rules, by name."""

    @model_validator(mode="before")
    @classmethod
    def _refer(cls, data: Any) -> Any:
        """Each name of an action together with those that there are: a rule is checked alone."""
        if not isinstance(data, Mapping) or not isinstance(data.get("alerts"), Mapping):
            return data
        own = data.get("actions")
        known = (*BUILT_IN_ACTIONS, *(map(str, own) if isinstance(own, Mapping) else ()))
        return {
            **data,
            "alerts": {name: _refer(rule, known) for name, rule in data["alerts"].items()},
        }


def load(
    name: str = CONFIG_NAME,
    *,
    sets: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> Alerts:
    """The rules of a file (`./configs/alerts.yaml` or the built-in ones), environment and flags.

    Raises ConfigError with every problem.
    """
    try:
        source = config.read_yaml(config.find(name))
    except ConfigError as error:
        raise ConfigError(error.problems, hint='Quote conditions, as in fires: "> 5 %".') from error
    return config.load(
        Alerts,
        source,
        environ=os.environ if environ is None else environ,
        prefix=ENV_PREFIX,
        sets=sets,
    )


def _refer(rule: Any, known: tuple[str, ...]) -> Any:
    if not isinstance(rule, Mapping) or not isinstance(rule.get("actions"), list):
        return rule
    return {**rule, "actions": [ActionName(name, known) for name in rule["actions"]]}
