"""Packages that are not the lock's are told while there is time, and recorded with the result."""

from importlib.metadata import version

import pytest

from reprogan.environment import SHOWN, drift, pins, same, warn_of_drift
from small import ROOT

LOCK = """numpy==1.0.0 \\
    --hash=sha256:00
nosuchthing==2.0 \\
    --hash=sha256:00
alsonot==1 ; sys_platform == 'nowhere' \\
    --hash=sha256:00
"""


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "requirements.lock"
    path.write_text(LOCK + f"pyyaml=={version('pyyaml')}\n")
    return path


def test_pins_are_those_whose_marker_holds(lock):
    assert dict(pins(lock.read_text())).keys() == {"numpy", "nosuchthing", "pyyaml"}


def test_what_is_installed_otherwise_is_named_and_what_is_not_installed_computes_nothing(lock):
    assert drift(lock) == {"numpy": f"{version('numpy')}, locked 1.0.0"}


def test_a_build_for_another_device_is_the_same_version():
    assert same("2.13.0+cpu", "2.13.0") and not same("2.13.1", "2.13.0")


def test_nothing_is_said_of_the_locked_environment(capsys):
    warn_of_drift(ROOT / "requirements.lock")
    assert capsys.readouterr() == ("", "")


def test_a_warning_names_packages_and_what_mends_it(lock, tmp_path, capsys):
    warn_of_drift(lock)
    said = capsys.readouterr().err
    assert f"numpy is {version('numpy')}, locked 1.0.0" in said and "make env" in said
    names = ("numpy", "torch", "torchvision", "scipy", "pillow", "dvc", "rich", "typer")
    lock.write_text("".join(f"{name}==0\n" for name in names))
    warn_of_drift(lock)
    assert f"{len(names) - SHOWN} more" in capsys.readouterr().err
    warn_of_drift(tmp_path / "none")
    assert capsys.readouterr().err == ""
