"""Stages run again beside the repository, and what they give compared with dvc.lock."""
