"""How a good file becomes a malformed one: its bytes are damaged, or its structure is."""

from __future__ import annotations

import copy
import io
import json
import math
import struct
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import yaml
from hypothesis import strategies as st

Bytes = st.SearchStrategy[bytes]
Mutator = Callable[[bytes], Bytes]

DEEP = 3000
"""Levels of nesting, more than Python's own stack has."""

STRANGE = [
    *(None, True, False, 0, -1, 1, 2, 7, 255, 256, 2**31, 2**63, 2**64, -(2**63), 10**400),
    *(0.5, -0.0, 1e308, math.nan, math.inf, -math.inf, "", "x", "0", "nan", "x" * 20_000, "\0"),
    *("../../etc/passwd", "/dev/zero", "file:///etc/passwd", "__import__('os').system('true')"),
    *("\ud800", "{0}{x}%s", "\u202e", [], {}, [[]], [None], {"name": None}, {"": 0}, {"__class__": 1}),
    *([math.nan] * 3, list(range(300)), {str(i): i for i in range(300)}, ["a", 1, None, {}]),
]  # fmt: skip
"""Values that may stand wherever a value stands."""

NAMES = ["", "a", "name", "__proto__", "../x", "/x", "x\0y", "ä", "a" * 300, "images", "0"]


# Bytes


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Flipped bits, cuts, insertions, repeated and exchanged pieces: up to four of them."""
    for _ in range(draw(st.integers(1, 4))):
        size = len(content)
        at = draw(st.integers(0, max(size - 1, 0)))
        kind = draw(st.sampled_from(["flip", "cut", "insert", "repeat", "zero", "number", "drop"]))
        match kind:
            case "flip" if size:
                flipped = content[at] ^ (1 << draw(st.integers(0, 7)))
                content = content[:at] + bytes([flipped]) + content[at + 1 :]
            case "cut":
                content = content[:at]
            case "insert":
                content = content[:at] + draw(st.binary(max_size=8)) + content[at:]
            case "repeat":
                end = at + draw(st.integers(1, 64))
                content = content[:end] + content[at:end] * draw(st.integers(1, 3)) + content[end:]
            case "zero":
                end = min(size, at + draw(st.integers(1, 16)))
                content = content[:at] + bytes(end - at) + content[end:]
            case "number":
                value = draw(st.sampled_from([0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x8000_0000]))
                order = draw(st.sampled_from("<>"))
                content = content[:at] + struct.pack(f"{order}I", value) + content[at + 4 :]
            case "drop":
                content = content[:at] + content[at + draw(st.integers(1, 64)) :]
    return content


def noise(_: bytes) -> Bytes:
    """Bytes of no structure, and none at all."""
    return st.binary(max_size=200)


# Trees: JSON and YAML


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every node, the root first."""
    found = [path]
    items = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    for key, value in items:
        found += places(value, (*path, key))
    return found


@st.composite
def altered(draw: st.DrawFn, tree: Any) -> Any:
    """Up to three nodes replaced, removed, renamed, doubled, or exchanged for another's value."""
    for _ in range(draw(st.integers(1, 3))):
        tree = copy.deepcopy(tree)
        paths = places(tree)
        path = paths[draw(st.integers(0, len(paths) - 1))]
        if not path:
            if draw(st.integers(0, 9)) == 0:
                return draw(st.sampled_from(STRANGE))
            continue
        above = at(tree, path[:-1])
        key = path[-1]
        match draw(st.sampled_from(["replace", "replace", "remove", "rename", "add", "other"])):
            case "replace":
                above[key] = draw(st.sampled_from(STRANGE))
            case "remove":
                del above[key]
            case "rename" if isinstance(above, dict):
                above[draw(st.sampled_from(NAMES))] = above.pop(key)
            case "add" if isinstance(above, dict):
                above[draw(st.sampled_from(NAMES))] = draw(st.sampled_from(STRANGE))
            case "add":
                above.insert(key, draw(st.sampled_from(STRANGE)))
            case "other":
                above[key] = copy.deepcopy(at(tree, paths[draw(st.integers(0, len(paths) - 1))]))
    return tree


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def trees(content: bytes) -> Bytes:
    """JSON whose values are strange."""
    return altered(json.loads(content)).map(lambda tree: json.dumps(tree).encode())


