"""The command `score`: figures of images from anywhere, with no pipeline and no params.yaml."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from .cli import Device, app
from .component import ConfigError, unknown


@app.command()
def score(
    sets: Annotated[
        list[str],
        typer.Argument(
            metavar="SETS",
            help="Images: a folder, .zip, .tar.*, .npz or .npy. Without --reference there are two:"
            " those that are judged, and the real ones.",
            show_default=False,
        ),
    ],
    reference: Annotated[
        str | None,
        typer.Option(
            help="What all sets are compared with: images, a folder of the reference stage, or"
            " published data: digits, mnist, fashion_mnist, kmnist, cifar10, stacked_digits,"
            " stacked_mnist, gaussians25, ring8, swiss_roll. ./mnist is a folder, mnist is not."
        ),
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Write the JSON to this file and not to stdout.")
    ] = None,
    extractor: Annotated[
        str | None,
        typer.Option(
            help="auto, classifier, random_features, inception, custom, or a mapping such as"
            " '{name: inception, weights: x.pth}'. auto: a classifier where real images have"
            " labels, else random_features; with a folder of the reference stage, its own."
        ),
    ] = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            help="Names between commas, or a mapping such as '{inception_score: {splits: 1}}'. By"
            " default all that apply."
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(help="Which real images: train, validation or test. By default test, or all."),
    ] = None,
    images: Annotated[
        int | None,
        typer.Option(min=2, help="So many of each set, drawn by --seed. By default all."),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(min=1, help="Crop to the central square and resize, real images as well."),
    ] = None,
    channels: Annotated[
        int | None,
        typer.Option(min=1, max=3, help="1: all become gray; 3: all become RGB."),
    ] = None,
    resize: Annotated[
        str, typer.Option(help="With --size: lanczos, bicubic, bilinear or box, antialiased.")
    ] = "lanczos",
    skip_corrupt: Annotated[
        bool, typer.Option("--skip-corrupt", help="Leave unreadable pictures out, and say which.")
    ] = False,
    mirror: Annotated[
        str | None,
        typer.Option(help="Of published data: the address of a folder that holds its files."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of every subset and shuffle.")] = 0,
    device: Device = "auto",
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Processes that look at images, on a CPU.")
    ] = 1,
) -> None:
    """Judge sets of images by real ones: FID and every other figure, as metric cards in JSON.

    One set gives one card, several a list. The table, notes and progress go to stderr.

        reprogan score samples/ real.zip

        reprogan score ours.npz theirs.npz --reference cifar10 --extractor inception
    """
    names, real = (sets, reference) if reference is not None else two(sets)
    judged = [Path(name) for name in names]
    refuse(channels, resize, to)
    for path in judged:
        if not path.exists():
            raise ConfigError(
                f"{path} does not exist: name a folder, an archive, or an npz of images"
            )
    from .device import prepare
    from .score.looking import Machine
    from .score.pile import Fitting
    from .score.references import Options
    from .score.scoring import score as scored
    from .score.table import table

    fitting = Fitting(size=size, channels=channels, resize=resize, skip_corrupt=skip_corrupt)
    options = Options(
        fitting=fitting, extractor=extractor, metrics=metrics, split=split, seed=seed, mirror=mirror
    )
    machine = Machine(device=str(prepare(device, 1)), jobs=jobs)
    try:
        cards = scored(judged, real, images, options, machine)
    except ValueError as fault:
        raise ConfigError(in_options(str(fault))) from None
    typer.echo(table(cards), err=True)
    stated = [card.model_dump(mode="json") for card in cards]
    text = json.dumps(stated if len(stated) > 1 else stated[0], indent=2, ensure_ascii=False)
    if to is None:
        typer.echo(text)
    else:
        from .files import write

        write(to, text + "\n")


OPTIONS = {
    "evaluate.extractor.weights": "--extractor '{name: inception, weights: ...}'",
    "evaluate.extractor.path": "--extractor '{name: custom, path: ...}'",
    "evaluate.extractor": "--extractor",
    "Set data.mirror to": "Name with --mirror",
    " A key left over from another name is dropped by -S '~KEY'.": "",
}
"""Keys of params.yaml in messages, and what a user of `score` has in their place."""

RESIZERS = ("lanczos", "bicubic", "bilinear", "box")


def in_options(text: str) -> str:
    """What the pipeline says of params.yaml, said of this command's options."""
    for key, option in OPTIONS.items():
        text = text.replace(key, option)
    return text


def two(sets: list[str]) -> tuple[list[str], str]:
    """The judged set and the real one. Raises ConfigError where it is unclear which is which."""
    if len(sets) != 2:
        few = "there is nothing to compare it with." if len(sets) == 1 else "which one is real?"
        raise ConfigError(
            f"{', '.join(sets)}: {few} Name the real images: score A REAL, or"
            " score A... --reference REAL"
        )
    return sets[:1], sets[1]


def refuse(channels: int | None, resize: str, to: Path | None) -> None:
    """Raise ConfigError for values that cannot be, before any work is done."""
    if to is not None and (to.is_dir() or to.suffix != ".json"):
        raise ConfigError(f"--to must be a file that ends in .json; got {to}")
    if channels == 2:
        raise ConfigError("--channels must be 1 (gray) or 3 (RGB); got 2")
    if resize not in RESIZERS:
        raise ConfigError(unknown("resizer", resize, RESIZERS))
