"""The mean of two adapters."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `train`")


def test_it_lies_between_the_two() -> None:
    from tests.corpora.averaged import averaged

    before, after = {"a": torch.tensor([0.0, 4.0])}, {"a": torch.tensor([2.0, 4.0])}
    assert averaged(before, after, 0.25)["a"].tolist() == [0.5, 4.0]


def test_adapters_of_other_shapes_have_no_mean() -> None:
    from tests.corpora.averaged import averaged

    with pytest.raises(ValueError, match="other weights"):
        averaged({"a": torch.zeros(2)}, {"a": torch.zeros(3)}, 0.5)
