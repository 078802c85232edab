"""params.yaml is refused with the fault and the valid values named, before anything is loaded or run."""

import copy
import re
import subprocess
import sys
import zipfile

import pytest
import yaml
from typer.testing import CliRunner

from reprogan import unlabeled
from reprogan.cli import app
from reprogan.component import ConfigError
from reprogan.config import EXPERIMENT, parse
from reprogan.data.settings import CLASSLESS, Data
from reprogan.data.sources import SOURCES
from reprogan.games import GAMES
from reprogan.losses import OBJECTIVES
from reprogan.metrics.extractors import EXTRACTORS
from reprogan.networks import NETWORKS
from reprogan.optimizers import OPTIMIZERS
from reprogan.preset import lay_over
from reprogan.reading import overlay, read
from reprogan.tricks import TRICKS
from reprogan.unlabeled import refuse_unlabeled
from reprogan.variant import Shape
from small import NEEDS, ROOT, ZOO, params

REGISTRIES = [GAMES, OBJECTIVES, EXTRACTORS, NETWORKS, OPTIMIZERS, TRICKS]
FILE = ROOT / "params.yaml"


@pytest.mark.parametrize(
    ("name", "entry"), [item for table in REGISTRIES for item in table.items()]
)
def test_every_entry_is_named_as_its_key_and_says_what_it_is(name, entry):
    assert entry.model_fields["name"].default == name
    assert entry.__doc__ and entry.__module__.rsplit(".", 1)[-1] in (name, "optimizers")
    stated = NEEDS.get(name, {}).get("tricks", {}).get(name, {})
    assert entry(**stated) == entry(name=name, **stated)
    with pytest.raises(ValueError, match="frozen"):
        entry(**stated).name = "other"


FAULTS = [
    ({"loss": "wgan_pg"}, ["loss: unknown loss 'wgan_pg'", "minimax, non_saturating", "mean 'wgan_gp'"]),
    ({"n_critic": 0}, ["n_critic", "greater than or equal to 1", "got 0"]),
    ({"n_critic": "five"}, ["n_critic", "valid integer", "'five'"]),
    ({"n_critic": True}, ["n_critic", "valid integer", "True"]),
    ({"n_critic": 5.0}, ["n_critic", "valid integer", "5.0"]),
    ({"n_critics": 5}, ["unknown key 'n_critics'", "n_critic, networks"]),
    ({"data": {"name": "mnits"}}, ["data.name", "'mnist'", "'mnits'"]),
    ({"data": {"size": 12}}, ["dcgan makes images of 8, 16, 28", "data.size is 12"]),
    ({"train": {"images": -1, "bach": 3}}, ["train", "unknown key 'bach'", "mean 'batch'"]),
    ({"train": {"images": -1}}, ["train.images", "got -1"]),
    ({"losses": {"wgan": {"tricks": {"weight_clip": {"limt": 1}}}}}, ["wgan.tricks.weight_clip", "'limt'", "limit"]),
    ({"losses": {"wgan": {"tricks": {"wight_clip": {}}}}}, ["losses.wgan.tricks", "mean 'weight_clip'"]),
    ({"losses": {"wgan": {"optimizer": {"learning_rate": 0}}}}, ["wgan.optimizer.learning_rate", "got 0"]),
    ({"losses": {"wgan": {"optimizer": {"learning_rate": float("inf")}}}}, ["learning_rate", "inf"]),
    ({"losses": {"wgan": {"optimizer": {"name": "adm"}}}}, ["losses.wgan.optimizer", "adam, rmsprop, sgd"]),
    ({"losses": {"wgan": {"critic_norm": "bach"}}}, ["losses.wgan.critic_norm", "'batch'"]),
    ({"networks": {"name": "dcgam"}}, ["networks", "unknown name 'dcgam'", "mean 'dcgan'"]),
    ({"networks": None}, ["networks", "got None"]),
    ({"networks": {"width": 2.5}}, ["networks.width", "2.5"]),
    ({"tricks": {"average": None}}, ["tricks", "average must be a mapping"]),
    ({"evaluate": {"extractor": {"name": "inceptoin"}}}, ["evaluate.extractor", "classifier"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"), FAULTS, ids=[str(change)[:60] for change, _ in FAULTS]
)
def test_fault_is_named(change, words):
    with pytest.raises(ConfigError) as caught:
        parse(overlay(read(FILE), change), FILE)
    text = str(caught.value)
    assert "params.yaml cannot be used" in text and all(word in text for word in words), text
    assert len(text) < 800, "the message quotes more than what is wrong"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"loss": "wgann"}, ["variants.new.loss", "mean 'wgan'"]),
        (
            {"networks": {"name": "mlp", "uits": 3}},
            ["variants.new.networks", "'uits'", "mean 'units'"],
        ),
        ({"images": "many"}, ["variants.new.images", "'many'"]),
    ],
)
def test_every_row_is_checked_whatever_is_run(row, words):
    raw = copy.deepcopy(read(FILE))
    raw["variants"]["new"] = raw["variants"]["wgan"] | row
    with pytest.raises(ConfigError) as caught:
        parse(raw, FILE)
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.parametrize("name", ["experiment", "reference", "Bad Name"])
def test_names_of_rows(name):
    raw = copy.deepcopy(read(FILE))
    raw["variants"][name] = raw["variants"]["wgan"]
    with pytest.raises(ConfigError, match="variants"):
        parse(raw, FILE)


