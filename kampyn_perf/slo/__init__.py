"""Objectives (a pure grammar) and the verdict (pure: result and objectives to outcomes)."""
