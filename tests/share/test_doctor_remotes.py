"""A remote whose files are not verified, or whose keys are in git, is found and mended."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reprogan.doctor.finding import Finding
from reprogan.doctor.remotes import check_remotes


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc" / "config").write_text("[core]\n    analytics = false\n")
    return tmp_path


def dvc(here: Path, *words: str) -> None:
    run = [sys.executable, "-m", "dvc", *words]
    subprocess.run(["git", "init", "-q"], cwd=here, check=True)
    subprocess.run(run, cwd=here, check=True, capture_output=True)


def faults(here: Path) -> list[Finding]:
    return [finding for finding in check_remotes(here) if finding.level == "fault"]


def remote(here: Path, *lines: str, name: str = "store") -> None:
    text = "\n    ".join([f"['remote \"{name}\"']", *lines])
    (here / ".dvc" / "config").write_text(f"{text}\n")


def test_no_remote_is_no_finding(here: Path) -> None:
    assert check_remotes(here) == []


def test_a_folder_is_always_verified_by_dvc(here: Path) -> None:
    remote(here, "url = ../store")
    (found,) = check_remotes(here)
    assert found.level == "good"


def test_a_bucket_is_not_until_that_is_said(here: Path) -> None:
    remote(here, "url = s3://bucket/path")
    (found,) = faults(here)
    assert "damaged" in found.text
    dvc(here, *found.mend.split()[1:])
    assert not faults(here)


KEYS = {
    "s3": ["secret_access_key = S3CRET", "access_key_id = S3CRET", "session_token = S3CRET"],
    "ssh": ["password = S3CRET", "url = ssh://me:S3CRET@host:22/x"],
    "azure": ["sas_token = S3CRET", "connection_string = S3CRET", "account_key = S3CRET"],
}
"""Settings that let somebody in, by the kind of remote that has them."""


@pytest.mark.parametrize("kind", KEYS)
def test_keys_that_are_committed_are_found_and_not_told_and_their_command_moves_them(
    here: Path, kind: str
) -> None:
    """Each alone; and all at once, with a name that a shell would take apart."""
    for line in KEYS[kind]:
        url = [] if line.startswith("url") else [f"url = {kind}://x/y"]
        remote(here, *url, line, "verify = true")
        (found,) = faults(here)
        key = line.partition(" ")[0]
        assert f"has {key} in .dvc/config" in found.text
        assert "S3CRET" not in found.text + found.mend
    url = [] if kind == "ssh" else [f"url = {kind}://x/y"]
    remote(here, *url, *KEYS[kind], "verify = true", name="my store")
    (found,) = faults(here)
    assert "S3CRET" not in found.text + found.mend
    subprocess.run(["git", "init", "-q"], cwd=here, check=True)
    tools = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(found.mend, shell=True, cwd=here, check=True, env=os.environ | {"PATH": tools},
                   capture_output=True)  # fmt: skip
    assert not faults(here) and "S3CRET" not in (here / ".dvc/config").read_text()
    local = (here / ".dvc/config.local").read_text()
    for line in KEYS[kind]:
        key = line.partition(" ")[0].replace("url", "password")
        assert f"{key} = VALUE" in local
    if kind == "ssh":
        assert "url = ssh://me@host:22/x" in (here / ".dvc/config").read_text()


def test_settings_that_dvc_cannot_read_are_told(here: Path) -> None:
    (here / ".dvc" / "config").write_text("[core\n")
    assert faults(here)[0].mend == "git diff .dvc/config"
