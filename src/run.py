"""What every stage's `cmd` calls, so that a stage runs the code that stands beside it."""

from reprogan.cli import app

if __name__ == "__main__":
    app()
