"""Declarations of metrics on what an extractor saw: figures, protocol, warnings, pictures."""

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from reprogan.metrics.kernel_distance import kernel_distance, root_mean_square
from reprogan.metrics.manifolds import manifolds
from reprogan.metrics.measures import METRICS, AnyMetrics
from reprogan.metrics.measures.conditional import Conditional
from reprogan.metrics.measures.fid import Fid
from reprogan.metrics.measures.fid_infinity import FidInfinity
from reprogan.metrics.measures.kid import Kid
from reprogan.metrics.measures.memorization import Memorization
from reprogan.metrics.measures.metric import Real, refuse_few
from reprogan.metrics.measures.numbers import Numbers
from reprogan.metrics.measures.precision_recall import PrecisionRecall
from reprogan.metrics.seen import Seen

CLASSES, DIMS = 5, 6
MEANS = 4 * np.random.default_rng(99).standard_normal((CLASSES, DIMS))


def seen(count, seed, spread=1.0, features=None, labeled=True, sure=50.0):
    """Classes in turn around MEANS; logits are sure of the class whose mean is nearest."""
    draw = np.random.default_rng(seed)
    labels = np.arange(count) % CLASSES
    x = (
        MEANS[labels] + spread * draw.standard_normal((count, DIMS))
        if features is None
        else features
    )
    nearest = np.square(x[:, None] - MEANS).sum(axis=2).argmin(axis=1)
    images = np.clip(np.nan_to_num(x)[:, :4].reshape(count, 1, 2, 2) * 10 + 128, 0, 255).astype(
        np.uint8
    )
    return Seen(
        features=x.astype(np.float32),
        logits=(sure * np.eye(CLASSES)[nearest]).astype(np.float32),
        labels=labels if labeled else np.full(count, -1),
        images=images,
    )


def real(train=1000, test=400, split="test", classes=tuple("abcde"), **others):
    return Real({"train": seen(train, 1), "test": seen(test, 2), **others}, split, classes, 0)


def values(metric, fake, against=None):
    return {stem: figure.value for stem, figure in metric.of(fake, against or real()).items()}


def parse(raw):
    return TypeAdapter(AnyMetrics).validate_python(raw)


NEW = ("kid", "precision_recall", "memorization", "conditional", "fid_infinity")


@pytest.mark.parametrize("name", NEW)
def test_defaults_stand_in_the_table_and_repeat(name):
    (metric,) = parse({name: {}})
    assert type(metric) is METRICS[name]
    fake = seen(500, 3)
    found = metric.of(fake, real())
    assert found and found == metric.of(fake, real())
    for figure in found.values():
        assert np.isfinite(figure.value) and figure.n == 500
        assert figure.against in ("", "train", "test")
        assert bool(figure.how) == (figure.error is not None)
        assert figure.error is None or figure.error >= 0
    assert all(np.isfinite(value) for value in metric.reading(real(), 500).values())


@pytest.mark.parametrize("name", NEW)
def test_nan_is_refused(name):
    x = np.array(seen(500, 3).features)
    x[7, 2] = np.nan
    with pytest.raises(ValueError, match="finite"):
        METRICS[name]().of(seen(500, 3, features=x), real())


@pytest.mark.parametrize("name", NEW)
def test_the_order_of_images_is_nothing(name):
    fake, order = seen(500, 3), np.random.default_rng(0).permutation(500)
    if name != "fid_infinity":  # whose subsets are other ones
        shuffled = values(METRICS[name](), fake.take(order))
        assert shuffled == pytest.approx(values(METRICS[name](), fake), rel=1e-9)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"kid": {"subsets": 100, "kid_subsetsize": 10}}, "Did you mean 'subset_size'"),
        ({"precision_recal": {}}, "Did you mean 'precision_recall'"),
        ({"precision_recall": {"k": 0}}, "greater than or equal to 1"),
        ({"precision_recall": {"images": 5}}, "images must be more than k; got 5 and 5"),
        ({"fid_infinity": {"points": 2}}, "greater than or equal to 3"),
    ],
)
def test_misspelled_or_senseless_options_are_refused(raw, message):
    with pytest.raises(ValidationError, match=message):
        parse(raw)


