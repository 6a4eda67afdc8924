"""Samples into histograms per endpoint, flow, phase and second; errors by kind; lateness."""
