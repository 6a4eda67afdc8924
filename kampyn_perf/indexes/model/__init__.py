"""What an index, a catalogue and a server are, in plain values, and the ports to a database. Knows
nothing else of this package."""