def test_kid_in_units_of_the_reals_has_a_name_of_its_own():
    fake, there = seen(500, 3, spread=2), real()
    a, b = fake.features, there.compared.features
    assert values(Kid(), fake) == {"kid_unit_rms": kernel_distance(a, b, root_mean_square(b))[0]}
    assert values(Kid(unit_rms=False), fake) == {"kid": kernel_distance(a, b)[0]}


def test_kid_over_subsets_is_a_figure_besides():
    found = Kid(subsets=10, subset_size=100).of(seen(500, 3), real())
    assert list(found) == ["kid_unit_rms", "kid_unit_rms_10x100"]
    assert found["kid_unit_rms_10x100"].how == "spread over 10 subsets of 100"
    with pytest.raises(ValueError, match="subsets of 401 images .* 500 samples and 400 real"):
        Kid(subsets=10, subset_size=401).of(seen(500, 3), real())


def test_kid_of_real_images_is_the_floor():
    (floor,) = Kid().reading(real(), 500).values()
    found = Kid().of(seen(500, 3, spread=4), real())["kid_unit_rms"]
    assert abs(floor) < 2 * found.error < 0.5 * found.value


def test_precision_and_recall_are_drawn_at_random_and_say_of_how_many():
    fake, there = seen(500, 3), real()
    found = PrecisionRecall(images=300).of(fake, there)
    assert {figure.n for figure in found.values()} == {300}
    few, reals = fake.at_most(300, 0), there.compared.at_most(300, 0)
    known = manifolds(reals.features, few.features, 5)
    assert found["recall"].value == known.recall and found["precision"].value == known.precision
    with pytest.raises(ValueError, match="neighbor number 6"):
        PrecisionRecall().of(seen(5, 3), there)


def test_a_generator_of_one_image_is_precise_and_nothing_else():
    there = real()
    one = np.repeat(there.compared.features[:1], 500, axis=0)
    found = values(PrecisionRecall(), seen(500, 3, features=one))
    assert found["precision"] == 1 and found["recall"] == 0 and found["coverage"] < 0.1


def test_training_images_are_no_authentic_samples_and_fresh_ones_are_by_half():
    there = real(1000, 1000)
    copied = values(Memorization(), there.splits["train"], there)
    assert copied == {"authenticity": 0, "nearer_train": 1}
    assert Memorization().reading(there, 1000)["nearer_train_copies"] == 1
    fresh = Memorization().of(seen(1000, 3), there)
    assert {figure.against for figure in fresh.values()} == {"train"}
    for stem in ("authenticity", "nearer_train"):
        assert fresh[stem].value == pytest.approx(0.5, abs=0.1)
        assert Memorization().reading(there, 1000)[f"{stem}_real"] == pytest.approx(0.5, abs=0.1)
    noise = values(Memorization(), seen(300, 4, spread=30), there)
    assert noise["authenticity"] > 0.99 and noise["nearer_train"] == pytest.approx(0.5, abs=0.15)


def test_training_and_held_out_images_are_equally_many():
    """Against all training images, 10 times the held-out ones, fresh samples would look copied.

    Of copies a tenth is then known, so that their share has to be told.
    """
    there = real(4000, 400)
    assert values(Memorization(), seen(1000, 3), there)["nearer_train"] < 0.55
    copies = Memorization().reading(there, 1000)["nearer_train_copies"]
    assert copies == pytest.approx(0.55, abs=0.03)
    assert copies == values(Memorization(), there.splits["train"], there)["nearer_train"]


def test_held_out_are_those_compared_with_unless_they_are_the_training_images():
    fake, held = seen(300, 3), seen(400, 7)
    there = real(validation=held, split="validation")
    other = real(validation=held, split="train")
    assert values(Memorization(), held, there)["nearer_train"] == 0
    assert values(Memorization(), fake, other) == values(Memorization(), fake, real())


def test_without_training_images_nothing_is_said_of_memory():
    there = Real({"test": seen(400, 2)}, "test", (), 0)
    assert Memorization().of(seen(300, 3), there) == Memorization().reading(there, 300) == {}
    assert Memorization().picture(seen(300, 3), there) is None