JSON_TEXTS = [
    b"[" * 200_000, b'{"a":' * 200_000, b"[" * DEEP + b"]" * DEEP, b'{"a": 1, "a": 2}', b"\xff\xfe{}",
    b"1" * 10_000, b"-", b"null", b'""', b"[]", b"{}", b"NaN", b"1e999", b"\xef\xbb\xbf{}", b"",
    b'{"a": "\\ud800"}', b'{"version": 1}',
]  # fmt: skip


def json_texts(content: bytes) -> Bytes:
    """Texts that a JSON reader may trip over, alone or in a place of a good one."""
    return st.sampled_from(JSON_TEXTS) | st.tuples(
        st.sampled_from(JSON_TEXTS), st.sampled_from([b"0", b'"', b"1"])
    ).map(lambda pair: content.replace(pair[1], pair[0], 1))


def yaml_trees(content: bytes) -> Bytes:
    """YAML whose values are strange."""
    tree = yaml.safe_load(content)
    return altered(tree).map(
        lambda tree: yaml.dump(tree, allow_unicode=True).encode("utf-8", "replace")
    )


def laughs(levels: int) -> str:
    """Ten aliases of ten aliases of ...: 10^levels nodes in a few lines."""
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, levels)]
    return "\n".join(lines) + "\n"


YAML_VALUES = [
    "!!python/object/apply:os.system [true]", "!!python/name:os.system", "!!python/object:os.x {}",
    "!!python/module:os", "!!python/tuple [1]", "!!binary x", "!!timestamp x", "!!int x", "!!bool x",
    "!!float x", "!!set [a]", "!!omap [a]", "!!pairs [a]", "!!null x", "!x y", "!<tag:x> y",
    "2001-99-99", "2001-01-01", "0x", "1:99:99", "0b2", "1_000", "&a [*a]", "*nowhere", "{<<: 1}",
    "{<<: [1]}", "&b {<<: *b}", "{? [a] : b}", "{? {a: b} : c}", "{null: 1}", "{1: 1, 1.0: 2}", "=",
    "'\\ud800'", '"\\ud800"', '"\\x00"', ".nan", ".inf", "-.inf", "1" * 5000, "1e400", "0o777", "on",
    "[" * DEEP + "]" * DEEP, "{a: " * DEEP + "}" * DEEP, "*a9", "!!str", "? ", "- - -", "%", "@", "`",
    "\t", "--- 1\n---\n2", "...", "a: b: c", "|", ">-9", "{a: 1, a: 2}", "&a a: *a", "[*a9, *a9]",
]  # fmt: skip
"""Values with which YAML readers have been attacked, or have fallen over."""


def yaml_texts(content: bytes) -> Bytes:
    """A good file with such a value for one of its own, after a bomb of aliases; or it alone."""
    lines = content.decode().splitlines()
    valued = [i for i, line in enumerate(lines) if ": " in line]

    @st.composite
    def one(draw: st.DrawFn) -> bytes:
        value = draw(st.sampled_from(YAML_VALUES))
        if draw(st.integers(0, 4)) == 0:
            return value.encode()
        mine = list(lines)
        place = draw(st.sampled_from(valued))
        mine[place] = f"{mine[place].partition(': ')[0]}: {value}"
        return (laughs(10) * ("*a9" in value) + "\n".join(mine)).encode()

    return one()


# Tables


def tables(content: bytes) -> Bytes:
    """A CSV with strange cells, and rows that are longer or shorter."""
    rows = [line.split(",") for line in content.decode().splitlines()]
    cells = [
        "",
        "x",
        "nan",
        "inf",
        "1e999",
        "-1",
        "1" * 5000,
        '"',
        "\0",
        "1.5",
        "0x1",
        " ",
        "1_0",
        "١",
    ]

    @st.composite
    def one(draw: st.DrawFn) -> bytes:
        mine = [list(row) for row in rows]
        for _ in range(draw(st.integers(1, 3))):
            row = draw(st.integers(0, len(mine) - 1))
            match draw(st.sampled_from(["cell", "longer", "shorter", "gone", "twice"])):
                case "cell":
                    place = draw(st.integers(0, max(len(mine[row]) - 1, 0)))
                    mine[row][place : place + 1] = [draw(st.sampled_from(cells))]
                case "longer":
                    mine[row].append(draw(st.sampled_from(cells)))
                case "shorter":
                    mine[row] = mine[row][:-1]
                case "gone":
                    mine[row] = []
                case "twice":
                    mine.insert(row, list(mine[row]))
        return "\n".join(",".join(row) for row in mine).encode()

    return one()


