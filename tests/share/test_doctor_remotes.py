"""A remote whose files are not verified, or whose keys are in git, is found and mended."""

from __future__ import annotations

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


def remote(here: Path, *lines: str) -> None:
    text = "\n    ".join(["['remote \"store\"']", *lines])
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


@pytest.mark.parametrize(
    "line",
    [
        *("secret_access_key = S3CRET", "password = S3CRET", "access_key_id = S3CRET"),
        *("sas_token = S3CRET", "connection_string = S3CRET", "url = ssh://me:S3CRET@host/x"),
    ],
)
def test_a_key_that_is_committed_is_found_and_not_told(here: Path, line: str) -> None:
    url = (
        ()
        if line.startswith("url")
        else ("url = azure://x/y" if "s" in line[:1] else "url = s3://x/y",)
    )
    remote(here, *url, line, "verify = true")
    (found,) = faults(here)
    assert line.partition(" ")[0] in found.text and "S3CRET" not in found.text + found.mend


def test_settings_that_dvc_cannot_read_are_told(here: Path) -> None:
    (here / ".dvc" / "config").write_text("[core\n")
    assert faults(here)[0].mend == "git diff .dvc/config"
