"""DVC's remotes: whether what comes from them is verified, and whether git has their keys."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from dvc.config import Config, ConfigError

from .finding import Finding

SECRET = ("password", "secret", "token", "access_key", "account_key", "sas", "connection_string")
"""What the names of settings contain whose values let somebody in."""


def check_remotes(here: Path) -> list[Finding]:
    """Findings about every remote, from DVC's own files of settings."""
    try:
        committed = Config.load_file(str(here / ".dvc" / "config"))
        used = Config(str(here / ".dvc"))
    except ConfigError as error:
        return [Finding("remotes", "fault", str(error), "git diff .dvc/config")]
    except FileNotFoundError:
        return []
    found = []
    for name, remote in committed.get("remote", {}).items():
        if keys := secrets_of(remote):
            text = f"{name} has {', '.join(keys)} in .dvc/config, which is committed"
            found.append(Finding("remotes", "fault", text, moved(name, remote, keys)))
    for name, remote in used["remote"].items():
        if "://" in str(remote["url"]) and not remote.get("verify"):
            text = f"what comes from {name} is not compared with its hash: a damaged file is used"
            mend = shlex.join(["dvc", "remote", "modify", name, "verify", "true"])
            found.append(Finding("remotes", "fault", text, mend))
    if not found and used["remote"]:
        return [Finding("remotes", "good", f"{', '.join(used['remote'])}: verified, without keys")]
    return found


def moved(name: str, remote: Mapping[str, Any], keys: Iterable[str]) -> str:
    """The commands that take keys out of what is committed; for each VALUE, a new one is typed.

    A remote needs its address, which stays, without its password.
    """
    modify, commands = ["dvc", "remote", "modify"], list[list[str]]()
    for key in keys:
        if key == "url":
            commands.append([*modify, name, key, without_password(str(remote["url"]))])
        else:
            commands.append([*modify, "--unset", name, key])
        secret = "password" if key == "url" else key
        commands.append([*modify, "--local", name, secret, "VALUE"])
    return " && ".join(map(shlex.join, commands))


def without_password(url: str) -> str:
    """An address with its user alone."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}@{host}"))


def secrets_of(remote: Mapping[str, Any]) -> list[str]:
    """The settings of a remote that git must not have."""
    keys = [key for key in remote if any(word in key for word in SECRET)]
    return keys + (["url"] if urlsplit(str(remote.get("url", ""))).password else [])