def test_all_faults_are_told_at_once():
    change = {"train": {"images": 0, "batch": 0}, "sample": {"images": "x"}}
    with pytest.raises(ConfigError) as caught:
        parse(overlay(read(FILE), change), FILE)
    assert all(key in str(caught.value) for key in ("train.images", "train.batch", "sample.images"))


def test_a_typo_is_refused_before_torch_is_loaded(tmp_path):
    (tmp_path / "params.yaml").write_text(
        FILE.read_text("utf-8").replace("loss: non_", "loss: nom_", 1), "utf-8"
    )
    code = (
        "import sys; sys.argv[1:] = ['train']\n"
        "from reprogan.cli import app\n"
        "try: app()\n"
        "except SystemExit as end: assert end.code == 1\n"
        "assert 'torch' not in sys.modules and 'mlflow' not in sys.modules"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert (
        "unknown loss 'nom_saturating'" in run.stderr
        and "Did you mean 'non_saturating'" in run.stderr
    )


def test_floats_are_read_as_dvc_reads_them(tmp_path):
    """YAML 1.1 reads 1e-4 as a string; DVC's YAML 1.2 as a number, and `-S` writes such numbers."""
    path = tmp_path / "a.yaml"
    path.write_text("a: 1e-4\nb: 5E3\nc: -1.5e-05\nd: 1.0e-4\ne: word\nf: 12\n", "utf-8")
    assert read(path) == {"a": 1e-4, "b": 5e3, "c": -1.5e-5, "d": 1e-4, "e": "word", "f": 12}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a: [", "not YAML"),
        ("- a", "must hold a mapping"),
        ("a: 1\na: 2", "given twice"),
        ("", "mapping"),
    ],
)
def test_a_file_that_is_no_mapping(tmp_path, text, word):
    path = tmp_path / "params.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=word):
        read(path)


def test_outside_the_repository(tmp_path):
    with pytest.raises(ConfigError, match="run this at the root of the repository"):
        read(tmp_path / "params.yaml")


def test_n_critic_null_is_what_the_loss_row_says():
    raw = read(FILE)
    for loss, n_critic, expected in (("wgan_gp", None, 5), ("wgan_gp", 2, 2), ("minimax", None, 1)):
        resolved = parse(overlay(raw, {"loss": loss, "n_critic": n_critic}), FILE).variant(
            EXPERIMENT
        )
        assert resolved.n_critic == expected


