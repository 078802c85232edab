"""A repository's remotes, lent to a checkout of an earlier commit, which may know of none."""

from __future__ import annotations

from pathlib import Path

from dvc.config import Config


def lend_remotes(here: Path, there: Path) -> None:
    """Let `there` have the remotes and the cache of `here`, in a file that git ignores.

    Relative paths of remotes would lead elsewhere from there: they become absolute. What comes from
    them is compared with its hash.
    """
    mine = Config(str(here / ".dvc"))
    with Config(str(there / ".dvc")).edit("local") as local:
        local["remote"] = {name: absolute(remote) for name, remote in mine["remote"].items()}
        if default := mine["core"].get("remote"):
            local["core"]["remote"] = default
        local["cache"]["dir"] = str(mine["cache"].get("dir") or here / ".dvc" / "cache")


def absolute(remote: dict[str, object]) -> dict[str, object]:
    """The settings of a remote, which DVC has resolved, as plain values."""
    url = str(remote["url"])
    verified = {} if url.startswith("hdfs://") else {"verify": True}  # DVC has it of all others
    return {**remote, "url": url, **verified}
