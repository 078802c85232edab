"""Nothing that is read can run code: what could make it do so stands nowhere in the source."""

from __future__ import annotations

import ast
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import yaml
from goods import Small

from reprogan.metrics.extractors.program import load_program
from small import ROOT

SOURCE = sorted((ROOT / "src").rglob("*.py"))

PICKLERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "imp"}

FORBIDDEN = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "shutil.unpack_archive"),
    *("yaml.unsafe_load", "yaml.full_load", "yaml.load_all", "torch.hub.load", "np.fromregex"),
    *("torch.hub.load_state_dict_from_url", "torch.utils.model_zoo.load_url"),
    *("urllib.request.urlopen", "urllib.request.urlretrieve"),
}
"""Calls that run what they are given, or fetch it unbounded."""

MUST = {
    "torch.load": ("weights_only", True),
    "np.load": ("allow_pickle", False),
    "np.save": ("allow_pickle", False),
    "np.lib.format.read_array": ("allow_pickle", False),
    "np.lib.format.write_array": ("allow_pickle", False),
}
"""Calls that run code unless they are told not to."""

LOADERS = {"Yaml12Floats", "Quick"}
"""Ours, which are safe ones; see the test."""

ALLOWED = {
    ("metrics/pool.py", "import pickle"),  # between our own processes, over a pipe
    ("metrics/extractors/program.py", "torch.jit.load"),  # C++ reads it, and no Python in it
    ("metrics/extractors/exported.py", "torch.export.load"),  # of what `looked_at` has let through
    ("verify/rerun.py", "shell=True"),  # the command of a stage: verify is there to run the code
}


def wrong_in(tree: ast.AST) -> Iterator[str]:
    """Whatever could run code that is read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (f"import {n.name}" for n in node.names if n.name.split(".")[0] in PICKLERS)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PICKLERS:
            yield f"import {node.module}"
        elif isinstance(node, ast.Call):
            yield from wrong_call(node)


def wrong_call(node: ast.Call) -> Iterator[str]:
    name = ast.unparse(node.func)
    last = name.rpartition(".")[2]
    told = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    if name in FORBIDDEN or last in ("extractall", "unpack_archive", "read_pickle"):
        yield name
    if isinstance(node.func, ast.Attribute) and last == "extract":
        yield name
    if name in ("torch.jit.load", "torch.export.load"):
        yield name
    if told.get("shell", "False") != "False":
        yield f"shell={told['shell']}"
    if name == "yaml.load" and told.get("Loader") not in LOADERS:
        yield f"yaml.load by {told.get('Loader')}"
    key, value = MUST.get(name, (None, None))
    if key and told.get(key) != str(value):
        yield f"{name} without {key}={value}"


@pytest.mark.parametrize("path", SOURCE, ids=lambda path: path.relative_to(ROOT / "src").as_posix())
def test_nothing_in_the_source_runs_what_it_reads(path: Path) -> None:
    name = path.relative_to(ROOT / "src").as_posix().removeprefix("reprogan/")
    found = set(wrong_in(ast.parse(path.read_text("utf-8"))))
    assert found == {what for file, what in ALLOWED if file == name}


@pytest.mark.parametrize(
    "code",
    [
        *("import pickle", "from pickle import loads", "import joblib.hashing", "eval('1')"),
        *("torch.load(f)", "torch.load(f, weights_only=False)", "np.load(f)", "os.system('x')"),
        *("np.load(f, allow_pickle=True)", "yaml.load(t, Loader=yaml.Loader)", "yaml.load(t)"),
        *("archive.extractall(x)", "tarfile.open(p).extract(m)", "subprocess.run(c, shell=True)"),
        *("torch.jit.load(p)", "pd.read_pickle(p)", "yaml.unsafe_load(t)", "exec(code)"),
    ],
)
def test_such_code_would_be_found(code: str) -> None:
    assert list(wrong_in(ast.parse(code)))


def test_our_loaders_of_yaml_are_safe_ones() -> None:
    from reprogan.reading import Yaml12Floats
    from reprogan.results import Quick

    safe = (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for loader in (Yaml12Floats, Quick):
        assert issubclass(loader, safe)
        constructors = set(loader.yaml_constructors)
        assert constructors <= set(yaml.SafeLoader.yaml_constructors)
    assert {"Yaml12Floats", "Quick"} == LOADERS


# Programs that two readers read in two ways


def program() -> dict[str, bytes]:
    """The files of an exported network."""
    file = io.BytesIO()
    torch.export.save(torch.export.export(Small(), (torch.rand(4, 3, 8, 8),)), file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(*files: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return program()


def graph_of(files: dict[str, bytes]) -> str:
    return next(name for name in files if name.endswith("models/model.json"))


def evil(files: dict[str, bytes]) -> bytes:
    """A program whose first step is none of a network's."""
    told = json.loads(files[graph_of(files)])
    told["graph_module"]["graph"]["nodes"][0]["target"] = "torch.os.getpid"
    return json.dumps(told).encode()


@pytest.mark.filterwarnings("ignore")
def test_a_program_is_loaded_as_it_was_looked_at(files: dict[str, bytes]) -> None:
    network = load_program(packed(*files.items()))
    assert torch.equal(network(torch.ones(4, 3, 8, 8)), torch.full((4, 3), 3.0))


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
@pytest.mark.parametrize("trick", ["older format", "twice", "other case", "evil"])
def test_what_hides_from_one_of_two_readers_is_refused(files: dict[str, bytes], trick: str) -> None:
    """The older format has handed torch steps that nobody had looked at; the others may, some day."""
    name, bad = graph_of(files), evil(files)
    match trick:
        case "older format":
            broken = {k: v for k, v in files.items() if not k.endswith("archive_format")}
            old = {
                "x/archive_format": b"pt1",
                "version": b"8.15",
                "serialized_exported_program.json": bad,
            }
            content = packed(*broken.items(), *old.items())
        case "twice":
            content = packed((name, bad), *files.items())
        case "other case":
            content = packed((name.upper(), bad), *files.items())
        case _:
            content = packed(*(files | {name: bad}).items())
    with pytest.raises(ValueError, match=r"at its top, or twice|none of torch's operators"):
        load_program(content)