def test_a_loss_alone_gives_its_whole_paper():
    """`-S loss=wgan_gp` and nothing else."""
    variant = parse(overlay(read(FILE), {"loss": "wgan_gp"}), FILE).variant(EXPERIMENT)
    assert variant.networks.critic_norm == "layer" and variant.critic_optimizer.beta1 == 0
    assert [t.name for t in variant.tricks] == ["gradient_penalty"] and variant.n_critic == 5


def test_what_a_row_states_itself_wins():
    """Else an ablation of the norm would compare two equal runs."""
    change = {"loss": "wgan_gp", "networks": {"critic_norm": "none"}}
    assert (
        parse(overlay(read(FILE), change), FILE).variant(EXPERIMENT).networks.critic_norm == "none"
    )
    rate = {"name": "sgd", "learning_rate": 0.5}
    change = {"loss": "wgan_gp", "optimizer": rate, "images": 640}
    resolved = parse(overlay(read(FILE), change), FILE)
    variant = resolved.variant(EXPERIMENT)
    assert variant.critic_optimizer == variant.generator_optimizer
    assert variant.critic_optimizer.learning_rate == 0.5
    assert resolved.train.steps(resolved.row(EXPERIMENT).images) == 10


def test_a_row_may_state_its_objective():
    change = {
        "loss": "ebgan",
        "objective": {"name": "energy_margin", "margin": 3.0},
        "networks": {"name": "autoencoder"},
    }
    variant = parse(overlay(read(FILE), change), FILE).variant(EXPERIMENT)
    assert variant.objective.margin == 3.0
    assert parse(read(FILE), FILE).variant(EXPERIMENT).objective.name == "non_saturating"


def test_a_gradient_penalty_under_batch_norm_is_refused():
    change = {"tricks": {"gradient_penalty": {}}}
    with pytest.raises(
        ConfigError, match=r"gradient_penalty .* batch norm mixes them; take networks.critic_norm"
    ):
        parse(overlay(read(FILE), change), FILE)
    parse(overlay(read(FILE), change | {"networks": {"critic_norm": "layer"}}), FILE)


def test_rows_beyond_the_default_are_rows_too():
    raw = copy.deepcopy(read(FILE))
    raw.setdefault("beyond", {})["later"] = raw["variants"]["wgan"] | {"n_critic": 3}
    assert parse(raw, FILE).variant("later").n_critic == 3
    raw["beyond"]["later"]["n_critic"] = 0
    with pytest.raises(ConfigError, match=r"beyond.later.n_critic"):
        parse(raw, FILE)
    raw["beyond"] = {"wgan": raw["variants"]["wgan"]}
    with pytest.raises(ConfigError, match="wgan: such a name is in variants already"):
        parse(raw, FILE)


def test_the_order_of_tricks_in_the_file_changes_nothing():
    one = overlay(read(FILE), {"tricks": {"average": {}, "weight_clip": {}}})
    two = overlay(read(FILE), {"tricks": {"weight_clip": {}, "average": {}}})
    assert parse(one, FILE).variant(EXPERIMENT) == parse(two, FILE).variant(EXPERIMENT)


