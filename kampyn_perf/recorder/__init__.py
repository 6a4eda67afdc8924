"""Samples into histograms per endpoint, flow, phase and second; errors by kind; lateness.

The generator fills a `SampleBuffer` and hands over its content about once a second as an
`Interval`; a `Collector`, in another process, adds intervals up and builds the result. Adding is
exact and its order does not matter, so any number of generators can feed one collector.
"""
