"""Where a result comes from, as the tags of its run say it."""

from __future__ import annotations

import os
from dataclasses import dataclass

from .names import COMMIT, DVC_BASELINE, DVC_EXPERIMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """commit: whose dvc.lock holds it. experiment: a DVC experiment's name; baseline: its commit.

    when: milliseconds since 1970, of that commit; None for a result that has just been computed.
    """

    commit: str = ""
    experiment: str = ""
    baseline: str = ""
    when: int | None = None

    @property
    def tags(self) -> dict[str, str]:
        """What is known of it."""
        tags = {COMMIT: self.commit, DVC_EXPERIMENT: self.experiment, DVC_BASELINE: self.baseline}
        return {tag: value for tag, value in tags.items() if value}


def present() -> Origin:
    """What DVC says of the stage that runs now; no commit holds its result yet."""
    return Origin(
        experiment=os.environ.get("DVC_EXP_NAME", ""),
        baseline=os.environ.get("DVC_EXP_BASELINE_REV", ""),
    )
