"""Files of networks that need no class of Python's: TorchScript and torch.export."""

from __future__ import annotations

import io
import warnings
import zipfile

import torch
from torch import nn

from .exported import load_exported


def load_program(content: bytes) -> nn.Module:
    """The network in a file. Raises ValueError for a file of another kind, or a broken one.

    Neither kind is read by Python's pickle, so loading runs no code of the file; calling the
    network does, within torch's operators.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = {name.partition("/")[2] for name in archive.namelist()}
    except zipfile.BadZipFile:
        raise ValueError("it is cut short, or no file of torch's") from None
    if "constants.pkl" in inside:
        return load_script(content)
    if "archive_format" in inside:
        return load_exported(content)
    raise ValueError(
        "it is neither TorchScript nor an exported program, but a pickle at best, which could run"
        " anything: save the network by torch.jit.save or torch.export.save"
    )


def load_script(content: bytes) -> nn.Module:
    """A TorchScript module in evaluation mode; torch's C++ reads it, and no pickle of Python's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # in favor of torch.export
        try:
            module = torch.jit.load(io.BytesIO(content), map_location="cpu")  # type: ignore[no-untyped-call]
        except Exception as error:  # what torch raises for damage is of many kinds
            raise ValueError(f"TorchScript cannot be loaded: {error}") from None
    scripted: nn.Module = module.eval()
    return scripted
