"""The problems and patrols of the demo town look like life, and obey the rules."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
import shapely
from scipy.stats import binom

from layers.catalogue import categories
from layers.demo import DemoTown
from layers.rules import clean_zones as rule
from layers.rules.grid import unit_cells
from layers.rules.lifecycle import OPEN_STATES, PHOTO_ROLES, Wish, check_move, is_path
from layers.rules.roles import UPPER_LEVELS, Actor
from tests.demo_built import AS_OF, METRES, area_levels, demo_town, in_metres

CATEGORY = {category.code: category for category in categories()}


@pytest.fixture(scope="module")
def demo() -> DemoTown:
    return demo_town()


@pytest.fixture(scope="module")
def open_problems(demo) -> list:
    return [p for p in demo.layers["problems"] if p.values["state"] in OPEN_STATES]


@pytest.fixture(scope="module")
def closed(demo) -> dict:
    return {h.code: h.moves[-1].at for h in demo.histories if h.moves and h.moves[-1].to == "closed"}


# ---------------------------------------------------------------- histories


def test_each_problem_has_its_history(demo):
    assert [h.code for h in demo.histories] == [p.code for p in demo.layers["problems"]]


def test_histories_follow_the_lifecycle(demo):
    assert [h.code for h in demo.histories if not is_path(["reported", *(m.to for m in h.moves)])] == []


def test_histories_end_in_the_state_of_the_problem(demo):
    for problem, history in zip(demo.layers["problems"], demo.histories, strict=True):
        assert problem.values["state"] == (history.moves[-1].to if history.moves else "reported")


def roles_on(demo, person, day) -> frozenset[str]:
    """Posts, and the duties of that day."""
    posts = next(one.roles for one in demo.people if one.code == person)
    return frozenset(posts) | {
        duty.role for duty in demo.responsibilities if duty.person == person and duty.holds_on(day)
    }


def test_every_move_is_allowed_to_who_makes_it(demo):
    """With the roles of the day; the photos are taken as given, as the demo town has but a few."""
    for problem, history in zip(demo.layers["problems"], demo.histories, strict=True):
        level = problem.values["source_level"]
        case = {"state": "reported", "handled_by": None, "recheck_level": level if level in UPPER_LEVELS else ""}
        for move in history.moves:
            actor = Actor(move.by, roles_on(demo, move.by, move.at.astimezone(AS_OF.tzinfo).date()))
            given = {"note": move.note, **move.given}
            check_move(case, Wish(to=move.to, actor=actor, given=given, photos=frozenset(PHOTO_ROLES)))
            case["state"] = move.to
            case["handled_by"] = move.by if move.to in ("in_hand", "fixed") else case["handled_by"]


def test_all_side_paths_are_taken(demo):
    steps = Counter(step for h in demo.histories for step in pairwise(["reported", *(m.to for m in h.moves)]))
    for step in (("reported", "fixed"), ("assigned", "filed"), ("fixed", "returned"), ("assigned", "deferred")):
        assert steps[step] >= 3, step
    assert steps["deferred", "closed"] + steps["in_hand", "closed"] >= 3  # by decision


def test_what_is_handed_back_goes_to_somebody_else(demo):
    for history in demo.histories:
        moves = history.moves
        backs = [n for n, (a, b) in enumerate(pairwise(moves), start=1) if (a.to, b.to) == ("assigned", "filed")]
        for n in backs:
            later = next((move.by for move in moves[n:] if move.to == "in_hand"), None)
            assert later != moves[n].by


def test_a_deferral_names_its_day_and_a_decision_its_document(demo):
    for history in demo.histories:
        for before, move in pairwise((None, *history.moves)):
            if move.to == "deferred":
                assert date.fromisoformat(move.given["until"]) > move.at.date()
            if move.to == "closed" and before.to != "fixed":
                assert move.given["document"]


def test_findings_of_upper_levels_come_with_their_document(demo):
    upper = [p for p in demo.layers["problems"] if p.values["source_level"] in ("county", "city")]
    assert len(upper) > 50
    assert all(p.extra["document"] for p in upper)


def test_times_run_forward_and_end_by_now(demo):
    for problem, history in zip(demo.layers["problems"], demo.histories, strict=True):
        times = [problem.values["found_at"], *(move.at for move in history.moves), AS_OF]
        assert times == sorted(times)
        assert len(set(times[:-1])) == len(times) - 1


def test_everybody_who_acts_exists(demo):
    people = {person.code for person in demo.people}
    assert {p.values["reported_by"] for p in demo.layers["problems"]} <= people
    assert {move.by for history in demo.histories for move in history.moves} <= people


def test_most_is_found_in_working_hours(demo):
    hours = [p.values["found_at"].astimezone(AS_OF.tzinfo).hour for p in demo.layers["problems"]]
    assert np.mean([8 <= hour < 18 for hour in hours]) > 0.85


def test_a_duplicate_names_the_problem_that_it_repeats(demo):
    problems = {p.code: p for p in demo.layers["problems"]}
    twice = [h for h in demo.histories if h.moves and h.moves[-1].to == "duplicate"]
    assert len(twice) >= 10
    assert [h.code for h in demo.histories if h.original] == [h.code for h in twice]
    for history in twice:
        first, second = problems[history.original], problems[history.code]
        assert history.original in history.moves[-1].note
        a, b = in_metres([first, second])
        assert shapely.distance(a, b) < 15
        assert first.values["category"] == second.values["category"]
        assert first.values["found_at"] < second.values["found_at"]
        assert first.values["state"] not in ("declined", "void", "duplicate")


# ---------------------------------------------------------------- numbers


def test_there_are_about_nine_hundred_problems_of_ninety_days(demo):
    found = [p.values["found_at"] for p in demo.layers["problems"]]
    assert 850 <= len(found) <= 950
    assert min(found) >= AS_OF - timedelta(days=91)
    assert min(found) < AS_OF - timedelta(days=75)


def test_every_state_is_there(demo):
    states = Counter(problem.values["state"] for problem in demo.layers["problems"])
    assert set(states) == {*OPEN_STATES, "closed", "declined", "void", "duplicate"}


def test_every_problem_has_a_minor_category_that_allows_its_geometry(demo):
    for problem in demo.layers["problems"]:
        category = CATEGORY[problem.values["category"]]
        assert category.parent
        assert problem.geometry.geom_type in category.geometry_types


def test_a_third_of_the_closed_ones_comes_back(demo, closed):
    """Same category, within 30 m and 30 days."""
    problems = [p for p in demo.layers["problems"] if p.values["state"] not in ("declined", "void", "duplicate")]
    tree = shapely.STRtree(in_metres(problems))
    back = set()
    for i, j in tree.query(in_metres(problems), predicate="dwithin", distance=30).T.tolist():
        before, after = problems[i], problems[j]
        if before.code in closed and before.values["category"] == after.values["category"]:
            rest = after.values["found_at"] - closed[before.code]
            back |= {before.code} if timedelta(0) < rest <= timedelta(days=30) else set()
    assert 0.28 <= len(back) / len(closed) <= 0.42


def test_there_are_stretches_and_areas(demo):
    kinds = Counter(problem.geometry.geom_type for problem in demo.layers["problems"])
    assert kinds["LineString"] > 60
    assert kinds["Polygon"] > 60


def test_stretches_follow_a_road(demo):
    lines = [p for p in demo.layers["problems"] if p.geometry.geom_type == "LineString"]
    roads = shapely.union_all(in_metres(demo.layers["road_segments"])).buffer(20)
    assert all(shapely.covers(roads, line) for line in in_metres(lines))


def test_descriptions_vary(demo):
    said = Counter(problem.values["description"] for problem in demo.layers["problems"])
    assert len(said) > 0.75 * sum(said.values())


def test_the_surroundings_of_the_invented_station_are_a_hotspot(demo, open_problems):
    """Exact binomial tail in 300 m against an even spread over the district, far below any multiple-testing cut."""
    station = next(s for s in demo.layers["stations"] if s.values["invented"])
    district = shapely.union_all(in_metres(area_levels(demo)["zone"]))
    circle = METRES.to(station.geometry).buffer(300)
    near = shapely.dwithin(in_metres(open_problems), METRES.to(station.geometry), 300).sum()
    share = circle.intersection(district).area / district.area
    assert binom.sf(near - 1, len(open_problems), share) < 1e-6


# ---------------------------------------------------------------- patrols


@pytest.fixture(scope="module")
def tracks(demo) -> list:
    return [p for p in demo.layers["patrols"] if p.values["kind"] == "track"]


def test_each_vertex_of_a_track_has_its_fix(tracks):
    assert len(tracks) > 100
    assert all(len(t.values["fixes"]) == len(t.geometry.coords) for t in tracks)


def test_tracks_are_walked_or_ridden_without_gaps(tracks):
    for track, line in zip(tracks, in_metres(tracks), strict=True):
        seconds, accuracy_m = np.array(track.values["fixes"]).T
        steps_s = np.diff(seconds)
        steps_m = np.hypot(*np.diff(shapely.get_coordinates(line), axis=0).T)
        assert seconds[0] == 0
        assert steps_s.min() > 0
        assert steps_s.max() <= 30
        assert (steps_m / steps_s).max() * 3.6 < 25
        assert accuracy_m.min() >= 4
        assert accuracy_m.max() <= 20


def test_patrols_lie_in_the_past_thirty_days(demo):
    for patrol in demo.layers["patrols"]:
        assert AS_OF - timedelta(days=32) < patrol.values["started_at"] < patrol.values["ended_at"] <= AS_OF


def test_two_communities_are_never_walked(demo, tracks):
    villages = in_metres(area_levels(demo)["village"])
    walked = shapely.union_all(in_metres(tracks))
    length_m = shapely.length(shapely.intersection(shapely.buffer(villages, -60), walked))
    assert sum(length_m < 200) == 2


def test_clean_zones_are_a_lively_mixture(demo, closed):
    summary = rule.summarise(*_clean_zones(demo, closed))
    assert 0.25 <= summary.clean / summary.units <= 0.45
    assert 0.05 <= summary.problem / summary.units <= 0.12
    assert min(summary.never, summary.stale, summary.partial) > 0.03 * summary.units
    assert summary.recent > 0


def _clean_zones(demo, closed):
    cells = unit_cells(in_metres(area_levels(demo)["zone"]))
    live = [p for p in demo.layers["problems"] if p.values["state"] in (*OPEN_STATES, "closed")]
    ends = np.array([closed[p.code].timestamp() if p.code in closed else np.nan for p in live])
    found = np.array([p.values["found_at"].timestamp() for p in live])
    zones = rule.clean_zones(
        cells,
        rule.Problems(in_metres(live), found, ends, ends),
        _tracks([p for p in demo.layers["patrols"] if p.values["kind"] == "track"]),
        _visits([p for p in demo.layers["patrols"] if p.values["kind"] == "visit"]),
        as_of=AS_OF.timestamp(),
    )
    return zones, cells


def _tracks(tracks) -> rule.Tracks:
    xy, patrol = shapely.get_coordinates(in_metres(tracks), return_index=True)
    fixes = np.array([fix for track in tracks for fix in track.values["fixes"]])
    began = np.array([track.values["started_at"].timestamp() for track in tracks])
    return rule.Tracks(patrol, xy[:, 0], xy[:, 1], began[patrol] + fixes[:, 0], fixes[:, 1])


def _visits(visits) -> rule.Visits:
    xy = shapely.get_coordinates(shapely.point_on_surface(in_metres(visits)))
    return rule.Visits(xy[:, 0], xy[:, 1], np.array([v.values["ended_at"].timestamp() for v in visits]))
