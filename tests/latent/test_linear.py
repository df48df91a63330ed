"""Directions with a known answer: constructed codes whose values grow along a chosen vector."""

from __future__ import annotations

import numpy as np
import pytest

from genstudio.core.errors import UsageError
from genstudio.latent.codes import KnownCodes
from genstudio.latent.directions import linear
from genstudio.latent.directions.direction import Direction, Directions, LatentSpace
from genstudio.latent.directions.finding import components, extremes
from genstudio.latent.directions.pixel_baseline import pixel_scores

N, D = 4000, 6
TRUE = linear.unit(np.array([1.0, -2.0, 0.5, 0.0, 0.0, 1.0]))


@pytest.fixture(scope="module")
def codes() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(N, D))


@pytest.mark.parametrize("method", ["means", "ridge", "svm", "logistic"])
def test_each_method_finds_the_vector_along_which_a_number_grows(codes: np.ndarray, method: linear.Method) -> None:
    values = codes @ TRUE + 0.3 * np.random.default_rng(1).normal(size=N)
    if method in ("svm", "logistic"):
        values = (values > 0).astype(float)
    found, reader = linear.fit(method, codes, values)
    assert reader @ TRUE > 0.99
    assert np.linalg.norm(found) == pytest.approx(1)
    assert found @ TRUE > 0.99


@pytest.mark.parametrize("method", ["ridge", "svm", "logistic"])
def test_unused_coordinates_get_no_weight(codes: np.ndarray, method: linear.Method) -> None:
    """A collapsed coordinate is almost constant: it may predict a little, but a step along it changes nothing."""
    z = codes.copy()
    values = z[:, 0] + 0.5 * np.random.default_rng(1).normal(size=N)
    z[:, 3:] *= 1e-3
    z[:, 3] += 1e-3 * (values - z[:, 0])
    if method != "ridge":
        values = (values > 0).astype(float)
    walk, reader = linear.fit(method, z, values)
    assert walk[0] > 0.999
    assert reader[0] > 0.98


def test_reader_separates_correlated_numbers_and_the_walk_follows_the_codes(codes: np.ndarray) -> None:
    """z0 alone determines the value and z1 correlates with it: the reader is z0, the walk includes z1 by that
    correlation."""
    z = codes.copy()
    z[:, 1] = 0.8 * z[:, 0] + 0.6 * z[:, 1]
    walk, reader = linear.fit("ridge", z, z[:, 0])
    assert reader[0] > 0.99
    assert walk @ linear.unit(np.array([1, 0.8, 0, 0, 0, 0])) > 0.99
    assert walk @ linear.fit("means", z, z[:, 0])[0] > 0.99


def test_means_of_yes_or_no_is_the_difference_of_the_means() -> None:
    z = np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 3.0], [3.0, 5.0]])
    found, _ = linear.fit("means", z, np.array([0.0, 0.0, 1.0, 1.0]))
    assert found == pytest.approx(np.array([1.0, 4.0]) / np.sqrt(17))


def test_scores_by_hand() -> None:
    """R² of a line that misses one of four held-out points; a threshold that is right for three of four."""
    axis = np.array([1.0])
    z = np.arange(5.0)[:, None]
    held = np.array([[0.0], [1.0], [2.0], [3.0]])
    truth = np.array([1.0, 3.0, 5.0, 9.0])  # the line 2z + 1 says 7 for the last: squared error 4 of 35
    assert linear.score(axis, (z, 2 * z[:, 0] + 1), (held, truth)) == pytest.approx(1 - 4 / 35)
    yes = np.array([0.0, 0.0, 0.0, 1.0, 1.0])
    assert linear.score(axis, (z, yes), (held, np.array([0.0, 1.0, 0.0, 1.0]))) == pytest.approx(0.75)
    assert linear.score(-axis, (z, yes), (held, np.array([0.0, 1.0, 0.0, 1.0]))) == pytest.approx(0.75)


def test_score_of_constant_values_is_nan_and_unknown_values_are_skipped() -> None:
    axis, z = np.array([1.0]), np.arange(4.0)[:, None]
    values = np.array([0.0, 1.0, 2.0, 3.0])
    assert np.isnan(linear.score(axis, (z, values), (z, np.full(4, 2.0))))
    with_gaps = np.array([0.0, np.nan, 2.0, 3.0])
    assert linear.score(axis, (z, with_gaps), (z, with_gaps)) == pytest.approx(1)


def test_a_threshold_never_cuts_between_equals() -> None:
    places, values = np.array([1.0, 1.0, 1.0, 2.0]), np.array([1.0, 0.0, 0.0, 1.0])
    threshold, sign = linear.best_threshold(places, values)
    assert (threshold, sign) == (1.5, 1.0)


def test_random_codes_give_no_score(codes: np.ndarray) -> None:
    values = codes @ TRUE
    aside = linear.project_out(np.eye(D)[0], [TRUE])
    pair = (codes[:3000], values[:3000]), (codes[3000:], values[3000:])
    assert abs(linear.score(aside, *pair)) < 0.01
    assert linear.score(TRUE, *pair) == pytest.approx(1)


