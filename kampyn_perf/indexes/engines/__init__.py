"""The adapters: one package per engine. They know `model` and `explain`, and nothing above."""
