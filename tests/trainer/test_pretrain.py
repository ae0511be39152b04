from __future__ import annotations

import csv
from pathlib import Path

import torch

from generator.model import load_model
from trainer.pretrain import PretrainConfig, Pretraining, pretrain


def run_for(run: Path, pack: Path, budget_s: float) -> Pretraining:
    model = load_model(device="cpu")
    config = PretrainConfig(run=run, pack=pack, batch=4, budget_s=budget_s, plain_samples=4, report_every=1)
    return pretrain(config, model.reader, model.embedder, report=lambda line: None)


def test_a_run_goes_on_where_it_stopped(pack: Path, tmp_path: Path) -> None:
    first = run_for(tmp_path / "run", pack, 4.0)
    assert first.samples >= 4
    weights = {name: value.clone() for name, value in first.generator.state_dict().items()}
    resumed = Pretraining(first.config, first.teachers.reader, first.teachers.embedder)
    resumed.load()
    assert resumed.samples == first.samples
    assert all(torch.equal(weights[name], value) for name, value in resumed.generator.state_dict().items())
    second = run_for(tmp_path / "run", pack, 1.0)
    assert second.samples > first.samples


def test_a_run_leaves_curves_pictures_and_its_question(pack: Path, tmp_path: Path) -> None:
    training = run_for(tmp_path / "run", pack, 2.0)
    rows = list(csv.DictReader((tmp_path / "run" / "curves.csv").open()))
    assert int(rows[-1]["samples"]) == training.samples
    assert all(float(row["tolerant"]) > 0 for row in rows)
    assert list((tmp_path / "run" / "samples").glob("*.png"))
    if len(rows) > 1:
        assert (tmp_path / "run" / "curves.png").stat().st_size > 500
    assert '"batch": 4' in (tmp_path / "run" / "config.json").read_text()


def test_optimisers_that_begin_with_nothing_begin_slowly(pack: Path, tmp_path: Path) -> None:
    model = load_model(device="cpu")
    config = PretrainConfig(run=tmp_path, pack=pack, shipped_start=True)
    training = Pretraining(config, model.reader, model.embedder)
    training.load()
    first = training._rate()
    training.samples += 3000
    assert first < 0.01 * training._rate()
    training.save()
    resumed = Pretraining(config, model.reader, model.embedder)
    resumed.load()
    assert resumed._rate() == training._rate()
    assert resumed.began_at == training.began_at > 0


def test_the_average_of_a_new_run_follows_quickly_at_first_and_slowly_later(pack: Path, tmp_path: Path) -> None:
    model = load_model(device="cpu")
    training = Pretraining(PretrainConfig(run=tmp_path, pack=pack, shipped_start=True), model.reader, model.embedder)
    training.load()
    followed = []
    for later in (32, 100_000):
        training.samples = training.began_at + later
        before = next(training.average.parameters()).clone()
        with torch.no_grad():
            next(training.generator.parameters()).copy_(before + 1)
        training._average()
        followed.append(float((next(training.average.parameters()) - before).mean()))
    assert followed[0] > 0.5
    assert followed[1] < 0.002


def test_a_new_run_may_start_from_the_shipped_weights(pack: Path, tmp_path: Path) -> None:
    model = load_model(device="cpu")
    config = PretrainConfig(run=tmp_path, pack=pack, shipped_start=True, plain_samples=7)
    training = Pretraining(config, model.reader, model.embedder)
    training.load()
    assert training.samples == 7
    shipped = model.generator.state_dict()
    assert all(torch.equal(shipped[name], value) for name, value in training.generator.state_dict().items())