def test_fixed_attributes_do_not_change(codes: np.ndarray) -> None:
    draw = np.random.default_rng(2)
    fixed = [linear.unit(draw.normal(size=D)) for _ in range(4)]
    left = linear.project_out(TRUE, [*fixed, fixed[0]])  # the same one twice does no harm
    assert np.linalg.norm(left) == pytest.approx(1)
    assert max(abs(float(left @ one)) for one in fixed) < 1e-9
    assert left @ TRUE > 0
    assert linear.project_out(TRUE, []) == pytest.approx(TRUE)


def test_walk_with_others_fixed_changes_only_its_own_reading(codes: np.ndarray) -> None:
    """Correlated codes: walks differ from readers, and orthogonality in z would not keep a reading fixed."""
    askew = codes @ np.random.default_rng(4).normal(size=(D, D))
    names = ("a", "b", "c")
    fitted = [linear.fit("ridge", askew, codes[:, k]) for k in range(3)]
    found = tuple(Direction(n, w, 1.0, "ridge", r) for n, (w, r) in zip(names, fitted, strict=True))
    some = Directions(LatentSpace("run", "vae", D, 1, "0" * 64), found, np.zeros(D))
    held = some.held_fixed("a", ["b", "c", "b"])
    assert abs(held @ fitted[1][1]) + abs(held @ fitted[2][1]) < 1e-9
    assert held @ fitted[0][1] > 0.05
    assert some.held_fixed("a", []) == pytest.approx(fitted[0][0])


def test_walk_without_remainder_is_refused() -> None:
    with pytest.raises(UsageError, match="Nothing remains"):
        linear.project_out(TRUE, [TRUE])
    with pytest.raises(UsageError, match="Nothing remains"):
        linear.project_out(TRUE, list(np.eye(D)))


@pytest.mark.parametrize(
    ("z", "values", "text"),
    [
        (np.eye(3), np.full(3, 0.5), "no direction can be found"),
        (np.eye(3), np.full(3, np.nan), "not known"),
        (np.full((3, 2), np.nan), np.array([0.0, 1.0, 1.0]), "not finite"),
        (np.ones((4, 2)), np.array([0.0, 1.0, 0.0, 1.0]), "No direction in the code"),
    ],
)
def test_directions_that_can_not_be_found_give_a_reason(z: np.ndarray, values: np.ndarray, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        linear.fit("means", z, values)


def test_cosines() -> None:
    half = linear.unit(np.array([1.0, 1.0]))
    found = linear.cosines([np.array([1.0, 0.0]), np.array([0.0, 1.0]), half])
    assert found == pytest.approx(np.array([[1, 0, 0.5**0.5], [0, 1, 0.5**0.5], [0.5**0.5, 0.5**0.5, 1]]))


def test_extremes_are_the_top_and_the_bottom_share() -> None:
    made = extremes(np.arange(101.0), share=0.1)
    assert (made[:11] == 0).all()
    assert (made[-11:] == 1).all()
    assert np.isnan(made[11:-11]).all()
    assert (extremes(np.array([0.0, 1.0, 1.0])) == np.array([0.0, 1.0, 1.0])).all()


def test_components_are_the_principal_axes_largest_variance_first(codes: np.ndarray) -> None:
    spreads = np.array([1, 5, 0.1, 3, 0.5, 2.0])
    found = components(codes * spreads)
    assert [int(np.abs(one.vector).argmax()) for one in found] == [1, 3, 5, 0, 4, 2]
    assert [one.sigma for one in found] == pytest.approx(sorted(spreads, reverse=True), rel=0.05)
    assert all(one.vector[np.abs(one.vector).argmax()] > 0 for one in found)


def test_components_of_a_generator_are_the_axes_of_its_images(codes: np.ndarray) -> None:
    """Codes of a prior have no preferred axes; the images determine which ones matter."""
    turned = np.linalg.qr(np.random.default_rng(3).normal(size=(D, D)))[0]
    images = (codes @ turned) * np.array([9, 4, 2, 0.1, 0.1, 0.1])
    found = components(codes, images, most=3)
    assert [abs(float(one.vector @ turned[:, k])) for k, one in enumerate(found)] == pytest.approx([1, 1, 1], abs=0.01)


def test_pixel_baseline_finds_only_visible_attributes() -> None:
    """Codes here carry no information; pixels predict the brightness, and not a number that no image shows."""
    draw = np.random.default_rng(0)
    bright, hidden = draw.random(400), draw.random(400)
    images = (255 * bright[:, None, None, None] * np.ones((1, 1, 12, 12))).astype(np.uint8)
    images += draw.integers(0, 3, images.shape, dtype=np.uint8)

    class Data:
        def bytes(self, indices: np.ndarray) -> np.ndarray:
            return images[indices]

    values = {"bright": bright, "hidden": hidden, "yes": (bright > 0.5).astype(float), "always": np.ones(400)}
    codes = KnownCodes(np.zeros((400, 2), np.float32), values, 280, "data", indices=np.arange(400))
    scores = pixel_scores(Data(), codes, [*values, "mirror"])  # type: ignore[arg-type]
    assert scores["bright"] > 0.98
    assert scores["yes"] > 0.9  # 280 images, and 63 components of noise
    assert scores["hidden"] < 0.1
    assert set(scores) == {"bright", "hidden", "yes"}
    drawn = KnownCodes(codes.z, values, 280, "judge")
    assert pixel_scores(Data(), drawn, list(values)) == {}  # type: ignore[arg-type]
