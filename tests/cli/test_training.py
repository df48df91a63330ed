"""``train`` and ``resume``: output for programs and people, and stops that lose nothing."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from genstudio.cli.interrupt import Interrupt
from genstudio.cli.progress import TrainingProgress
from genstudio.training.run.run import Run


def test_json_is_one_object_on_the_last_line_of_stdout(genstudio, recipe, home):
    answer = genstudio("train", recipe, "--json")
    assert answer.code == 0
    assert len(answer.out.splitlines()) == 1, "words for people go to stderr"
    told = answer.json
    assert {"run", "step", "measures", "seconds", "images_per_second"} <= set(told)
    assert told["step"] == 12
    assert told["measures"]["validation/elbo"] < 0
    assert Run.open(told["run"]).checkpoints()[-1] == 12
    assert Path(told["run"]).parent == home / "runs"


def test_output_for_people(genstudio, recipe):
    answer = genstudio("train", recipe)
    assert answer.code == 0
    assert "validation/elbo" in answer.out
    assert "independent pixels" in answer.out, "a number alone proves nothing"
    assert "Bernoulli on binarised images" in answer.out
    assert "genstudio sample squares-1" in answer.out
    assert "step 12 of 12" in answer.err or "step 12" in answer.err


def test_options_override_the_recipe(genstudio, recipe, tmp_path):
    out = tmp_path / "mine"
    answer = genstudio("train", recipe, "--steps", 4, "--seed", 7, "--out", out, "--device", "cpu",
                       "--set", "latent_dim=3", "--set", "plan.save_every=2", "--json")  # fmt: skip
    assert answer.code == 0
    run = Run.open(out)
    assert run.recipe.model_knobs["latent_dim"] == 3
    assert (run.recipe.plan.seed, run.recipe.plan.steps, run.recipe.plan.save_every) == (7, 4, 2)
    assert 2 in run.checkpoints()


def test_the_same_seed_gives_the_same_run(genstudio, recipe):
    first, again, other = (genstudio("train", recipe, "--seed", seed, "--json").json for seed in (1, 1, 2))
    assert first["measures"] == again["measures"]
    assert first["measures"] != other["measures"]


def test_resume_continues_where_it_stopped(genstudio, recipe, trained):
    answer = genstudio("resume", "latest", "--steps", 20, "--json")
    assert answer.code == 0
    assert answer.json["run"] == str(trained)
    assert answer.json["step"] == 20
    straight = genstudio("train", recipe, "--steps", 20, "--json").json
    assert answer.json["measures"] == straight["measures"]


def test_resume_to_an_earlier_step_is_refused(genstudio, trained):
    def everything() -> dict:
        return {path: path.read_bytes() for path in sorted(trained.rglob("*")) if path.is_file()}

    before = everything()
    answer = genstudio("resume", "latest", "--steps", 3)
    assert answer.code == 2
    assert "already at step 12, beyond the 3" in answer.err
    assert "more steps" in answer.err
    assert everything() == before


def test_ctrl_c_saves_and_shows_how_to_resume(genstudio, child, recipe, tmp_path):
    """A separate process with a real signal during real steps."""
    out = tmp_path / "stopped"
    training = child("train", recipe, "--steps", 1000000, "--out", out, "--set", "plan.evaluate_every=50", "--json")
    assert any("validation/elbo" in line for line in training.err), "it trains"
    training.send(signal.SIGINT)
    stderr, stdout = training.err.read(), training.out.read()
    assert training.wait() == 130, stderr
    assert f"genstudio resume {out}" in stderr
    assert "Traceback" not in stderr
    told = json.loads(stdout.splitlines()[-1])
    assert told["reason"] == "stopped"
    assert Run.open(out).checkpoints()[-1] == told["step"] >= 50
    again = genstudio("resume", out, "--steps", told["step"] + 3, "--json")
    assert (again.code, again.json["step"]) == (0, told["step"] + 3)


def test_a_stop_before_training_leaves_no_run(genstudio, recipe, home, monkeypatch):
    """Ctrl-C during the reading of images."""

    def interrupted(self, *_):
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr("genstudio.cli.progress.ProgressBar.preparing", interrupted)
    answer = genstudio("train", recipe)
    assert answer.code == 130
    assert not (home / "runs").exists()


def test_diverging_ends_with_code_1_and_a_remedy(genstudio, recipe):
    answer = genstudio("train", recipe, "--steps", 200, "--set", "plan.players.model.lr=10",
                       "--set", "plan.players.model.optimiser=sgd", "--set", "likelihood=gaussian", "--json")  # fmt: skip
    assert answer.code == 1
    assert answer.json["reason"] == "diverged"
    assert "smaller learning rate" in answer.err
    assert "--set plan.players.model.lr=" in answer.err
    back = [alarm for alarm in answer.json["alarms"] if "went back" in alarm["message"]]
    assert len(back) == 3, "and was tried with an eighth of the rate"


def test_resume_accepts_live_settings_and_saves_them(genstudio, trained):
    answer = genstudio(
        "resume", "latest", "--steps", 20, "--set", "beta=3", "--set", "plan.players.model.lr=5e-4", "--json"
    )
    assert answer.code == 0
    assert "step 12: beta 1 → 3" in answer.err
    run = Run.open(trained)
    told = [(row["step"], row["name"], row["value"]) for row in run.run_events() if row["event"] == "changed"]
    assert told == [(12, "model.beta", 3), (12, "plan.players.model.lr", 5e-4)]
    assert run.recipe_at(run.checkpoint()).model_knobs["beta"] == 3


def test_resume_refuses_structural_settings_and_changes_nothing(genstudio, trained):
    for setting, says in (
        ("latent_dim=3", "can't change"),
        ("plan.players.judge.lr=1", "no player"),
        ("beta", "is not a setting"),
    ):
        answer = genstudio("resume", "latest", "--steps", 20, "--set", setting)
        assert answer.code == 2
        assert says in answer.err
    assert Run.open(trained).step == 12


def test_terminal_shows_the_alarm_and_its_remedy(genstudio, recipe):
    answer = genstudio("train", recipe, "--steps", 150, "--set", "model.name=gan", "--set", "objective=minimax",
                       "--set", "hidden=32", "--set", "plan.players.discriminator.lr=0.02",
                       "--set", "plan.players.generator.lr=2e-4", "--set", "data.binarisation=none", "--json")  # fmt: skip
    assert answer.code == 0
    assert "is too strong" in answer.err
    assert "genstudio resume squares-1 --set plan.players.discriminator.lr=0.0067" in answer.err
    (alarm,) = answer.json["alarms"]
    assert (alarm["level"], alarm["set"]) == ("watch", ["plan.players.discriminator.lr=0.0067"])


def test_resuming_with_other_images_gives_a_warning(genstudio, recipe, pictures, tmp_path):
    """Exact resuming needs the same images. With others training continues, with a warning."""
    folder = tmp_path / "mine"
    shutil.copytree(pictures, folder)
    out = tmp_path / "run"
    assert genstudio("train", recipe, "--out", out, "--set", f"data.path={folder}").code == 0
    (folder / "000.png").rename(tmp_path / "same-images-elsewhere.png")
    (tmp_path / "same-images-elsewhere.png").rename(folder / "000.png")
    assert "no longer those" not in genstudio("resume", out, "--steps", 14).err
    for number in range(120):
        (folder / f"{number:03d}.png").unlink()  # fewer than the place in the epoch where the run stopped
    answer = genstudio("resume", out, "--steps", 16, "--json")
    assert (answer.code, answer.json["step"]) == (0, 16)
    assert "images are no longer those of step 14" in answer.err


def test_a_closed_terminal_saves_and_stops(genstudio, child, recipe, tmp_path):
    """SIGHUP arrives more than once, and later output to the terminal is lost."""
    out = tmp_path / "hung-up"
    training = child("train", recipe, "--steps", 1000000, "--out", out, "--set", "plan.evaluate_every=50")
    assert any("validation/elbo" in line for line in training.err), "it trains"
    training.out.close()
    training.err.close()
    for _ in range(2):
        training.send(signal.SIGHUP)
    training.wait()
    assert Run.open(out).checkpoints()[-1] >= 50
    assert genstudio("resume", out, "--steps", Run.open(out).step + 2).code == 0


def test_ctrl_c_in_the_middle_of_a_line_of_progress(monkeypatch):
    """Python refuses to write to stderr from the signal's handler while it is writing to it."""

    class Busy(io.StringIO):
        busy = True

        def write(self, text: str) -> int:
            if self.busy:
                raise RuntimeError("reentrant call inside <_io.BufferedWriter name='<stderr>'>")
            return super().write(text)

    stderr = Busy()
    monkeypatch.setattr(sys, "stderr", stderr)
    with Interrupt() as interrupt:
        os.kill(os.getpid(), signal.SIGINT)
        stderr.busy = False
        assert interrupt()
        assert interrupt()
    assert stderr.getvalue().count("Stopping after this step") == 1


