"""What the picture of the courses is drawn from."""

import io

import pytest
from PIL import Image

from reprogan.curves import WINDOW, curves_of, read_history, smooth

HEAD = "step,images,critic_adversarial,critic_gap,generator_adversarial"


def test_the_running_median_drops_spikes_and_keeps_the_length():
    values = [0.0] * 20
    values[10] = 1e6
    assert smooth(values) == [0.0] * 20
    assert smooth([float(k) for k in range(50)])[WINDOW : 50 - WINDOW] == list(
        range(WINDOW, 50 - WINDOW)
    )
    assert smooth([3.0]) == [3.0] and smooth([]) == []


def test_a_history_is_read_with_its_gaps(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"{HEAD}\n10,640,1.5,2,\n20,1280,-1,3,4\n")
    table = read_history(path)
    assert table["critic_adversarial"] == [1.5, -1.0] and table["generator_adversarial"] == [
        None,
        4.0,
    ]
    one, two = curves_of({"a": table}), curves_of({"a": table})
    assert one == two and Image.open(io.BytesIO(one)).size[0] > 900


def test_a_run_of_no_steps_has_an_empty_panel(tmp_path):
    path = tmp_path / "untrained.csv"
    path.write_text(f"{HEAD}\n")
    table = read_history(path)
    assert table == {key: [] for key in HEAD.split(",")}
    assert Image.open(io.BytesIO(curves_of({"untrained": table}))).size[0] > 900


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", f"{HEAD}\n10,x,1,2,3\n", f"{HEAD}\n10,1\n"])
def test_what_is_no_history_is_named(tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"a.csv is no history .*run `train a` again"):
        read_history(path)
    path.unlink()
    with pytest.raises(ValueError, match="run `train a` first"):
        read_history(path)
