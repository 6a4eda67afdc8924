"""The side of the command line: leads the generators, collects what they recorded, judges it."""
