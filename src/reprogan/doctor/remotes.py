"""DVC's remotes: whether what comes from them is verified, and whether git has their keys."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from dvc.config import Config, ConfigError

from .finding import Finding

SECRET = {
    *("access_key_id", "secret_access_key", "session_token", "sse_customer_key"),
    *("account_key", "sas_token", "connection_string", "client_secret"),
    *("password", "passphrase", "token", "custom_auth_header"),
    *("gdrive_client_secret", "oss_key_id", "oss_key_secret"),
}
"""The settings of DVC's remotes whose values let somebody in."""

UNVERIFIED = ("hdfs",)
"""The kinds of remotes that DVC cannot be told to verify."""


def check_remotes(here: Path) -> list[Finding]:
    """Findings about the remotes of .dvc/config and .dvc/config.local, which this clone owns."""
    try:
        committed = remotes_in(here / ".dvc" / "config")
        local = remotes_in(here / ".dvc" / "config.local")
    except ConfigError as error:
        return [Finding("remotes", "fault", str(error), "git diff .dvc/config")]
    used = {
        name: {**committed.get(name, {}), **local.get(name, {})} for name in {**committed, **local}
    }
    found = []
    for name, remote in committed.items():
        if keys := secrets_of(remote):
            text = f"{name} has {', '.join(keys)} in .dvc/config, which is committed"
            found.append(Finding("remotes", "fault", text, moved(name, remote, keys)))
    for name, remote in used.items():
        kind, is_url, _ = str(remote.get("url", "")).partition("://")
        if is_url and kind not in UNVERIFIED and not remote.get("verify"):
            text = f"what comes from {name} is not compared with its hash: a damaged file is used"
            level = ["--local"] if "url" in local.get(name, {}) else []
            mend = shlex.join(["dvc", "remote", "modify", *level, name, "verify", "true"])
            found.append(Finding("remotes", "fault", text, mend))
    if not found and used:
        return [Finding("remotes", "good", f"{', '.join(used)}: verified, without keys")]
    return found


def remotes_in(path: Path) -> dict[str, dict[str, Any]]:
    """Name -> settings of the remotes of one file; none where it is not there.

    Raises ConfigError where DVC cannot read it.
    """
    if not path.exists():
        return {}
    return dict(Config.load_file(str(path)).get("remote", {}))


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
    keys = [key for key in remote if key in SECRET]
    try:
        told = urlsplit(str(remote.get("url", ""))).password
    except ValueError:
        told = None  # no address: DVC says so when it is used
    return keys + (["url"] if told else [])
