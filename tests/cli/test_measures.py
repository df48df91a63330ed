"""``evaluate`` with a judge, and training with judged measures."""

from __future__ import annotations

import pytest

from genstudio.training.judge import recipe
from genstudio.training.run.run import Run

AVERAGED = ("--set", "plan.players.model.average=0.5")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STEPS", "FEWEST_STEPS", "BATCH"):
        monkeypatch.setattr(recipe, name, 12)


def test_measures_are_separated_by_commas_or_repeated(genstudio, recipe):
    run = genstudio("train", recipe, *AVERAGED, "--json").json["run"]
    answer = genstudio(
        "evaluate", run, "--measure", "fid,prdc", "--measure", "diversity", "--samples", 40, "--limit", 9, "--json"
    )
    assert answer.code == 0, answer.err
    assert "Training a judge of folder" in answer.err, "the first time takes a while, and says why"
    told = answer.json
    assert set(told["results"]) == {"fid", "prdc", "diversity"}
    numbers = {"coverage", "density", "precision", "recall", "fid", "diversity"}
    assert set(told["measures"]) == {f"validation/{name}" for name in numbers}, "each under one name"
    protocol = told["results"]["fid"]["protocol"]
    assert protocol["samples"] == 40
    assert protocol["weights"] == "averaged"
    assert protocol["n"] == 9
    assert len(protocol["judge_hash"]) == 64
    assert set(told["results"]["fid"]["baselines"]) == {"held_out_images", "mean_image", "independent_pixels"}

    table = genstudio("evaluate", run, "--measure", "prdc", "--samples", 40, "--limit", 9).out
    assert table.count("validation/coverage") == 1
    assert "validation/prdc" not in table

    raw = genstudio("evaluate", run, "--measure", "fid", "--samples", 40, "--weights", "raw", "--json")
    assert "Training" not in raw.err
    assert raw.json["averaged"] is False
    assert raw.json["weights"] != told["weights"]
    assert raw.json["results"]["fid"]["protocol"]["weights"] == "raw"
    assert raw.json["results"]["fid"]["protocol"]["judge_hash"] == protocol["judge_hash"]
    assert raw.json["measures"]["validation/fid"] != told["measures"]["validation/fid"]


def test_run_without_averages_is_measured_raw_and_reports_it(genstudio, trained):
    answer = genstudio("evaluate", trained, "--measure", "fid", "--samples", 30)
    assert "weights raw" in answer.out
    assert "mean image" in answer.out
    assert "judge folder-" in answer.out


def test_impossible_judged_measures_are_refused_with_a_reason(genstudio, trained):
    classes = genstudio("evaluate", trained, "--measure", "class_coverage", "--samples", 30)
    assert classes.code == 2
    assert "no classes that a judge can tell apart" in classes.err
    inception = genstudio("evaluate", trained, "--measure", "fid", "--judge", "inception")
    assert inception.code == 1
    assert "never downloads" in inception.complaint
    nothing = genstudio("evaluate", trained, "--measure", ",")
    assert nothing.code == 2
    assert "names no measure" in nothing.complaint


def test_training_measures_with_its_judge(genstudio, recipe, monkeypatch):
    monkeypatch.setattr("genstudio.training.observer.JUDGED", 30)
    monkeypatch.setattr("genstudio.evaluate.judge.comparison.SAMPLES", 30)
    answer = genstudio("train", recipe, "--set", "plan.judge_every=6", "--json")
    assert answer.code == 0, answer.err
    assert "Training a judge of folder" in answer.err
    rows, _ = Run.open(answer.json["run"]).metrics_since()
    assert [row.step for row in rows if "validation/fid" in row.values] == [6, 12, 12]


def test_judges_are_listed_last(genstudio):
    names = [told["name"] for told in genstudio("models", "--json").json["models"]]
    assert names[-2:] == ["judge-autoencoder", "judge-classifier"]


def test_measures_without_a_judge_name_none(genstudio):
    """Points of the plane are samples too, but have no judge."""
    answer = genstudio("train", "toy-gan", "--steps", 2, "--set", "plan.evaluate_every=0", "--json")
    assert answer.code == 0, answer.err
    told = genstudio("evaluate", answer.json["run"], "--limit", 50)
    assert told.code == 0, told.err
    assert "validation/modes" in told.out
    assert "judge" not in told.out.replace(answer.json["run"], "")
