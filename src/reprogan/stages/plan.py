"""The `plan` stage of a study: what each of its other stages depends on, resolved."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ..closure import SRC, code_of
from ..config import Params
from ..files import replacing_folder, write
from ..study.plan import Plan
from ..unlabeled import refuse_unlabeled

STAGES = ("download", "normalize", "reference", "trial", "judge", "summary")


def plan(params: Params, out: Path) -> None:
    """Write a folder of texts that change when the stage that depends on one must run again.

    out/code/STAGE: one hash of all that the stage can load. out/settings/STAGE.json: what it takes
    from params.yaml and its base. out/rows/NAME.json: the plan of a row of `variants` or `beyond`.
    Raises ConfigError where one of these needs classes that the images do not have.
    """
    names = (*params.variants, *params.beyond)
    refuse_unlabeled(params, names)
    with replacing_folder(out) as folder:
        for stage in STAGES:
            write(folder / "code" / stage, sha256_of(code_of(stage)) + "\n")
        for stage, settings in settings_of(params).items():
            write(folder / "settings" / f"{stage}.json", json.dumps(settings, indent=2) + "\n")
        for name in names:
            write(folder / "rows" / f"{name}.json", Plan.of(params, name).text)


def settings_of(params: Params) -> dict[str, Any]:
    """By stage, the settings of those that are no row's.

    Without data.mirror: files are verified by their checksums, so they are those of any mirror.
    """
    data = params.data.model_dump(mode="json", exclude={"mirror"})
    return {
        "download": {key: data[key] for key in ("name", "path")},
        "normalize": data,
        "reference": params.evaluate.extractor.model_dump(mode="json"),
        "judge": params.evaluate.dump(),
        "summary": {
            "data": {key: data[key] for key in ("name", "size")},
            "rows": [*params.variants, *params.beyond],
            "seeds": list(params.seeds),
        },
    }


def sha256_of(code: set[str]) -> str:
    """One hash of files, relative to the repository."""
    digest = hashlib.sha256()
    for name in sorted(code):
        digest.update(f"{name}\n".encode() + (SRC.parent / name).read_bytes())
    return digest.hexdigest()
