"""The console command `reprogan`: the stages of `python src/run.py`, and the user's commands."""

from . import commands
from .cli import app

__all__ = ["app", "commands"]

if __name__ == "__main__":
    app()
