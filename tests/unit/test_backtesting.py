"""Backtests: nothing known later teaches, scores by hand, and what a reader is shown."""

import json
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from scipy.stats import bootstrap

import estimative as est
from estimative.backtesting import METHODS, marking
from estimative.backtesting.walking import MOST_CHECKPOINTS, asking_days, walk
from estimative.cli import main
from estimative.errors import ScenarioError
from estimative.forecast_tables import read_forecasts
from estimative.plots.style import caption_of
from estimative.pools import LEARNED, POOLS

FIRST = pd.Timestamp("2020-01-01")


def asked(question, days, outcome=np.nan, said=(0.2, 0.3, 0.4, 0.5, 0.7)):
    """Return forecasts of a question, from its day of asking and of resolution after `FIRST`."""
    first, last = (pd.NaT if d is None else FIRST + pd.Timedelta(days=d) for d in days)
    frame = pd.DataFrame({"expert": [f"e{i}" for i in range(len(said))], "probability": said})
    return frame.assign(question=question, forecast_date=first, outcome=outcome, resolved_date=last)


def crowd(n=40, seed=3, each=10, open_for=25, experts=5, start=0):
    """Return questions asked every few days, by experts who are too cautious."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 2, n)
    parts = []
    for q, t in enumerate(truth):
        said = 1 / (1 + np.exp(-(t + rng.normal(0, 0.5, experts)) / 2))
        came = float(rng.uniform() < 1 / (1 + np.exp(-t)))
        days = (start + each * q, start + each * q + open_for)
        parts.append(asked(f"q{start + q}", days, came, said.round(2)))
    return pd.concat(parts, ignore_index=True)


def table(*parts):
    return pd.concat(parts, ignore_index=True)


class TestWhatMayTeach:
    def known(self, frame, history=None):
        found = read_forecasts(frame)
        past = None if history is None else read_forecasts(history)
        points = walk(found, past, pd.Index(found["question"].unique()))
        return {q: set(p.known["question"]) for p in points for q in p.questions}

    def test_only_what_was_resolved_strictly_before_the_day_of_asking(self):
        frame = table(
            asked("early", (0, 9), 1.0), asked("late", (0, 10), 1.0), asked("now", (10, 30), 1.0)
        )
        assert self.known(frame) == {"early": set(), "late": set(), "now": {"early"}}

    def test_a_question_never_teaches_itself_nor_one_asked_with_it(self):
        frame = table(asked("a", (10, 2), 1.0), asked("b", (10, 3), 0.0))  # resolved before asked
        assert self.known(frame) == {"a": set(), "b": set()}

    def test_a_question_is_asked_on_the_day_of_its_first_forecast(self):
        slow = asked("slow", (5, 40), 1.0)
        slow.loc[0, "forecast_date"] = FIRST + pd.Timedelta(days=30)
        found = self.known(table(slow, asked("other", (0, 6), 1.0)))
        assert found["slow"] == set()

    def test_nothing_open_or_without_days_teaches_in_its_own_table(self):
        frame = table(
            asked("open", (0, 1)),
            asked("no end", (0, None), 1.0),
            asked("no start", (None, 1), 1.0),
            asked("now", (9, 20), 1.0),
        )
        assert self.known(frame)["now"] == set()

    def test_history_without_days_is_known_and_with_days_only_if_over(self):
        past = table(
            asked("word", (None, None), 1.0),
            asked("said before", (5, None), 1.0),
            asked("said after", (10, None), 1.0),
            asked("over", (5, 9), 1.0),
            asked("not over", (5, 10), 1.0),
            asked("open", (None, None)),
        )
        frame = table(asked("now", (10, 20), 1.0), asked("some day", (None, None), 1.0))
        found = self.known(frame, past)
        assert found["now"] == {"word", "said before", "over"}
        assert found["some day"] == set(past["question"]) - {"open"}

    def test_what_was_said_after_the_day_is_left_out(self):
        past = asked("over", (0, 5), 1.0)
        past.loc[0, "forecast_date"] = FIRST + pd.Timedelta(days=20)
        frame = read_forecasts(asked("now", (10, 20), 1.0))
        (point,) = walk(frame, read_forecasts(past), pd.Index(["now"]))
        assert len(point.known) == len(past) - 1

    @settings(max_examples=40)
    @given(
        st.lists(
            st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(-3, 60))),
            min_size=1,
            max_size=30,
        )
    )
    def test_no_checkpoint_knows_too_much(self, spans):
        frame = read_forecasts(
            table(
                *(
                    asked(f"q{i}", (start, None if last is None else start + last), 1.0, (0.5,))
                    for i, (start, last) in enumerate(spans)
                )
            )
        )
        days = asking_days(frame)
        points = walk(frame, None, days.index)
        assert len(points) <= MOST_CHECKPOINTS
        assert sorted(q for p in points for q in p.questions) == sorted(days.index)
        for point in points:
            if len(point.known):
                assert point.known["resolved_date"].max() < days[list(point.questions)].min()
                assert point.known["forecast_date"].max() < days[list(point.questions)].min()
                assert not set(point.known["question"]) & set(point.questions)

    def test_how_later_questions_ended_changes_no_answer(self):
        frame = crowd()
        ends = frame.groupby("question")["resolved_date"].transform("max")
        cut = FIRST + pd.Timedelta(days=250)
        other = frame.assign(outcome=frame["outcome"].where(ends < cut, 1 - frame["outcome"]))
        one, two = (est.backtest(f, method="mean") for f in (frame, other))
        before = (one.questions["asked"] <= cut).to_numpy()
        assert before.sum() > 20
        for name in LEARNED:
            same = (one.answers[name] == two.answers[name]).to_numpy()
            assert same[before].all(), name
            assert not same[~before].all(), name

    def test_the_learned_method_is_given_what_is_known_and_blind_questions(self, monkeypatch):
        given_to = []

        def fit_record(history, **more):
            given_to.append(history)
            return default_record()

        def default_record():
            def predict(questions):
                assert questions[["outcome", "resolved_date"]].isna().all(axis=None)
                return questions.groupby("question", sort=False)["probability"].mean()

            return SimpleNamespace(predict=predict)

        made = SimpleNamespace(fit_record=fit_record, default_record=default_record)
        monkeypatch.setitem(sys.modules, "estimative.track_records", made)
        frame, told = crowd(), []
        found = est.backtest(frame, method="learned", tell=told.append)
        assert 2 <= len(given_to) <= MOST_CHECKPOINTS
        assert len(told) == len(found.checkpoints)
        assert all(history["outcome"].notna().all() for history in given_to)
        assert found.brier == pytest.approx(found.pools["mean"].brier, abs=1e-3)


class TestScores:
    def test_by_hand(self):
        sure = table(
            asked("a", (0, 9), 1.0, [0.8] * 5),
            asked("b", (0, 9), 0.0, [0.4] * 5),
            asked("c", (0, 9), np.nan, [0.9] * 5),
            asked("d", (0, 9), 1.0, [0.9] * 4),
        )
        found = est.backtest(sure, method="mean")
        assert found.n == 2
        assert found.brier == pytest.approx((0.04 + 0.16) / 2)
        assert found.log_score == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
        questions = found.questions.set_index("question")
        assert questions.index.tolist() == ["a", "b", "c"]
        assert questions["probability"].tolist() == pytest.approx([0.8, 0.4, 0.9])
        assert questions["brier"].isna().tolist() == [False, False, True]
        assert questions["n_experts"].tolist() == [5, 5, 5]
        assert found.pools["mean"].difference == 0
        assert found.pools["extremised_2_5"].brier < found.brier
        assert found.pools["extremised_2_5"].difference == pytest.approx(
            found.pools["extremised_2_5"].brier - found.brier
        )
        assert "Questions of fewer experts, not answered: 1." in str(found)
        assert "answered but not scored: 1." in str(found)

    def test_one_sided_brier_and_clipped_ends_give_the_known_table(self):
        """Ten questions by five experts, worked out apart from this package."""
        rng = np.random.default_rng(11)
        said = rng.choice([0, 0.05, 0.2, 0.5, 0.7, 0.95, 1], size=(10, 5))
        came = rng.integers(0, 2, 10).astype(float)
        frame = table(*(asked(f"q{i}", (i, None), came[i], said[i]) for i in range(10)))
        found = est.backtest(frame, method="median").pools
        kept = np.clip(said, 0.01, 0.99)
        log_odds = np.log(kept / (1 - kept)).mean(axis=1)
        expected = {
            "mean": kept.mean(axis=1),
            "median": np.median(kept, axis=1),
            "log_odds_mean": 1 / (1 + np.exp(-log_odds)),
            "extremised_sqrt3": 1 / (1 + np.exp(-(3**0.5) * log_odds)),
            "extremised_2_5": 1 / (1 + np.exp(-2.5 * log_odds)),
        }
        for name, p in expected.items():
            assert found[name].brier == pytest.approx(((p - came) ** 2).mean(), abs=1e-12), name

    def test_the_parts_add_up_and_are_those_of_the_best_recalibration(self):
        rng = np.random.default_rng(5)
        said = rng.choice([0.1, 0.3, 0.6, 0.9], 500)
        came = (rng.uniform(size=500) < said**2).astype(float)
        parts = marking.decompose(came, said)
        assert parts.reliability - parts.resolution + parts.uncertainty == pytest.approx(
            ((said - came) ** 2).mean()
        )
        shares = pd.Series(came).groupby(said).transform("mean").to_numpy()
        assert (np.diff(pd.Series(came).groupby(said).mean()) > 0).all()
        assert parts.reliability == pytest.approx(((said - shares) ** 2).mean())
        assert parts.resolution == pytest.approx(((shares - came.mean()) ** 2).mean())
        assert parts.uncertainty == pytest.approx(came.mean() * (1 - came.mean()))

    def test_an_end_belongs_to_the_bin_farther_in(self):
        said = np.array([0.0, 0.0999, 0.1, 0.5, 0.9, 0.9001, 1.0])
        found = marking.bins(np.array([0, 0, 1, 1, 0, 1, 1.0]), said)
        assert [b.n for b in found] == [2, 1, 0, 0, 0, 1, 0, 0, 1, 2]
        assert found[0].happened == 0
        assert found[0].lower == 0 < found[0].upper < 1
        assert found[9].forecast == pytest.approx(0.95005)
        low = marking.bins(np.zeros(3), np.array([0.01, 0.02, 0.1]), marking.LOW)
        assert [b.n for b in low] == [1, 1, 0]

    def test_the_interval_is_scipys_bootstrap(self):
        d = np.random.default_rng(2).normal(-0.01, 0.05, (2, 300))
        came = np.zeros(300)
        said = {"mean": np.full(300, 0.5), "x": 0.5 + d[0], "y": 0.5 + d[1]}
        found = marking.pool_scores(came, said, "mean", 1)
        differences = np.array([(p**2) - 0.25 for p in said.values()])
        theirs = bootstrap(
            (differences,), np.mean, axis=1, n_resamples=marking.RESAMPLES, method="percentile",
            batch=marking.BATCH, rng=np.random.default_rng(1),
        ).confidence_interval  # fmt: skip
        assert [s.lower for s in found.values()] == pytest.approx(theirs.low)
        assert [s.upper for s in found.values()] == pytest.approx(theirs.high)

    def test_one_seed_one_set_of_bytes(self):
        one, two, other = (est.backtest(crowd(20), method="median", seed=s) for s in (1, 1, 2))
        assert json.dumps(one.to_dict()) == json.dumps(two.to_dict())
        assert one.score.lower != other.score.lower


class TestMethods:
    def test_the_default_answers_every_question(self):
        found = est.backtest(crowd(12))
        assert found.method == "default"
        assert found.n == 12
        assert found.questions["probability"].between(0, 1, inclusive="neither").all()

    @pytest.mark.parametrize("method", POOLS)
    def test_a_pool_scores_as_it_does_beside_others(self, method):
        frame = crowd(6)
        found = est.backtest(frame, method=method)
        assert found.score == found.pools[method]
        if method not in LEARNED:
            plain = est.pool(frame, method)
            assert found.questions["probability"].tolist() == plain.tolist()

    def test_history_teaches_the_pools_that_learn(self):
        past, now = crowd(40), crowd(12, seed=9, start=2000)
        with_it, without = (est.backtest(now, method="mean", history=h) for h in (past, None))
        for name in POOLS:
            same = with_it.pools[name].brier == without.pools[name].brier
            assert same == (name not in LEARNED)
        assert with_it.pools["learned_extremising"].brier < with_it.brier

    def test_a_question_of_both_tables_is_taken_out_of_the_history(self):
        frame = crowd(20)
        found = est.backtest(frame, method="beta_linear", history=frame)
        alone = est.backtest(frame, method="beta_linear")
        assert found.score == alone.score
        assert "in this table too, left out of it: 20." in str(found)

    def test_a_scenario_model_answers_blind(self, monkeypatch):
        def score_with_model(questions, model, *, history=None, seed=1, tell=None):
            assert model == "separate_outcomes"
            assert questions["outcome"].isna().all()
            p = questions.groupby("question")["probability"].mean()
            return pd.DataFrame(
                {"question": p.index, "probability": p.values, "lower": 0.1, "upper": 0.9}
            )

        made = SimpleNamespace(score_with_model=score_with_model)
        monkeypatch.setitem(sys.modules, "estimative.spine", made)
        found = est.backtest(crowd(12), method="model:separate_outcomes")
        assert found.score.difference == pytest.approx(0, abs=1e-3)
        assert (found.questions["upper"] == 0.9).all()
        assert found.to_dict()["questions"][0]["lower"] == 0.1

    def test_what_is_wrong_is_refused(self):
        with pytest.raises(ValueError, match=r"no method 'lerned'; did you mean 'learned'\?"):
            est.backtest(crowd(5), method="lerned")
        with pytest.raises(ValueError, match="no method 'model:'"):
            est.backtest(crowd(5), method="model:")
        with pytest.raises(ValueError, match="min_experts is 0; it must be at least 1"):
            est.backtest(crowd(5), min_experts=0)
        with pytest.raises(ScenarioError, match="no question has 6 or more experts, the most is 5"):
            est.backtest(crowd(5), min_experts=6)


class TestWhatIsShown:
    @pytest.fixture
    def files(self, tmp_path):
        crowd(20, start=500).to_csv(tmp_path / "now.csv", index=False)
        crowd(20).to_csv(tmp_path / "past.csv", index=False)
        return [str(tmp_path / name) for name in ("now.csv", "past.csv")]

    def run(self, capsys, *words):
        with pytest.raises(SystemExit) as end:
            main(["backtest", *words])
        out = capsys.readouterr()
        return end.value.code, out.out, out.err

    def test_json_has_the_keys(self, files, capsys):
        words = ("--history", files[1], "--method", "learned_extremising", "--json")
        status, out, _ = self.run(capsys, files[0], *words)
        found = json.loads(out)
        assert status == 0
        assert found["n"] == 20
        assert {"brier", "log_score", "method", "history", "decomposition"} < set(found)
        assert set(found["pools"]) == set(POOLS)
        keys = {"n", "brier", "log_score", "difference", "lower", "upper"}
        assert all(set(score) == keys for score in found["pools"].values())
        assert found["pools"]["learned_extremising"]["brier"] == found["brier"]
        first = found["questions"][0]
        assert first["question"] == "q500"
        assert first["asked"] == "2021-05-15"
        assert set(first["pools"]) == set(POOLS)
        assert len(found["questions"]) == 20
        assert len(found["calibration"]) == 10
        assert set(found["extremes"]) == {"below_10", "above_90"}
        assert sum(b["n"] for b in found["calibration"]) == 20

    def test_csv_has_a_row_a_question_and_a_column_a_pool(self, files, capsys):
        status, out, _ = self.run(capsys, files[0], "--csv", "--method", "median")
        head, *rows = out.splitlines()
        assert status == 0
        assert len(rows) == 20
        assert head.startswith("question,asked,n_experts,probability,outcome,brier,log_score,mean")

    def test_the_table_names_the_method_among_the_pools(self, files, capsys):
        _, out, _ = self.run(capsys, files[0], "--history", files[1], "--method", "median")
        assert "> median" in out
        assert all(name in out for name in POOLS)
        assert "lost by miscalibration" in out

    def test_wrong_words_end_with_their_status(self, files, capsys, tmp_path):
        status, _, err = self.run(capsys, files[0], "--method", "medain")
        assert (status, "did you mean 'median'" in err) == (2, True)
        status, _, err = self.run(capsys, str(tmp_path / "no.csv"))
        assert (status, "cannot be read" in err) == (1, True)
        assert self.run(capsys, files[0], "-o", "x.gif")[0] == 2
        assert self.run(capsys, files[0], "--json", "--csv")[0] == 2

    def test_a_picture_is_drawn(self, files, capsys, tmp_path):
        file = tmp_path / "found.png"
        status, _, err = self.run(capsys, files[0], "--method", "mean", "-o", str(file))
        assert status == 0
        assert file.stat().st_size > 10_000
        assert f"drew {file}" in err
        plt.close("all")

    @pytest.mark.parametrize("n", [1, 2, 60])
    def test_the_picture_shows_counts_and_pools_inside_its_edges(self, n):
        result = est.backtest(crowd(n), method="median")
        ax = est.plots.backtest(result)
        width, height = ax.get_xlim()[1], ax.get_ylim()[0]
        texts = {t.get_text() for t in ax.texts}
        assert {f"{s.brier:.4f}" for s in result.pools.values()} <= texts
        assert {"log-odds mean", "extremised × √3"} <= texts
        counts = [t for t in ax.texts if t.get_gid() == "count"]
        assert sum(int(t.get_text()) for t in counts if t.get_text() != "n") >= n
        ax.figure.canvas.draw()
        for text in ax.texts:
            box = text.get_window_extent().transformed(ax.transAxes.inverted())
            assert box.x0 > 0, text
            assert box.x1 < 1, text
        assert all(0 <= x <= width for line in ax.lines for x in line.get_xdata())
        assert all(0 <= y <= height for line in ax.lines for y in line.get_ydata())
        caption = caption_of(ax)
        assert caption.title in {t.replace("\n", " ") for t in texts}
        assert f"{result.brier:.4f}" in caption.alt
        plt.close("all")

    def test_a_picture_of_nothing_says_so(self):
        found = est.backtest(crowd(3).assign(outcome=np.nan))
        assert found.n == 0
        assert np.isnan(found.brier)
        assert "none of the 3 questions has ended" in str(found)
        assert "none of the 3" in caption_of(est.plots.backtest(found)).title
        assert json.dumps(found.to_dict()["n"]) == "0"
        plt.close("all")


def test_every_method_is_listed():
    assert METHODS[:2] == ("default", "learned")
    assert set(METHODS[2:]) == set(POOLS)
