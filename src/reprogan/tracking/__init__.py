"""MLflow as a projection of git and dvc.lock: a run for each result, keyed by content."""
