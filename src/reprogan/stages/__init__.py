"""One module per stage of dvc.yaml, each with one function of its own name."""
