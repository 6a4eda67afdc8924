"""What answers acknowledged, against what is stored when a run is over.

`acknowledged` keeps the ids on disk as they come, `judging` compares and `carts` adds up (pure),
`asking` asks a target for what it has. `load/auditing` joins them for one run; the bundled
backend's store is `load/bundled`'s.
"""
