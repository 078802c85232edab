"""What a machine keeps between commands and DVC does not: checkpoints, speeds, downloads."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any


def home() -> Path:
    """The repository's root; in queue and --temp runs the parent's, where results are to be found.

    DVC sets DVC_ROOT in every stage; a command that is run by hand runs at the root or below it.
    """
    return repository() or Path.cwd().resolve()


def repository() -> Path | None:
    """The root of the repository that this runs in; None where it runs in none."""
    here = Path.cwd()
    marked = (folder for folder in (here, *here.parents) if (folder / ".dvc").is_dir())
    root = os.environ.get("DVC_ROOT") or next(marked, None)
    return Path(root).resolve() if root else None


def cache() -> Path:
    """A user's own directory for what no repository keeps: REPROGAN_CACHE, or ~/.cache/reprogan."""
    above = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("REPROGAN_CACHE") or Path(above) / "reprogan").absolute()


def scratch() -> Path:
    """A directory under the repository's .dvc/tmp, one for all of its queue and --temp runs."""
    return home() / ".dvc" / "tmp" / "reprogan"


def key_of(facts: dict[str, Any], *files: Path) -> str:
    """A name for all that a run depends on: facts, the content of files, and the code loaded."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for path in (*files, *loaded_code()):
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:24]


def loaded_code() -> list[Path]:
    """The files of this package that have been imported, sorted."""
    package = Path(__file__).parent
    names = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    files = (Path(name) for name in names if name)
    return sorted(f for f in files if f.is_relative_to(package))
