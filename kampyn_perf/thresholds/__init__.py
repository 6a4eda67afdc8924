"""Limits as other tools write them, and as objectives: plain data on both sides. Pure.

An objective here is what stands in `slo.yaml` below its name.
"""
