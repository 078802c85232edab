"""The console command `reprogan`: the stages of `python src/run.py`, and the user's commands."""

from . import commands, latent_commands, score_commands, tracking_commands
from .cli import app

__all__ = ["app", "commands", "latent_commands", "score_commands", "tracking_commands"]

if __name__ == "__main__":
    app()
