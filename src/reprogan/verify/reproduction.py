"""A result of any commit, experiment or MLflow run, computed again beside the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..component import ConfigError
from ..config import EXPERIMENT
from ..doctor.environment import check_environment
from ..git import git
from ..redaction import redacted
from ..results import md5_of, read_lock, result_of
from ..tracking.errors import reaching
from ..tracking.names import COMMIT, NAME, RESULT, STUDY
from ..tracking.patience import FIRST, patience
from ..tracking.revisions import revisions
from ..tracking.store import address, connect
from .remotes import lend_remotes
from .rerun import Verdict
from .verification import entries, explained, verify

ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""What MLflow calls a run id that it does not know, or that is none."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A commit whose dvc.lock holds a result, and the row that it is of; "" for all rows."""

    commit: str
    row: str = ""


def find(here: Path, run: str) -> Origin:
    """The commit of an MLflow run id, of a DVC experiment's name or of any git revision.

    An MLflow run is found by its result: the commit whose dvc.lock has the same hashes. Raises
    ConfigError where it is none of these, or no commit has the result.
    """
    for name in (run, *experiments(here, run)):
        commit = git(here, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        if commit:
            row = EXPERIMENT if name.startswith("refs/exps/") else ""
            return Origin(commit, row)
    key, row, first = logged(here, run)
    for commit in dict.fromkeys([first, *(origin.commit for origin in revisions(here))]):
        lock = git(here, "show", f"{commit}:dvc.lock") if commit else None
        result = result_of(row, read_lock(lock or ""))
        if result is not None and result.key == key:
            return Origin(commit, row)
    raise ConfigError(
        f"no commit or experiment here has the result of MLflow run {run} ({row}) in its dvc.lock:"
        " fetch the branch or experiment that it was computed on"
    )


def logged(here: Path, run: str) -> tuple[str, str, str]:
    """Key and row of an MLflow run, and the commit that it names, if any.

    Raises ConfigError where there is no such run of a result, and StoreError for no store.
    """
    from mlflow.exceptions import MlflowException

    tags: dict[str, str] = {}
    with reaching(address(here)), patience(FIRST):
        try:
            tags = connect(here).get_run(run).data.tags
        except MlflowException as error:
            if error.error_code not in ABSENT:
                raise
    if STUDY in tags:
        raise ConfigError(
            f"MLflow run {run} is of the study {tags[STUDY]}: `reprogan study {tags[STUDY]}` runs"
            " it again, and `git diff` shows whether its reports differ"
        )
    if RESULT not in tags:
        raise ConfigError(
            f"{run!r} is no git revision, no DVC experiment and no MLflow run of reprogan here;"
            " see `git log`, `dvc exp list --all-commits` and `mlflow ui`"
        )
    return tags[RESULT], tags[NAME], tags.get(COMMIT, "")


def experiments(here: Path, name: str) -> list[str]:
    """References of DVC experiments of that name."""
    listed = git(here, "for-each-ref", "--format=%(refname)", "refs/exps") or ""
    return [ref for ref in listed.split() if ref.rpartition("/")[2] == name]


def reproduce(
    here: Path, run: str, names: Sequence[str], jobs: int, pull: bool
) -> tuple[Origin, list[Verdict], list[str]]:
    """Verdicts on the stages of a result, run again with the code and parameters of its commit.

    And what explains differences.

    names: stages or rows; none: those of the result, or all of the commit's. Inputs come from this
    repository's cache, or with `pull` from its remote. Raises ConfigError for what is not there.
    """
    origin = find(here, run)
    with checked_out(here, origin.commit) as there:
        for finding in check_environment(there / "requirements.lock"):
            if finding.level != "good":
                print(f"warning: the commit's environment was another: {finding.text}",
                      file=sys.stderr)  # fmt: skip
        wanted = entries(there / "dvc.lock", names or ([origin.row] if origin.row else ()))
        fetch(there, wanted, pull)
        verdicts = verify(there, list(wanted), jobs, None)
        return origin, verdicts, explained(verdicts)


@contextmanager
def checked_out(here: Path, commit: str) -> Iterator[Path]:
    """A checkout of a commit in a folder of its own, with this repository's cache; then gone."""
    with tempfile.TemporaryDirectory(prefix="reprogan-reproduce-") as folder:
        there = Path(folder) / "repository"
        if git(here, "worktree", "add", "--detach", "--quiet", str(there), commit) is None:
            raise ConfigError(f"git cannot check out {commit} beside this repository")
        try:
            lend_remotes(here, there)
            yield there
        finally:
            shutil.rmtree(there, ignore_errors=True)
            git(here, "worktree", "prune")


def fetch(there: Path, wanted: dict[str, dict[str, object]], pull: bool) -> None:
    """Bring the outputs that the stages depend on, and what they are to be compared with.

    Raises ConfigError naming the inputs that cannot be had.
    """
    said = dvc(there, "pull" if pull else "checkout", "--force", *wanted, "--with-deps")
    lacking = sorted(
        dep["path"]
        for entry in wanted.values()
        for dep in entry.get("deps", ())  # type: ignore[attr-defined]
        if not (there / dep["path"]).exists() or md5_of(there / dep["path"]) != dep.get("md5")
    )
    if lacking:
        hint = "add --pull to take them from the remote"
        raise ConfigError(
            f"inputs are not in the cache: {', '.join(dict.fromkeys(lacking))};"
            f" {f'the remote has not given them: {said}' if pull else hint}"
        )


def dvc(there: Path, *words: str) -> str:
    """Run a command of DVC in a checkout; the errors that it tells, without secrets."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("DVC_")}
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-m", "dvc", *words], cwd=there, env=inherited, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    return redacted("; ".join(errors).replace("ERROR: ", ""))
