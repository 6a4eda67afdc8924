"""Intervals that can be trusted: order statistics, proportions, autocorrelated samples."""