# Archives


def zips(content: bytes) -> Bytes:
    """A zip with other members: damaged, renamed, doubled, dropped, described as something else."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]

    @st.composite
    def one(draw: st.DrawFn) -> bytes:
        out, mine = io.BytesIO(), list(members)
        place = draw(st.integers(0, len(mine) - 1))
        name, inside = mine[place]
        mode, flags = 0o100644, 0
        match draw(st.sampled_from(["inside", "name", "twice", "drop", "mode", "empty", "more"])):
            case "inside":
                mine[place] = name, draw(damaged(inside))
            case "name":
                mine[place] = (
                    draw(st.sampled_from([*NAMES[1:], "../../x.png", "C:\\x.png"])),
                    inside,
                )
            case "twice":
                mine.append(mine[place])
            case "drop":
                del mine[place]
            case "mode":
                mode = draw(st.sampled_from([0o120777, 0o060644, 0o010644, 0o140000, 0o040755]))
            case "empty":
                mine[place] = name, b""
            case "more":
                mine.append((draw(st.sampled_from(NAMES[1:])), draw(st.binary(max_size=20))))
        method = draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
        with zipfile.ZipFile(out, "w", method) as archive:
            for i, (name, inside) in enumerate(mine):
                info = zipfile.ZipInfo(name)
                info.external_attr = (mode if i == place else 0o100644) << 16
                info.flag_bits |= flags
                info.compress_type = method
                archive.writestr(info, inside)
        return out.getvalue()

    return one().filter(bool)


KINDS = [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE,
         tarfile.CONTTYPE, tarfile.GNUTYPE_SPARSE, tarfile.DIRTYPE, b"Z"]  # fmt: skip


def tars(pack: Callable[[bytes], bytes]) -> Mutator:
    """The same of a tar, compressed by `pack`."""

    def of(content: bytes) -> Bytes:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:*") as archive:
            members = [(m.name, archive.extractfile(m).read()) for m in archive if m.isreg()]

        @st.composite
        def one(draw: st.DrawFn) -> bytes:
            out = io.BytesIO()
            odd = draw(st.integers(0, len(members) - 1))
            form = draw(
                st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
            )
            with tarfile.open(fileobj=out, mode="w", format=form) as archive:
                for i, (name, inside) in enumerate(members):
                    info = tarfile.TarInfo(name)
                    info.size = len(inside)
                    if i == odd:
                        info.name = draw(
                            st.sampled_from([name, "../../x.png", "/etc/x.png", "a/../b.png"])
                        )
                        info.type = draw(st.sampled_from([tarfile.REGTYPE, *KINDS]))
                        info.linkname = draw(st.sampled_from(["", "../../../etc/passwd"]))
                    archive.addfile(info, io.BytesIO(inside))
            found = out.getvalue()
            if draw(st.booleans()):
                found = draw(damaged(found))
            return pack(found)

        return one()

    return of


# Arrays


def arrays(content: bytes) -> Bytes:
    """An npz whose arrays have other types, shapes, values and names, or are pickles."""
    with np.load(io.BytesIO(content)) as stored:
        held = dict(stored)

    @st.composite
    def one(draw: st.DrawFn) -> bytes:
        mine: dict[str, Any] = dict(held)
        for _ in range(draw(st.integers(1, 2))):
            name = draw(st.sampled_from(sorted(mine)))
            array = mine[name]
            match draw(
                st.sampled_from(["type", "shape", "drop", "value", "name", "pickle", "text"])
            ):
                case "type":
                    kind = draw(
                        st.sampled_from(
                            ["f4", "f8", "i1", "u1", "u8", "i8", "b1", "c8", "f2", "M8[s]"]
                        )
                    )
                    with np.errstate(all="ignore"):
                        mine[name] = (
                            array.astype(kind) if array.dtype.kind in "fiub" else np.zeros(3, kind)
                        )
                case "shape":
                    size = array.size
                    shapes = [
                        (size,),
                        (1, size),
                        (size, 1),
                        (0,),
                        (0, 1, 8, 8),
                        (),
                        (0, 0),
                        (1, 1, 1, size),
                    ]
                    shape = draw(st.sampled_from(shapes))
                    mine[name] = np.resize(array, shape)
                case "drop":
                    del mine[name]
                case "value" if array.dtype.kind in "fiu" and array.size:
                    high = (
                        np.finfo(array.dtype).max
                        if array.dtype.kind == "f"
                        else np.iinfo(array.dtype).max
                    )
                    odd = [0, 1, high, *([math.nan, math.inf] if array.dtype.kind == "f" else [])]
                    odd += [-1] if array.dtype.kind == "i" else []
                    mine[name] = np.full_like(array, draw(st.sampled_from(odd)))
                case "name":
                    mine[
                        draw(
                            st.sampled_from(["images", "labels", "raw_1", "raw_x", "made", "draws"])
                        )
                    ] = array
                case "pickle":
                    mine[name] = np.array([Trap()], object)
                case "text":
                    mine[name] = np.array(
                        draw(st.sampled_from(["", "{}", "null", "[1]", "x" * 99, '{"failed": 1}']))
                    )
            if not mine:
                break
        out = io.BytesIO()
        np.savez(out, **mine)
        return out.getvalue()

    return one()


class Trap:
    """Unpickling it would be seen by `watched`, and end the test."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("raise SystemExit('a pickle was run')",)


