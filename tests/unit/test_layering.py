"""Boxes in columns: causes left of effects, lanes for links, few crossings, always the same."""

import itertools

import numpy as np
import pytest

from estimative.plots.layering import arrange, assign_columns, settle

LADDER = (["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")])


def random_links(size: int, seed: int) -> tuple[list[str], list[tuple[str, str]]]:
    random = np.random.default_rng(seed)
    names = [f"n{i}" for i in range(size)]
    pairs = list(itertools.combinations(range(size), 2))
    chosen = random.choice(len(pairs), min(len(pairs), int(1.3 * size)), replace=False)
    shuffled = random.permutation(size)
    return names, [(names[shuffled[pairs[i][0]]], names[shuffled[pairs[i][1]]]) for i in chosen]


@pytest.mark.parametrize("seed", range(6))
class TestRandomGraphs:
    def test_causes_stand_left_of_effects(self, seed):
        nodes, links = random_links(25, seed)
        column = assign_columns(nodes, links, most=5)
        assert set(column) == set(nodes)
        assert all(column[cause] < column[effect] for cause, effect in links)
        assert set(column.values()) == set(range(max(column.values()) + 1))

    def test_every_link_has_a_lane_in_every_column_it_passes(self, seed):
        nodes, links = random_links(25, seed)
        layering = arrange(nodes, links)
        at = {p: i for i, column in enumerate(layering.columns) for p in column}
        assert sorted(p for p in at if isinstance(p, str)) == sorted(nodes)
        assert set(layering.routes) == set(links)
        for first, second in layering.steps:
            assert at[second] == at[first] + 1

    def test_sweeps_do_not_add_crossings(self, seed):
        nodes, links = random_links(25, seed)
        layering = arrange(nodes, links)
        column = assign_columns(nodes, links, len(nodes))
        places = sorted(itertools.chain(*layering.columns), key=str)
        at = {p: column[p] if isinstance(p, str) else p[2] for p in places}
        unsorted = [[p for p in places if at[p] == i] for i in range(len(layering.columns))]
        assert layering.crossings <= counted(unsorted, layering.steps)
        assert layering.crossings == counted(layering.columns, layering.steps)

    def test_nothing_touches(self, seed):
        nodes, links = random_links(25, seed)
        layering = arrange(nodes, links)
        random = np.random.default_rng(seed)
        heights = {p: random.uniform(0.1, 1.0) for column in layering.columns for p in column}
        most = max(sum(heights[p] + 0.2 for p in column) for column in layering.columns)
        middles = settle(layering, heights, 0.2, most)
        for column in layering.columns:
            for upper, lower in itertools.pairwise(column):
                between = middles[lower] - middles[upper] - (heights[lower] + heights[upper]) / 2
                assert between >= 0.2 - 1e-9
            assert middles[column[0]] - heights[column[0]] / 2 >= -1e-9
            assert middles[column[-1]] + heights[column[-1]] / 2 <= most + 1e-9
        assert settle(layering, heights, 0.2, most - 0.3) is None

    def test_is_the_same_every_time(self, seed):
        nodes, links = random_links(25, seed)
        assert arrange(nodes, links) == arrange(nodes, links)


def counted(columns, steps) -> int:
    """Count crossings one by one."""
    at = {p: (i, j) for i, column in enumerate(columns) for j, p in enumerate(column)}
    ends = [(*at[a], at[b][1]) for a, b in steps]
    return sum(
        one[0] == two[0] and (one[1] - two[1]) * (one[2] - two[2]) < 0
        for one, two in itertools.combinations(ends, 2)
    )


def test_a_ladder_is_laid_out_by_hand():
    layering = arrange(*LADDER)
    assert [len(column) for column in layering.columns] == [1, 2, 2, 1]
    assert layering.routes["a", "d"] == ("a", ("a", "d", 1), ("a", "d", 2), "d")
    assert layering.crossings == 0


def test_a_crossing_that_need_not_be_is_undone():
    layering = arrange(["a", "b", "c", "d"], [("a", "d"), ("b", "c")])
    assert layering.crossings == 0


def test_columns_hold_no_more_than_asked_where_links_allow():
    nodes = ["root", *"abcdef", "end"]
    links = [("root", n) for n in "abcdef"] + [("a", "end")]
    column = assign_columns(nodes, links, most=4)
    assert max(list(column.values()).count(i) for i in range(3)) <= 4
    assert assign_columns(nodes, links, most=8)["f"] == 1


def test_nodes_without_links_fill_a_square():
    column = assign_columns([f"n{i}" for i in range(9)], [], most=3)
    assert [list(column.values()).count(i) for i in range(3)] == [3, 3, 3]


def test_a_circle_is_refused():
    with pytest.raises(ValueError, match="circle"):
        arrange(["a", "b"], [("a", "b"), ("b", "a")])
