"""The user's commands on the noise of a trained generator; they write where they are told only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .cli import MODELS, REFERENCE, Class, Device, NoiseSeed, app, refuse_suffix
from .component import ConfigError, unknown

if TYPE_CHECKING:
    from .latents.expression import Term
    from .latents.labeler import Labeler
    from .sampling import Model

Trained = Annotated[str, typer.Argument(help="A trained model: the name of a folder in models.")]


@app.command()
def interpolate(
    name: Trained,
    to: Annotated[
        Path,
        typer.Option(help="A .png with a walk in each row, or a .gif or .webp of all, moving."),
    ],
    pairs: Annotated[int, typer.Option(min=1, help="How many walks.")] = 8,
    steps: Annotated[int, typer.Option(min=2, help="Images of a walk, its ends included.")] = 9,
    path: Annotated[
        str | None,
        typer.Option(
            help="linear, spherical (for normal noise; White 2016), or both, one under the other."
            " By default spherical for normal noise, linear for other."
        ),
    ] = None,
    seed: NoiseSeed = 0,
    of_class: Class = None,
    device: Device = "auto",
) -> None:
    """Walk between random latents, as in figure 4 of Radford et al. 2016.

    Walk i leads from sample 2i to sample 2i + 1 of the seed. A generator that is told classes is
    told class i, or that of --class.
    """
    refuse_suffix(to, ".png", ".gif", ".webp")
    model = trained(name, device)
    from .latents.classes import held
    from .latents.pictures import save_walks
    from .latents.walks import choose_paths, walks

    paths = choose_paths(path, [pair.latent for pair in model.game.pairs])
    of = held(of_class, model)
    told = [i % model.told if of is None else of for i in range(pairs)] if model.told else []
    z = walks(model, seed, pairs, steps, paths)
    images = model.render(z, [k for k in told for _ in range(len(paths) * steps)])
    said = f"{pairs} walks of {steps} steps, {' and '.join(paths)}, by {name}, seed {seed}"
    save_walks(images, steps, to, {"reprogan": said})
    typer.echo(f"{to}: {said}; walk i leads from sample 2i to sample 2i + 1")
    if told:
        typer.echo(f"classes of the walks: {', '.join(model.classes[k] for k in told)}")


@app.command()
def arithmetic(
    name: Trained,
    to: Annotated[Path, typer.Option(help="The .png to write.")],
    expression: Annotated[
        str | None, typer.Argument(help="Classes, by name or number: 'A - B + C'.")
    ] = None,
    latents: Annotated[
        str | None,
        typer.Option(help="Samples by number in place of classes: '3,17,20 - 4,8,9 + 1,2,5'."),
    ] = None,
    per_concept: Annotated[int, typer.Option(min=1, help="Samples whose mean a class is.")] = 3,
    draws: Annotated[
        int, typer.Option(min=1, help="Samples among which those of a class are found.")
    ] = 1000,
    seed: NoiseSeed = 0,
    device: Device = "auto",
) -> None:
    """Add and subtract concepts, as in figure 7 of Radford et al. 2016.

    A concept is the mean latent of three samples: of a class, those that the classifier of the
    `reference` stage is surest of. The sum is drawn in the middle of nine, the others with uniform
    noise of 0.25 added to it, and beside them the same sum of pixels.
    """
    refuse_suffix(to, ".png")
    if (expression is None) == (latents is None):
        raise ConfigError("arithmetic takes an expression of classes, or --latents; one of the two")
    model = trained(name, device)
    if model.told:
        raise ConfigError(
            f"{name}: its generator is told the class, so its noise holds no classes to add or to"
            " subtract; take an unconditional model"
        )
    from .latents.arithmetic import CENTER, calculate
    from .latents.expression import numbers, terms
    from .latents.labeler import Labeler
    from .latents.pictures import arithmetic_sheet
    from .pictures import save_png

    labeler = Labeler.find(REFERENCE, model)
    if latents is not None:
        chosen = [(term, numbers(term.word)) for term in terms(latents)]
    else:
        chosen = exemplars(terms(str(expression)), labeler, model, seed, draws, per_concept)
    result = calculate(model, seed, chosen)
    said = f"{latents or expression} by {name}, seed {seed}"
    save_png(arithmetic_sheet(result), to, {"reprogan": said})
    typer.echo(f"{to}: {said}")
    for concept in result.concepts:
        listed = ", ".join(map(str, concept.numbers))
        taken = f", taken for {', '.join(labeler.words(concept.exemplars))}" if labeler else ""
        typer.echo(f"{concept.term.word}: samples {listed}{taken}")
    if labeler:
        words = labeler.words(result.images)
        typer.echo(f"the result is taken for {words.pop(CENTER)}, near it {', '.join(words)}")
        typer.echo(f"in pixels it is taken for {labeler.words(result.in_pixels)[0]}")


def exemplars(
    parts: list[Term], labeler: Labeler | None, model: Model, seed: int, draws: int, count: int
) -> list[tuple[Term, list[int]]]:
    """Each term by the name of its class, and the numbers of the samples that stand for it."""
    import numpy as np

    from .latents.classes import number_of
    from .latents.expression import Term
    from .latents.labeler import surest
    from .progress import progress

    if labeler is None:
        raise ConfigError(
            f"{REFERENCE} holds no classifier to find samples of a class by: run the reference"
            " stage, or name samples: --latents '3,17,20 - 4,8,9 + 1,2,5'"
        )
    kinds = [number_of(part.word, labeler.classes) for part in parts]
    found = []
    with progress("samples", draws, "images") as bar:
        for images in model.images(seed, draws):
            found.append(labeler.log_shares(images))
            bar.advance(len(images))
    shares = np.concatenate(found)
    return [
        (Term(part.sign, labeler.classes[kind]), surest(shares, kind, count))
        for part, kind in zip(parts, kinds, strict=True)
    ]


def trained(name: str, device: str) -> Model:
    """The model of that name. Raises ConfigError with those that there are."""
    folder = MODELS / name
    if not (folder / "config.json").exists():
        there = sorted(path.parent.name for path in MODELS.glob("*/config.json"))
        raise ConfigError(
            f"{unknown('model', name, there)} Train this variant first: `train {name}`"
        )
    from .sampling import Model

    return Model.load(folder, device)
