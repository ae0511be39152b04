from __future__ import annotations

from pathlib import Path

import torch

from generator.model import load_model
from templates.charset import hangul_set
from tests.fonts import written_with
from trainer.adapt import AdaptConfig, EvaluationPoint, adapt, best_evaluation_point
from trainer.seedlib import choose_seed


def test_a_hand_is_learnt_and_never_made_worse(tmp_path: Path) -> None:
    written = written_with("nanum/NanumBrush.ttf", "".join(hangul_set("28")))
    heard: list[float] = []
    config = AdaptConfig(steps=4, batch=6, paired=3, look_every=2)
    report = adapt(
        written,
        choose_seed(written).name,
        tmp_path / "hand.pt",
        device="cpu",
        config=config,
        progress=lambda share, _: heard.append(share),
    )
    assert report.steps == 4
    assert heard[-1] == 1.0
    assert len(report.evaluation_points) == 3
    kept, first = report.evaluation_points[report.kept], report.evaluation_points[0]
    assert kept.legible >= min(first.legible, report.true.legible) - config.legible_slack
    assert kept.likeness >= first.likeness
    weights = load_model(tmp_path / "hand.pt", "cpu").generator.state_dict()
    plain = load_model(device="cpu").generator.state_dict()
    same = all(torch.equal(weights[name], plain[name]) for name in plain)
    assert same == (report.kept == 0)


TRUE = EvaluationPoint(0, 0.95, 0.8, 0.0)


def test_likeness_may_not_be_bought_with_legibility() -> None:
    evaluation_points = [
        EvaluationPoint(0, 0.90, 0.5, 0.08),
        EvaluationPoint(9, 0.80, 0.8, 0.07),
        EvaluationPoint(18, 0.90, 0.6, 0.07),
        EvaluationPoint(27, 0.9, 0.7, 0.2),
    ]
    assert best_evaluation_point(evaluation_points, TRUE, slack=0.01) == 2


def test_more_alike_than_the_hand_itself_is_no_gain() -> None:
    evaluation_points = [
        EvaluationPoint(0, 0.90, 0.5, 0.08),
        EvaluationPoint(9, 0.90, 0.8, 0.06),
        EvaluationPoint(18, 0.90, 0.95, 0.065),
    ]
    assert best_evaluation_point(evaluation_points, TRUE, slack=0.01) == 1


def test_a_hand_that_is_hard_to_read_may_be_drawn_so() -> None:
    hard = EvaluationPoint(0, 0.70, 0.8, 0.0)
    evaluation_points = [EvaluationPoint(0, 0.99, 0.5, 0.08), EvaluationPoint(9, 0.85, 0.7, 0.06)]
    assert best_evaluation_point(evaluation_points, hard, slack=0.01) == 1


def test_what_only_gets_worse_is_left_as_it_was() -> None:
    evaluation_points = [EvaluationPoint(0, 0.90, 0.5, 0.08), EvaluationPoint(9, 0.70, 0.4, 0.09)]
    assert best_evaluation_point(evaluation_points, TRUE, slack=0.01) == 0