def test_the_picture_shows_copies_first():
    there = real()
    train = there.splits["train"]
    x = np.array(seen(300, 3).features)
    x[123] = train.features[45]
    picture = Memorization(images=300).picture(seen(300, 3, features=x), there)
    pixels = np.asarray(picture.convert("L"))
    left, right = pixels[42:74, 10:42], pixels[42:74, 58:90]
    assert np.array_equal(left, right) and left.std() > 0
    no_images = Seen(x, None, np.full(300, -1))
    assert Memorization().picture(no_images, there) is None


def test_within_class_collapse_is_seen_within_classes_alone():
    """A conditional generator of one image a class, whose classes are right and far apart."""
    there = real(4000, 4000)
    fresh = seen(2000, 3)
    collapsed = seen(2000, 3, features=MEANS[np.arange(2000) % CLASSES])
    good, bad = values(Conditional(), fresh, there), values(Conditional(), collapsed, there)
    assert good["class_agreement"] > 0.97 and bad["class_agreement"] == 1
    assert bad["intra_class_fid"] > 50 * good["intra_class_fid"]
    assert bad["intra_class_fid_worst"] >= bad["intra_class_fid"] > 5
    whole = values(Fid(), collapsed, there)["fid"]
    assert whole < 0.5 * bad["intra_class_fid"]


def test_wrong_classes_are_seen_though_fid_is_the_same():
    fake, there = seen(2000, 3), real()
    wrong = Seen(fake.features, fake.logits, (fake.labels + 1) % CLASSES)
    assert values(Fid(), wrong, there) == values(Fid(), fake, there)
    found = values(Conditional(), wrong, there)
    assert found["class_agreement"] < 0.03 and found["intra_class_fid"] > 10


def test_what_is_not_conditional_has_no_such_figures():
    there = real()
    assert Conditional().of(seen(300, 3, labeled=False), there) == {}
    assert Conditional().warning(seen(300, 3, labeled=False), there) == ""
    foreign = real(classes=())
    assert list(Conditional().of(seen(300, 3), foreign)) == [
        "intra_class_fid",
        "intra_class_fid_worst",
    ]
    unlabeled = Real(
        {"train": seen(300, 1, labeled=False), "test": seen(300, 2, labeled=False)}, "test", (), 0
    )
    assert Conditional().of(seen(300, 3), unlabeled) == {}
    assert Conditional().reading(unlabeled, 300) == {}
    assert Conditional().warning(seen(6, 3), unlabeled) == ""


def test_classes_of_few_images_are_warned_of_with_numbers():
    there = real(test=30)
    text = Conditional().warning(seen(500, 3), there)
    floor = Conditional().reading(there, 500)["intra_class_fid_floor"]
    assert "6 real images of a class are too few for 6 features" in text
    assert f"about {floor:.3g}" in text
    assert Conditional().warning(seen(500, 3), real()) == ""
    assert list(Conditional().reading(there, 7)) == ["class_agreement_real"]  # 7 of 5 classes


def test_samples_of_some_classes_only_have_no_mean_over_classes():
    fake, there = seen(500, 3), real()
    some = fake.take(fake.labels != 2)
    assert list(Conditional().of(some, there)) == ["class_agreement"]
    assert (
        Conditional().warning(some, there) == "no intra-class FID: fewer than 2 samples of class 2"
    )
    assert Conditional().reading(real(), 500)["class_agreement_real"] > 0.97


def test_classes_that_real_images_hardly_show_are_warned_of():
    fake, there = seen(500, 3), real()
    test = there.compared
    rare = {
        "test": test.take((test.labels != 2) & ((test.labels != 4) | (np.arange(400) == 4))),
        "train": there.splits["train"],
    }
    against = Real(rare, "test", there.classes, 0)
    assert (rare["test"].labels == 4).sum() == 1
    assert (
        Conditional()
        .warning(fake, against)
        .startswith(
            "the intra-class FID leaves out class 2, 4, which samples were asked for: fewer than 2"
        )
    )
    assert "intra_class_fid" in Conditional().of(fake, against)
    others = fake.take(np.isin(fake.labels, (0, 1, 3)))
    assert "leaves out" not in Conditional().warning(others, against)


