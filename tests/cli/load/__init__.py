"""What the command `load` shows while a run goes on."""
