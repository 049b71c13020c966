"""A belief is named by what it was computed from, and is stored whole or not at all."""

import os
from dataclasses import replace

import numpy as np
import pytest
from builders import read, says

from estimative.belief import SOURCES, Belief, Settings, belief_key, load_belief, save_belief
from estimative.elicitation import encode
from estimative.errors import LedgerError
from estimative.news import World
from estimative.workflow import believed

SETTINGS = Settings()
GOOD = {
    "rhat": 1.001,
    "ess_bulk": 2000.0,
    "ess_tail": 1500.0,
    "divergences": 0.0,
    "draws": 3,
    "chains": 2,
    "worst": "base[a]",
}


def belief(key="k", **diagnostics):
    rng = np.random.default_rng(1)
    return Belief(
        key=key,
        diagnostics=GOOD | diagnostics,
        tables=rng.uniform(size=(6, 2)),
        posterior={"base": rng.normal(size=(6, 1)), "error": rng.normal(size=(6, 2, 3))},
        without=rng.normal(size=(2, 6)),
        without_k=np.array([0.1, 0.8]),
    )


def same(one, other):
    assert (one.key, dict(one.diagnostics)) == (other.key, dict(other.diagnostics))
    for name in ("tables", "without", "without_k"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    assert one.posterior.keys() == other.posterior.keys()
    for name, values in one.posterior.items():
        assert values.tobytes() == other.posterior[name].tobytes()


# --- stored --------------------------------------------------------------------------------------


def test_what_is_stored_is_found_again_to_the_last_digit(tmp_path):
    save_belief(belief(), tmp_path / "deep" / "store")
    same(load_belief("k", tmp_path / "deep" / "store"), belief())
    assert [path.name for path in (tmp_path / "deep" / "store").iterdir()] == ["k.npz"]


def test_what_was_read_last_stays_in_memory_until_the_file_changes(tmp_path):
    save_belief(belief(), tmp_path)
    assert load_belief("k", tmp_path) is load_belief("k", tmp_path)
    save_belief(belief(rhat=1.5), tmp_path)
    assert load_belief("k", tmp_path).diagnostics["rhat"] == 1.5
    (tmp_path / "k.npz").unlink()
    assert load_belief("k", tmp_path) is None


def test_what_was_never_stored_is_not_found(tmp_path):
    assert load_belief("k", tmp_path) is None
    assert load_belief("k", tmp_path / "no" / "such" / "folder") is None


def test_a_crash_while_writing_leaves_nothing_to_be_found(tmp_path, monkeypatch):
    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            save_belief(belief(), tmp_path)
    assert load_belief("k", tmp_path) is None
    save_belief(belief(), tmp_path)
    same(load_belief("k", tmp_path), belief())


def test_a_crash_while_writing_anew_leaves_the_old_one(tmp_path, monkeypatch):
    save_belief(belief(), tmp_path)

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        save_belief(belief(rhat=1.5), tmp_path)
    same(load_belief("k", tmp_path), belief())


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_half_a_file_is_no_belief(tmp_path, share):
    save_belief(belief(), tmp_path)
    file = tmp_path / "k.npz"
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    assert load_belief("k", tmp_path) is None


def test_a_file_with_a_spoilt_byte_is_no_belief(tmp_path):
    save_belief(belief(), tmp_path)
    file = tmp_path / "k.npz"
    spoilt = bytearray(file.read_bytes())
    at = bytes(spoilt).index(belief().tables.tobytes())
    spoilt[at + 5] ^= 0xFF
    file.write_bytes(spoilt)
    assert load_belief("k", tmp_path) is None


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "store").write_text("a file where the folder should be")
    with pytest.raises(LedgerError, match="store"):
        save_belief(belief(), tmp_path / "store")


