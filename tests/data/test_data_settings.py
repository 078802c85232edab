"""The `data` section: a wrong value is refused with what would be right, and no secret is told."""

import pytest
from pictures import settings
from pydantic import ValidationError

from reprogan.component import Component, explain
from reprogan.data.settings import Data
from reprogan.data.sources import SOURCES


class File(Component):
    data: Data


def refused(**fields):
    table = {"data": {"name": "mnist", **fields}}
    with pytest.raises(ValidationError) as caught:
        File.model_validate(table)
    return explain(caught.value, table)


def test_every_source_has_a_name_in_the_settings_and_none_more():
    assert set(SOURCES) == set(Data.model_fields["name"].annotation.__args__)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://host/x", r"http://, https:// or file://; it begins with 'ftp'"),
        ("/data/mnist", "it begins with ''"),
        ("", "it begins with ''"),
        ("javascript:alert(1)", "javascript"),
        ("file://host/x", "file:///absolute/path"),
        ("file:relative", "file:///absolute/path"),
        ("http:///x", "names no host"),
        ("https://host/x?token=s3cret", "nothing after"),
        ("https://host:99999/x", "is no address"),
        ("https://me:s3cret@host/x", "machine HOST login"),
        ("ftp://me:s3cret@host/x", "machine HOST login"),
        ("https://me:s3cret@[bad/x", "credentials"),
        ("https://me:s3/cret@host/x", "credentials"),
        ("https://me:5/s3cret@host/x", "credentials"),
        ("s3cret:me@host", "credentials"),
        (["https://me:s3cret@host/x"], "string"),
        ({"https://me:s3cret@host/x": 1}, "string"),
    ],
)
def test_other_mirrors_are_refused_without_telling_secrets(url, why):
    text = refused(mirror=url)
    assert text.startswith(("  data: mirror ", "  data.mirror: "))
    assert why in text
    assert "s3cret" not in text


def test_a_path_that_is_an_address_is_refused_without_telling_secrets():
    text = refused(name="folder", path="https://me:s3cret@host/images.zip")
    assert "path must be a path on this machine" in text and "s3cret" not in text


@pytest.mark.parametrize("url", ["http://h", "https://h:1/a/", "file:///a/b", "file://localhost/a"])
def test_mirrors_of_three_schemes_are_taken(url):
    assert settings(mirror=url).mirror == url


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": "imagenet"}, "fashion_mnist"),
        ({"size": 0}, "greater than or equal to 1"),
        ({"channels": 2}, "1 or 3"),
        ({"resize": "nearest"}, "lanczos"),
        ({"test_share": 1.0}, "less than 1"),
        ({"path": ""}, "at least 1 character"),
        ({"sise": 8}, "Did you mean 'size'"),
    ],
)
def test_other_values_are_refused(fields, why):
    assert why in refused(**fields)
