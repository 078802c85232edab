"""Names of images become classes and splits, or an error that says what does not fit."""

import random

import pytest

from reprogan.data.errors import DataError
from reprogan.data.layout import layout


def read(*names, folders=()):
    found = layout(names, "x.zip", folders)
    return found.classes, found.train, found.test


def test_images_alone_have_no_label():
    assert read("b.png", "a.JPG", "c.txt") == ((), [("a.JPG", -1), ("b.png", -1)], None)


def test_class_folders_are_sorted_and_labeled():
    rows = [("cat/1.png", 0), ("cat/2.png", 0), ("dog/1.png", 1)]
    assert read("dog/1.png", "cat/2.png", "cat/1.png") == (("cat", "dog"), rows, None)


@pytest.mark.parametrize("around", ["w/", "train/", "test/", "a/b/train/"])
def test_one_folder_around_all_is_looked_through(around):
    classes, train, test = read(f"{around}a/1.png", f"{around}b/2.png", folders=[around[:-1]])
    assert (classes, test) == (("a", "b"), None)
    assert train == [(f"{around}a/1.png", 0), (f"{around}b/2.png", 1)]
    assert read(f"{around}1.png")[0] == ()


@pytest.mark.parametrize("around", ["", "w/"])
def test_train_and_test_are_honored(around):
    names = [f"{around}{n}" for n in ("train/a/1.png", "train/b/1.png", "test/b/1.png")]
    classes, train, test = read(*names)
    assert classes == ("a", "b")
    assert train == [(names[0], 0), (names[1], 1)]
    assert test == [(names[2], 1)]
    assert read("train/1.png", "test/1.png") == ((), [("train/1.png", -1)], [("test/1.png", -1)])


def test_hidden_files_and_what_macos_adds_are_ignored():
    found = read("a/1.png", "b/1.png", ".git/x.png", "a/._1.png", "__MACOSX/a/1.png", "b/.DS_Store")
    assert found == (("a", "b"), [("a/1.png", 0), ("b/1.png", 1)], None)


def test_the_order_of_the_names_does_not_matter():
    names = [f"{c}/{i}.png" for c in "abc" for i in range(30)]
    mixed = random.Random(0).sample(names, len(names))
    assert read(*names) == read(*mixed)


@pytest.mark.parametrize(
    ("names", "folders", "why"),
    [
        ([], [], "holds no images (it is empty)"),
        (["a.txt", "b.md"], [], "holds no images (2 other files, as a.txt, b.md)"),
        (["a.txt", "cats.zip"], [], "for the archive cats.zip in it, set data.path to that file"),
        (["1.png", "cat/2.png"], [], "mixes images alone (1.png) with folders cat"),
        (["1.png"], ["cat"], "mixes images alone (1.png) with folders cat"),
        (["cat/1.png"], ["dog", "eel"], "folders dog, eel hold no images"),
        (["cat/1.png", "dog/x.txt"], [], "folders dog hold no images"),
        (["cat/young/1.png", "dog/1.png"], [], "folders inside class folders (cat/young/1.png)"),
        (["cat/young/1.png", "dog/old/1.png"], [], "folders inside class folders"),
        (["cat/1.png", "cat/young/1.png", "dog/1.png"], [], "inside class folders"),
        (["train/1.png"], ["test"], "test/ holds no images"),
        (["train/a/1.png", "test/2.png"], [], "train/ has the classes a, test/ has none"),
        (["train/1.png", "test/a/2.png"], [], "train/ has the classes none, test/ has a"),
        (["train/a/1.png", "test/b/2.png"], [], "all classes of test/ must be in train/"),
        (["train/a/1.png", "test/a/2.png"], ["test/b"], "x.zip: test/: the folders b hold no"),
        (["train/1.png", "test/1.png", "val/1.png"], [], "beside train/ and test/ nothing"),
        (["train/1.png", "val/1.png"], [], "the splits known are train/ and test/"),
        (["train/1.png", "2.png"], [], "the splits known are train/ and test/"),
    ],
)
def test_what_does_not_fit_is_named(names, folders, why):
    with pytest.raises(DataError) as caught:
        layout(names, "x.zip", folders)
    assert why in str(caught.value)
    assert "x.zip" in str(caught.value)