def test_a_full_disk_leaves_no_rubbish(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(LedgerError, match="No space left"):
        save_belief(belief(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spoil", [lambda f: f.unlink(), lambda f: f.write_bytes(b"PK half")])
def test_what_cannot_be_read_is_fitted_again(tmp_path, monkeypatch, spoil):
    scenario = read(tmp_path, statements={"s": says("x", "70%")})
    model = tmp_path / "some_model.py"
    model.write_text("def build_model(scenario): ...\n")
    fits = []

    def fit(build_model, scenario, *, key, **_):
        fits.append(key)
        return belief(key)

    monkeypatch.setattr("estimative.inference.fit", fit)

    def answer():
        store = tmp_path / "store"
        return believed(scenario, encode(scenario), model, 1, SETTINGS, store, print)

    first, again = answer(), answer()
    assert len(fits) == 1
    same(first, again)
    spoil(tmp_path / "store" / f"{first.key}.npz")
    same(answer(), first)
    assert fits == [first.key] * 2
    same(answer(), first)
    assert len(fits) == 2


# --- named ---------------------------------------------------------------------------------------


def key(folder, *, model="the text of a model", settings=SETTINGS, seed=1, **change):
    statements = {"s": says("x", "70%") | change, "t": says("y", "40%")}
    return belief_key(encode(read(folder, statements=statements)), model, settings, seed)


def test_the_key_is_of_the_numbers(tmp_path):
    assert key(tmp_path) == key(tmp_path)
    assert key(tmp_path, said="In other words.", because="It is clearer so.") == key(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"probability": "71%"},
        {"weight": 0.99},
        {"event": {"a": "no"}},
        {"expert": "z"},
        {"model": "another text"},
        {"settings": replace(SETTINGS, draws=999)},
        {"settings": replace(SETTINGS, target_accept=0.95)},
        {"seed": 2},
    ],
    ids=str,
)
def test_the_key_changes_with(tmp_path, change):
    assert key(tmp_path, **change) != key(tmp_path)


def test_the_key_changes_with_versions(tmp_path, monkeypatch):
    before = key(tmp_path)
    monkeypatch.setattr("estimative.belief.version", lambda name: f"{name} of tomorrow")
    assert key(tmp_path) != before


def test_the_key_changes_with_the_code_that_makes_draws(tmp_path, monkeypatch):
    before = key(tmp_path)
    monkeypatch.setattr("estimative.belief.SOURCES", SOURCES[:-1])
    assert key(tmp_path) != before


def test_a_fit_with_news_inside_has_a_key_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr("estimative.inference.fit", lambda *_, key, **__: belief(key))
    scenario = read(tmp_path, statements={"s": says("x", "70%")})
    model = tmp_path / "some_model.py"
    model.write_text("def build_model(scenario): ...\n")
    given = encode(scenario)
    worlds = [
        None,
        World(np.array([1.0, 2.0]), np.zeros(1), np.zeros(1, np.int64)),
        World(np.array([1.0, 2.0]), np.full(1, 0.5), np.zeros(1, np.int64)),
        World(np.array([1.0, 2.0]), np.full(1, 0.5), np.ones(1, np.int64)),
    ]
    found = {
        believed(scenario, given, model, 1, SETTINGS, tmp_path, print, news=news).key
        for news in worlds
    }
    assert len(found) == len(worlds)


# --- the convergence gate ------------------------------------------------------------------------


def test_the_gate_passes_what_is_good():
    assert belief().failed == ()


@pytest.mark.parametrize(
    ("diagnostic", "value", "words"),
    [
        ("rhat", 1.01, "R-hat 1.010 is not below 1.01 (worst: base[a])"),
        ("ess_bulk", 400.0, "bulk effective sample size 400 is not above 400"),
        ("ess_tail", 399.0, "tail effective sample size 399 is not above 400"),
        ("divergences", 0.005, "0.50% of draws diverge, not below 0.5%"),
        ("rhat", float("nan"), "R-hat nan is not below 1.01 (worst: base[a])"),
        ("ess_bulk", float("nan"), "bulk effective sample size nan is not above 400"),
    ],
)
def test_the_gate_stops_what_is_not_and_says_which(diagnostic, value, words):
    assert belief(**{diagnostic: value}).failed == (words,)


def test_a_belief_goes_to_arviz_as_chains_and_draws():
    tree = belief().to_datatree()
    assert dict(tree["posterior"].sizes)["chain"] == 2
    assert dict(tree["posterior"].sizes)["draw"] == 3
    np.testing.assert_array_equal(tree["posterior"]["cpt"].values.reshape(6, 2), belief().tables)