def headers(content: bytes) -> Bytes:
    """An npz whose first array declares another type or shape than it has: up to terabytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    @st.composite
    def one(draw: st.DrawFn) -> bytes:
        name = draw(st.sampled_from(sorted(members)))
        inside = members[name]
        length = int.from_bytes(inside[8:10], "little")
        shape = draw(st.sampled_from([
            "(1000000000000,)", "(4294967296, 4294967296)", "(-1,)", "(1.5,)", "None", "(True,)", "((1,),)",
            "(99999999999999999999999,)", "(2147483648,)", "exit()", "(" * 90, "(0, 18446744073709551615)",
        ]))  # fmt: skip
        kind = draw(
            st.sampled_from(
                ["'|u1'", "'<f8'", "'|O'", "'|V999999999'", "'<U99999999'", "[('a', 'O')]", "5"]
            )
        )
        text = (
            f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}".ljust(length - 1)
            + "\n"
        )
        head = inside[:6] + b"\1\0" + struct.pack("<H", len(text)) + text.encode()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for other, body in members.items():
                archive.writestr(other, head + inside[10 + length :] if other == name else body)
        return out.getvalue()

    return one()


def safetensors(content: bytes) -> Bytes:
    """Weights whose header names other types, shapes, places and metadata, or is of another length."""
    size = int.from_bytes(content[:8], "little")
    tree, body = json.loads(content[8 : 8 + size]), content[8 + size :]
    long = [0, 1, 7, 2**31, 2**53, 2**63, 2**64 - 1, size - 1, size + 1]

    def packed(tree: Any) -> bytes:
        text = json.dumps(tree).encode()
        return struct.pack("<Q", len(text)) + text + body

    lengths = st.sampled_from(long).map(lambda n: struct.pack("<Q", n) + content[8:])
    return altered(tree).map(packed) | lengths


ANY: list[Mutator] = [damaged, noise]
"""What can be done to every file."""

MUTATORS: dict[str, list[Mutator]] = {
    "bytes": ANY,
    "json": [trees, trees, json_texts, *ANY],
    "yaml": [yaml_trees, yaml_trees, yaml_texts, yaml_texts, *ANY],
    "csv": [tables, tables, *ANY],
    "zip": [zips, zips, *ANY],
    "npz": [arrays, arrays, headers, zips, *ANY],
    "safetensors": [safetensors, safetensors, *ANY],
}  # fmt: skip


def malformed(kind: str, content: bytes, more: list[Mutator] | None = None) -> Bytes:
    """Files like `content`, which are of a kind, that are malformed in every way known here."""
    return st.one_of([mutate(content) for mutate in (*MUTATORS[kind], *(more or []))])
