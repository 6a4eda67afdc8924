"""The versioned result models, their JSON, and the folders they live in.

Stages meet here: a load or a benchmark writes a result, everything else reads one, so that an old
run can be judged again. `docs/result.md` describes the files.
"""