def test_tricks_that_exclude_each_other_are_refused_with_the_reason():
    with pytest.raises(
        ConfigError, match="weight_clip and spectral_norm exclude each other: it divides the norms"
    ):
        parse(overlay(read(FILE), {"tricks": {"weight_clip": {}, "spectral_norm": {}}}), FILE)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"labels": 100, "tricks": {"average": {}}},
            "labels: is for tricks that learn from a few known ones; valid: supervise",
        ),
        (
            {"game": {"conditional": True, "critic_told": "nothing"}},
            "asks the generator for the class that it is told; add the trick auxiliary_classifier",
        ),
        ({"loss": "ebgan"}, "errors of reconstruction, which networks dcgan do not make"),
        ({"networks": {"name": "autoencoder"}}, "non_saturating takes scores for logits"),
        ({"train": {"batch": 1}}, "train.batch: 1 leaves batch norm one image"),
        ({"represent": {"variants": ["cgan"]}}, "the critic of cgan is told the class"),
        ({"data": {"size": 28}}, r"without this row: -S '~variants.progressive'"),
        (
            {
                "game": {"name": "laplacian"},
                "networks": {"name": "laplacian"},
                "tricks": {"dequantize": {}},
            },
            "fills the steps between bytes, and the game laplacian shows means",
        ),
        (
            {"game": {"name": "progressive"}, "networks": {"name": "progressive"}, "loss": "wgan"},
            "weight_clip limits what is trained, and networks progressive scale it",
        ),
        (
            {
                "loss": "began",
                "networks": {"name": "autoencoder", "generator_norm": "batch"},
                "tricks": {"r1": {}},
            },
            "r1 is of each image's own score, and batch norm mixes them",
        ),
        (
            {"game": {"critic_told": "projection"}},
            "projection is for a conditional game; set game.conditional: true",
        ),
    ],
)
def test_parts_that_do_not_go_together(change, words):
    with pytest.raises(ConfigError, match=words):
        parse(overlay(read(FILE), change), FILE)


def test_a_training_that_is_over_before_its_generators_act_is_refused():
    """640 images in batches of 64 are 10 steps."""

    def change(steps, images=640):
        return {"tricks": {"critic_pretraining": {"steps": steps}}, "images": images}

    for steps in (10, 11):
        with pytest.raises(ConfigError, match=f"turn in step {steps + 1}, and the training has 10"):
            parse(overlay(read(FILE), change(steps)), FILE)
    parse(overlay(read(FILE), change(9)), FILE)
    parse(overlay(read(FILE), change(9, images=0)), FILE)


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ({"n_critic": 100_000}, 100_000),
        ({"n_critic": 2001}, 2001),
        (
            {"tricks": {"n_critic_schedule": {"steps": [10], "n_critic": [1991]}}, "n_critic": 11},
            2001,
        ),
        ({"tricks": {"critic_warm_up": {"steps": 5000}}}, 5000),
        ({"tricks": {"critic_pretraining": {"steps": 1990}}, "n_critic": 20}, 2010),
        (
            {"tricks": {"critic_pretraining": {"steps": 1950}, "critic_warm_up": {"steps": 51}}},
            2001,
        ),
    ],
)
def test_generators_that_never_act_are_refused_with_the_step_in_which_they_would(change, first):
    """128,000 images in batches of 64 are 2,000 steps; one batch more than `first` is enough."""
    with pytest.raises(ConfigError, match=f"turn in step {first}, and the training has 2000"):
        parse(overlay(read(FILE), change), FILE)
    for images in (0, 64 * first):
        parse(overlay(read(FILE), change | {"images": images}), FILE)


RING = overlay(read(FILE), read(ROOT / "presets/ring8.yaml"))
POINTS = overlay(RING, {"data": {"name": "swiss_roll"}})


def refusal(raw):
    with pytest.raises(ConfigError, match="cannot do without") as caught:
        parse(raw, FILE)
    return str(caught.value)


def typed(text):
    """What a message says to add, one `-S` each."""
    return [edit.strip("'") for edit in text.split("Add: ")[1].removeprefix("-S ").split(" -S ")]


def edited(raw, edits):
    """As `dvc exp run -S` would: a key is set, or dropped if it begins with ~; it must be there."""
    raw = copy.deepcopy(raw)
    for edit in edits:
        path, _, value = edit.removeprefix("~").partition("=")
        *above, key = path.split(".")
        here = raw
        for step in above:
            here = here[step]
        if edit.startswith("~"):
            del here[key]
        else:
            assert key in here
            here[key] = yaml.safe_load(value)
    return raw