def test_closed_terminal_has_no_effect_with_nohup(recipe, monkeypatch):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupt() as interrupt:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not interrupt()
    finally:
        signal.signal(signal.SIGHUP, before)


def test_run_deleted_during_training_is_saved_beside(genstudio, recipe, tmp_path, monkeypatch):
    out, see = tmp_path / "mine", TrainingProgress.see

    def deleting(self, event):
        if event.step == 8:
            shutil.rmtree(out, ignore_errors=True)
        see(self, event)

    monkeypatch.setattr(TrainingProgress, "see", deleting)
    answer = genstudio("train", recipe, "--out", out, "--json")
    assert (answer.code, answer.json["reason"]) == (1, "moved")
    assert f"It was saved in {tmp_path / 'mine-kept-1'} instead." in answer.err
    monkeypatch.undo()
    kept = Run.open(tmp_path / "mine-kept-1")
    assert kept.step == answer.json["step"] >= 8
    assert not out.exists()


def test_a_broken_run_is_listed_with_its_reason(genstudio, trained):
    shutil.copytree(trained, trained.parent / "torn")
    state = trained.parent / "torn" / "checkpoints" / "000012" / "state.json"
    state.write_bytes(state.read_bytes()[:300])
    answer = genstudio("runs", "--json")
    assert answer.code == 0
    told = {run["name"]: run for run in answer.json["runs"]}
    assert told[trained.name]["status"] == "finished"
    assert told["torn"]["status"] == "damaged"
    assert "000012" in told["torn"]["problem"]
    assert "torn is damaged" in genstudio("runs").out
