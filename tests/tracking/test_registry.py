"""The best generator of each data set and protocol has an alias, whatever came first."""

import itertools

import pytest
from made import FIGURE
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from seen import local, runs
from test_sync import results

from reprogan.tracking.backfill import backfill
from reprogan.tracking.names import MODEL
from reprogan.tracking.projecting import project

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of mlflow's, in sqlalchemy
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def best(here):
    """Registered model -> figure of its `best`, and how many versions it has."""
    client = MlflowClient(tracking_uri=local(here.root))
    found = {}
    for model in client.search_registered_models():
        version = client.get_model_version_by_alias(model.name, "best")
        run = client.get_run(version.run_id)
        versions = client.search_model_versions(f"name = '{model.name}'")
        found[model.name] = (run.data.metrics[FIGURE], len(versions))
    return found


def test_it_moves_to_a_better_one_and_to_none_else(here):
    for fid, expected in ((5.0, (5.0, 1)), (6.0, (5.0, 1)), (4.0, (4.0, 2)), (4.5, (4.0, 2))):
        here.result("gan", fid)
        project(results(here), here.root)
        ((name, found),) = best(here).items()
        assert found == expected and name.startswith(f"digits-8x8-{FIGURE}-")


def test_it_does_not_depend_on_the_order(here, other):
    """Neither of arrival, nor among equals; and one that comes from history counts as any."""
    made = []
    for place, order in enumerate(itertools.permutations([3.0, 2.0, 7.0])):
        there = other(f"order{place}")
        for fid in order:
            there.result("gan", fid)
            project(results(there), there.root)
        made.append({name: figure for name, (figure, _) in best(there).items()})
        if place == 2:
            break
    assert made == [{next(iter(made[0])): 2.0}] * 3


def test_equals_are_told_apart_by_their_keys_and_history_is_looked_at(here):
    here.result("gan", 5.0)
    here.commit(1)
    here.result("gan", 2.0)
    here.commit(2)
    here.result("cgan", 2.0)
    here.result("gan", 9.0)
    here.commit(3)
    backfill(here.root)
    ((_, (figure, versions)),) = best(here).items()
    assert (figure, versions) == (2.0, 1)
    client = MlflowClient(tracking_uri=local(here.root))
    (model,) = client.search_registered_models()
    version = client.get_model_version_by_alias(model.name, "best")
    equal = [run for run in runs(local(here.root)) if run.data.metrics[FIGURE] == 2.0]
    assert len(equal) == 2
    assert version.tags["reprogan.result"] == min(run.data.tags["reprogan.result"] for run in equal)


def test_other_protocols_and_data_sets_are_other_models(here):
    here.result("gan", 5.0)
    project(results(here), here.root)
    here.result("gan", 3.0, draws=3)
    project(results(here), here.root)
    here.stages["normalize"]["params"]["params.yaml"]["data"] = {"name": "mnist", "size": 28}
    here.result("gan", 1.0)
    project(results(here), here.root)
    found = best(here)
    assert sorted(figure for figure, _ in found.values()) == [1.0, 3.0, 5.0]
    assert sorted(name.partition("-fid")[0] for name in found) == ["digits-8x8"] * 2 + [
        "mnist-28x28"
    ]


def test_a_torn_run_and_one_without_a_card_are_not_candidates(here):
    here.result("gan", 5.0)
    here.result("cgan", 1.0, cards=False)
    project(results(here), here.root)
    (model,) = best(here)
    client = MlflowClient(tracking_uri=local(here.root))
    store = client.get_experiment_by_name("reprogan").experiment_id
    torn = client.create_run(store, tags={MODEL: model, "reprogan.pending": "x"}).info.run_id
    client.log_metric(torn, FIGURE, 0.5)
    here.result("gan", 6.0)
    project(results(here), here.root)
    assert best(here) == {model: (5.0, 1)}


def test_the_model_that_is_loaded_by_its_alias_is_what_was_trained(here, tmp_path):
    """Registering copies nothing: the version refers to the run's artifacts."""
    import mlflow

    here.result("gan", 5.0)
    project(results(here), here.root)
    (model,) = best(here)
    place = mlflow.artifacts.download_artifacts(
        f"models:/{model}@best", dst_path=str(tmp_path / "model"), tracking_uri=local(here.root),
        registry_uri=local(here.root),
    )  # fmt: skip
    for name in ("weights.safetensors", "config.json"):
        assert (tmp_path / "model" / name).read_bytes() == (
            here.root / "models/gan" / name
        ).read_bytes()
    assert place and len(list((here.root / "mlartifacts").rglob("weights.safetensors"))) == 1


def test_a_deleted_best_gives_its_alias_to_the_next(here):
    here.result("gan", 5.0)
    project(results(here), here.root)
    here.result("gan", 4.0)
    project(results(here), here.root)
    (run,) = (run for run in runs(local(here.root)) if run.data.metrics[FIGURE] == 4.0)
    MlflowClient(tracking_uri=local(here.root)).delete_run(run.info.run_id)
    here.result("gan", 6.0)
    project(results(here), here.root)
    ((_, (figure, _)),) = best(here).items()
    assert figure == 5.0


def test_a_version_that_somebody_else_makes_meanwhile_is_no_error(here, monkeypatch):
    """Data bases refuse the second of two equal numbers; it is there when one looks again."""
    create, asked = MlflowClient.create_model_version, []

    def refused(self, name, source, run_id, tags):
        asked.append(name)
        if len(asked) == 1:
            create(self, name, source, run_id, tags)
            raise MlflowException("UniqueViolation: duplicate key")
        return create(self, name, source, run_id, tags)

    monkeypatch.setattr(MlflowClient, "create_model_version", refused)
    here.result("gan", 5.0)
    project(results(here), here.root)
    ((_, found),) = best(here).items()
    assert found == (5.0, 1) and len(asked) == 1