def bare(count, seed, **others):
    """What an extractor without logits sees."""
    of_it = seen(count, seed, **others)
    return Seen(of_it.features, None, of_it.labels, of_it.images)


SIGHTS = {
    "all": (seen(500, 3), real()),
    "no class asked for": (seen(500, 3, labeled=False), real()),
    "other logits": (seen(500, 3), real(classes=())),
    "no logits": (
        bare(500, 3, labeled=False),
        Real({"train": bare(90, 1), "test": bare(90, 2)}, "test", (), 0),
    ),
    "one split": (bare(500, 3), Real({"train": bare(90, 1)}, "train", (), 0)),
    "one sample of a class": (
        bare(500, 3).take(slice(6)),
        Real({"train": bare(90, 1), "test": bare(90, 2)}, "test", (), 0),
    ),
}


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("sight", SIGHTS)
def test_a_metric_has_figures_or_says_why_not(name, sight):
    fake, there = SIGHTS[sight]
    metric = METRICS[name]()
    enough = not numbers(fake, there).lacks(metric.least(fake.logits is not None))
    why = metric.missing(fake, there, "it")
    if enough:
        assert bool(metric.of(fake, there)) == (why == "")
    needs_logits = name in ("inception_score", "classes")
    assert (why == "it has no logits") == (fake.logits is None and needs_logits)


def numbers(fake, there):
    sizes = {split: len(of_it) for split, of_it in there.splits.items()}
    return Numbers.of(len(fake), sizes, there.split)


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("lone", [False, True])
@pytest.mark.parametrize("kind", ["samples", "real", "other"])
def test_as_many_images_as_it_asks_for_are_enough_and_fewer_are_not(name, lone, kind):
    """So what is refused by counts alone is what would fail, and nothing else."""
    metric = METRICS[name]()
    least = metric.least(True)
    n, half = max(2, least.samples), max(2, least.other)
    sizes = {"train": max(4, least.real, 2 * half)} if lone else {
        "train": half, "test": max(2, least.real)
    }  # fmt: skip

    def measured(n, sizes):
        split = "train" if lone else "test"
        there = Real({k: seen(m, i) for i, (k, m) in enumerate(sizes.items())}, split, (), 0)
        fake = seen(n, 9)
        said = numbers(fake, there).lacks(least)
        return said, lambda: (metric.of(fake, there), metric.reading(there, n))

    said, figures = measured(n, sizes)
    assert said == ""
    figures()
    if kind == "samples" and least.samples > 2:
        said, figures = measured(n - 1, sizes)
    elif kind == "real" and least.real > 2 and not lone:
        said, figures = measured(n, sizes | {"test": least.real - 1})
    elif kind == "other" and least.other:
        less = 2 * least.other - 1 if lone else least.other - 1
        said, figures = measured(max(n, 3), sizes | {"train": less})
    else:
        return
    assert said
    with pytest.raises(ValueError, match="needs?"):
        figures()


def test_every_metric_with_too_few_images_is_named_with_its_setting():
    metrics = parse({"fid": {}, "kid": {"subsets": 2, "subset_size": 7}, "precision_recall": {}})
    with pytest.raises(ValueError) as caught:
        refuse_few(metrics, Numbers(5, 9, 9), True, "a.npz")
    assert str(caught.value) == (
        "a.npz: kid: subset_size: 7 needs 7 samples, got 5; precision_recall: k: 5 needs 6 samples,"
        " got 5"
    )
    refuse_few(metrics, Numbers(7, 7, 6), True, "a.npz")


def test_fid_infinity_is_below_fid_and_warned_of_where_the_line_is_none():
    fake, there = seen(400, 3), real(test=4000)
    assert values(FidInfinity(), fake, there)["fid_infinity"] < values(Fid(), fake, there)["fid"]
    assert FidInfinity().warning(fake, there) == ""
    assert "from 5 samples, too few for 6 features" in FidInfinity().warning(seen(50, 3), there)
