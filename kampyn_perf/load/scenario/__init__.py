"""What a running flow works with: its session, the process's target, data, connections, tokens."""