def told(**game):
    return {"name": "single", "latent": 64, "conditional": True, **game}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"game": told()}, "-S game.conditional=false"),
        ({"loss": "hinge", "game": told(critic_told="projection")}, "-S '~game.critic_told'"),
        (
            {"game": told(critic_told="nothing"), "tricks": {"auxiliary_classifier": {}}},
            "-S game.conditional=false -S '~game.critic_told' -S '~tricks.auxiliary_classifier'",
        ),
        (
            {"tricks": {"supervise": {}, "feature_matching": {}}, "labels": 100},
            "-S '~tricks.supervise' -S labels=null",
        ),
        (
            {"losses": {"non_saturating": {"tricks": {"supervise": {}}}}},
            "-S '~losses.non_saturating.tricks.supervise' -S '~variants.gan'",
        ),
        (
            {"represent": {"variants": ["gan"]}},
            "represent.variants cannot do without. Add: -S 'represent.variants=[]'",
        ),
    ],
)
def test_classes_that_no_image_has_are_refused_with_what_to_type(change, words):
    """A Swiss roll has none, a ring has; what is typed lets the file pass."""
    flat = overlay(POINTS, {"networks": {"dropout": 0.1}} | change)
    text = refusal(flat)
    assert "data.name swiss_roll has no classes" in text and words in text
    parse(edited(flat, typed(text)), FILE)
    parse(overlay(flat, {"data": {"name": "ring8"}}), FILE)


def test_all_that_is_trained_and_needs_classes_is_told_at_once():
    raw = copy.deepcopy(POINTS)
    raw["variants"]["cgan"] = raw["variants"]["gan"] | {"game": told()}
    raw["beyond"] = {"later": raw["variants"]["cgan"]}
    raw["represent"] = {"variants": ["gan"]}
    text = refusal(raw)
    assert text.endswith("Add: -S '~variants.cgan' -S 'represent.variants=[]'")
    beyond = parse(edited(raw, typed(text)), FILE)
    with pytest.raises(
        ConfigError, match="beyond.later cannot do without. Add: -S '~beyond.later'"
    ):
        refuse_unlabeled(beyond, ["gan", "later"])


def test_a_row_of_beyond_is_refused_when_it_is_trained(tmp_path, monkeypatch):
    raw = POINTS | {"beyond": {"later": POINTS["variants"]["gan"] | {"game": told()}}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(raw), "utf-8")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["train", "later"])
    assert result.exit_code == 1 and "beyond.later cannot do without" in result.output


