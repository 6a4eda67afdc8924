"""Latency histograms: the only module that knows HdrHistogram."""
