"""What annotations say of an objective. Pure."""

from __future__ import annotations

from kampyn_perf.results.judgement import Judgement


def promised(judgement: Judgement) -> str:
    """What was observed, what was promised, and why it came out so."""
    scope = f"{judgement.scope_text}: " if judgement.scope else ""
    what = f"{scope}{judgement.observed_text}, promised {judgement.target_text}"
    return f"{what}; {judgement.explanation}" if judgement.explanation else what