def pictures(root, *names):
    """Files that are images by their names, which is all that is looked at."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"no image")
    return root


def zipped(root):
    with zipfile.ZipFile(root.with_suffix(".zip"), "w") as archive:
        for path in sorted(root.rglob("*")):
            archive.write(path, path.relative_to(root))
    return root.with_suffix(".zip")


@pytest.mark.parametrize("pack", [lambda root: root, zipped], ids=["folder", "zip"])
def test_a_folder_without_class_folders_is_refused_with_what_readme_says_to_type(tmp_path, pack):
    flat = pack(pictures(tmp_path / "flat", "1.png", "2.jpg", "notes.txt", ".cache/3.png"))
    raw = overlay(read(FILE), {"data": {"name": "folder", "path": str(flat)}})
    text = refusal(raw)
    assert f"{flat.name} has no class folders" in text
    readme = (ROOT / "README.md").read_text("utf-8").split("## Your own images")[1]
    assert f"`{text.split('Add: ')[1]}`" in readme
    parse(edited(raw, typed(text)), FILE)
    split = pack(pictures(tmp_path / "split", "train/1.png", "test/1.png"))
    refusal(overlay(raw, {"data": {"path": str(split)}}))


@pytest.mark.parametrize("pack", [lambda root: root, zipped], ids=["folder", "zip"])
def test_what_a_folder_is_not_known_to_be_is_left_to_download(tmp_path, pack, monkeypatch):
    places = [
        pack(pictures(tmp_path / "classes", "a/1.png", "b/1.png")),
        pack(pictures(tmp_path / "sides", "x/train/a/1.png", "x/test/a/1.png")),
        pack(pictures(tmp_path / "mixed", "a/1.png", "1.png")),
        pack(pictures(tmp_path / "none", "notes.txt")),
        tmp_path / "absent",
        tmp_path / "absent.zip",
        pictures(tmp_path, "broken.zip") / "broken.zip",
        pictures(tmp_path, "images.tar") / "images.tar",
    ]
    for place in places:
        parse(overlay(read(FILE), {"data": {"name": "folder", "path": str(place)}}), FILE)
    many = pack(pictures(tmp_path / "many", "1.png", "2.png", "3.png"))
    raw = overlay(read(FILE), {"data": {"name": "folder", "path": str(many)}})
    refusal(raw)
    monkeypatch.setattr(unlabeled, "LISTED", 2)
    parse(raw, FILE)


def test_what_needs_classes_says_so():
    """It is what cannot be built without them: every row, every trick."""
    for name, variant in ZOO.items():
        try:
            variant.build(Shape(1, 8, 0), 8)
        except ConfigError:
            assert variant.needs_labels, name
        else:
            assert not variant.needs_labels, name


def test_sources_without_classes_are_known():
    modes = {name: SOURCES[name].modes for name in ("gaussians25", "ring8", "swiss_roll")}
    assert tuple(name for name, number in modes.items() if not number) == CLASSLESS


def test_what_readme_drops_for_unlabeled_images_is_what_needs_labels():
    """`-S '~variants.NAME'` of README's section on one's own images."""
    text = (ROOT / "README.md").read_text("utf-8")
    dropped = set(re.findall(r"'~variants\.([a-z_]+)'", text.split("## Your own images")[1]))
    needing = set()
    for name in params().trained:
        try:
            params().variant(name).build(Shape(1, 8, 0), 8)
        except ConfigError:
            needing.add(name)
    assert dropped == needing


def test_every_key_of_data_stands_in_params():
    """DVC sees only what stands in the file."""
    assert set(read(FILE)["data"]) == set(Data.model_fields)


def test_no_interpolation_in_params():
    """`-S` would resolve it and write the result back (treeverse/dvc#11018)."""
    assert "${" not in FILE.read_text("utf-8")


def test_an_unknown_row():
    with pytest.raises(
        ConfigError, match=r"unknown variant 'wgann'; valid: experiment, .*mean 'wgan'"
    ):
        params().variant("wgann")


def test_overlay_merges_what_is_the_same_component_only():
    base = {
        "networks": {"name": "dcgan", "width": 3},
        "variants": {"a": 1},
        "x": {"y": {"z": 1}, "w": 2},
    }
    top = {"networks": {"name": "mlp"}, "variants": {"b": 2}, "x": {"y": {"z": 3}}}
    assert overlay(base, top) == {
        "networks": {"name": "mlp"}, "variants": {"b": 2}, "x": {"y": {"z": 3}, "w": 2},
    }  # fmt: skip
    assert overlay(base, {"networks": {"width": 4}})["networks"] == {"name": "dcgan", "width": 4}
    assert overlay({"data": {"name": "a", "path": 1}}, {"data": {"name": "b"}}) == {
        "data": {"name": "b", "path": 1}
    }


@pytest.mark.parametrize(
    "path", sorted((ROOT / "presets").glob("*.yaml")), ids=lambda path: path.stem
)
def test_a_preset_is_laid_over_params_in_place(path, tmp_path):
    """It parses, keeps comments, changes what it says and nothing else, and reads as what was checked."""
    target = tmp_path / "params.yaml"
    target.write_text(FILE.read_text("utf-8"), "utf-8")
    top = read(path)
    expected = overlay(read(FILE), top)
    assert parse(expected, path).rows.keys() == {EXPERIMENT, *top["variants"]}
    lay_over(target, top)
    assert read(target) == expected
    text = target.read_text("utf-8")
    assert (
        "# a row of `losses`" in text
        and "n_critic: null" in text
        and "# Arjovsky et al. 2017" in text
    )
    head = path.read_text("utf-8").splitlines()[:12]
    assert all(
        any(word in line for line in head)
        for word in ("reprogan preset " + path.stem, "# Time:   ", "# Result: ")
    )
    assert not any(excuse in line for line in head for excuse in ("not measured", "none to show"))
