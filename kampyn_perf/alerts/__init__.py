"""Alerts: rules over sliding windows, evaluated live or over a recorded run, and what they do.

Pure: `rules`, `windows`, `engine`, `replay`, `prometheus`. Threads, sockets and processes live in
`actions`.
"""
