"""A preset laid over params.yaml in place, with its comments and order kept."""

from __future__ import annotations

import io
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from .files import write


def lay_over(target: Path, top: Mapping[str, Any]) -> None:
    """Change the keys of `target` that `top` has, by the rules of config.overlay."""
    editor = YAML()  # its default is a safe one
    editor.width = 1000
    editor.representer.add_representer(
        type(None), lambda writer, _: writer.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    table = editor.load(target.read_text("utf-8"))
    merge(table, top)
    text = io.StringIO()
    editor.dump(table, text)
    write(target, text.getvalue())


def merge(below: MutableMapping[str, Any], top: Mapping[str, Any]) -> None:
    """config.overlay, in place."""
    from .reading import merges

    for key, value in top.items():
        if merges(key, below.get(key), value):
            merge(below[key], value)
        else:
            below[key] = value
