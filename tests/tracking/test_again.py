"""What another clone writes at the same moment is refused once, and there when one looks again."""

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from seen import local, runs
from test_sync import results

from reprogan.tracking.again import ATTEMPTS, again
from reprogan.tracking.projecting import project

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of mlflow's, in sqlalchemy
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


CONFLICTS = [
    "BAD_REQUEST: (psycopg2.errors.UniqueViolation) duplicate key value violates unique constraint",
    "(sqlite3.IntegrityError) UNIQUE constraint failed: datasets.experiment_id",
    "RESOURCE_ALREADY_EXISTS: Registered Model (name=x) already exists",
]


def refusing(times, act=lambda: None, text=CONFLICTS[0]):
    """Does what it is to do, and says so many times that it has not."""
    asked = []

    def refused(*args, **options):
        asked.append(args)
        given = act(*args, **options)
        if len(asked) <= times:
            raise MlflowException(text)
        return given

    refused.asked = asked
    return refused


@pytest.mark.parametrize("text", CONFLICTS)
def test_it_is_tried_again_and_then_believed(text):
    assert again(refusing(ATTEMPTS - 1, lambda: 7, text)) == 7
    with pytest.raises(MlflowException):
        again(refusing(ATTEMPTS))
    once = refusing(0)
    again(once)
    assert len(once.asked) == 1


def test_a_server_that_does_not_answer_is_waited_for_once():
    silent = refusing(ATTEMPTS, text="API request failed: Max retries exceeded, Connection refused")
    with pytest.raises(MlflowException):
        again(silent)
    assert len(silent.asked) == 1


def test_data_that_another_clone_logs_meanwhile_are_no_error(here, monkeypatch):
    refused = refusing(1, MlflowClient.log_inputs)
    monkeypatch.setattr(MlflowClient, "log_inputs", lambda *args: refused(*args))
    here.result("gan", 5.0)
    assert project(results(here), here.root).made == 1
    (run,) = runs(local(here.root))
    names = [it.dataset.name for it in run.inputs.dataset_inputs]
    assert len(refused.asked) == 2 and names and len(names) == len(set(names))
