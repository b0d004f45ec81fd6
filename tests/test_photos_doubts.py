"""Photos that are doubted, in both stores: used before, taken elsewhere or at another time, silent; and who is told."""

from datetime import timedelta

import pytest
from shapely.geometry import LineString

from layers import photo_keeping
from layers.model import Person
from layers.moves import MoveWish, move
from layers.photo_keeping import NewPhoto
from layers.photos.files import PhotoFiles
from layers.rules.photos import RADIUS_M
from layers.store import Store
from layers.town import put_people
from layers.words import Message
from tests.photo_cases import HERE, NOW, added, kinds, reported, taken, with_people
from tests.pictures import jpeg, saved, scene


@pytest.fixture
def town(store: Store) -> Store:
    return with_people(store)


def test_the_same_photo_for_another_problem_is_noticed_and_named(town: Store, files: PhotoFiles) -> None:
    one, other = reported(town), reported(town)
    first = added(town, files, one, taken(seed=4))
    again = added(town, files, other, taken(seed=4), "after")
    (warning,) = again.warnings
    assert warning["kind"] == "reused"
    assert warning["problem_id"] == one
    with town.reading() as session:
        assert warning["code"] == session.features.get("problems", one).code
    assert (warning["role"], first.warnings) == ("before", ())


def test_it_is_noticed_too_when_it_came_through_a_messenger(town: Store, files: PhotoFiles) -> None:
    one, other = reported(town), reported(town)
    big = scene(9, (1600, 1200))
    added(town, files, one, jpeg(big))
    again = added(town, files, other, saved(big.resize((900, 675)), "JPEG", quality=35))
    assert "reused" in kinds(again)
    assert "reused" not in kinds(added(town, files, other, jpeg(scene(10, (1600, 1200)))))


def test_the_same_photo_in_another_role_of_one_problem_is_noticed(town: Store, files: PhotoFiles) -> None:
    id_ = reported(town)
    added(town, files, id_, taken(seed=4))
    assert kinds(added(town, files, id_, taken(seed=4), "after")) == ["reused_here"]


def test_two_views_of_one_scene_are_no_copies(town: Store, files: PhotoFiles) -> None:
    """Before and after from the same spot: the frame is a little different, the rubbish is gone."""
    id_ = reported(town)
    big = scene(4, (800, 600))
    added(town, files, id_, jpeg(big.crop((0, 0, 760, 570))), "before")
    assert "reused_here" not in kinds(added(town, files, id_, jpeg(big.crop((40, 30, 800, 600))), "after"))


def test_a_removed_photo_may_be_used_again(town: Store, files: PhotoFiles) -> None:
    one, other = reported(town), reported(town)
    wrong = added(town, files, one, taken(seed=4))
    photo_keeping.remove(town, files, wrong.id, now=NOW, note="wrong problem")
    assert kinds(added(town, files, other, taken(seed=4))) == []


@pytest.mark.parametrize(("north_m", "doubted"), [(150, False), (250, True), (5000, True)])
def test_a_photo_from_elsewhere_is_noticed_in_metres(
    town: Store, files: PhotoFiles, north_m: float, doubted: bool
) -> None:
    place = (HERE[0], HERE[1] + north_m / 110_960)
    made = added(town, files, reported(town), taken(place=place))
    assert kinds(made) == (["elsewhere"] if doubted else [])
    if doubted:
        assert made.warnings[0]["distance_m"] == pytest.approx(north_m, rel=0.01)


def test_a_photo_anywhere_along_a_line_is_near_it(town: Store, files: PhotoFiles) -> None:
    id_ = reported(town, LineString([HERE, (HERE[0] + 0.05, HERE[1])]))
    assert kinds(added(town, files, id_, taken(place=(HERE[0] + 0.03, HERE[1] + 0.001)))) == []


def test_the_distance_can_be_set(town: Store, files: PhotoFiles) -> None:
    new = NewPhoto(data=taken(place=(HERE[0], HERE[1] + 150 / 110_960)), role="before")
    made = photo_keeping.add(town, files, reported(town), new, now=NOW, radius_m=RADIUS_M / 2)
    assert kinds(made) == ["elsewhere"]


@pytest.mark.parametrize(
    ("role", "text", "expected"),
    [
        ("before", "2021:11:22 07:59:00", []),
        ("before", "2021:11:10 08:00:00", ["too_old"]),
        ("before", "2021:11:22 13:00:00", ["future"]),
        ("after", "2021:11:22 07:50:00", ["before_finding"]),
        ("after", "2021:11:22 11:00:00", []),
        ("during", "2021:11:21 11:00:00", ["before_finding"]),
    ],
)
def test_a_photo_of_the_wrong_time_is_noticed(
    town: Store, files: PhotoFiles, role: str, text: str, expected: list[str]
) -> None:
    assert kinds(added(town, files, reported(town), taken(text), role)) == expected


def test_after_the_rework_an_after_photo_of_before_it_is_noticed(town: Store, files: PhotoFiles) -> None:
    id_ = reported(town)
    steps = ("assigned", "in_hand", "fixed", "returned", "in_hand")
    for hour, to in enumerate(steps, start=1):
        move(town, id_, MoveWish(to=to, given={"note": "x"}), now=NOW + timedelta(hours=hour))
    late = NOW + timedelta(hours=9)
    assert kinds(added(town, files, id_, taken("2021:11:22 15:00:00", seed=1), "after", now=late)) == ["too_early"]
    assert kinds(added(town, files, id_, taken("2021:11:22 18:00:00", seed=2), "after", now=late)) == []


def test_a_silent_photo_is_told_as_such(town: Store, files: PhotoFiles) -> None:
    assert kinds(added(town, files, reported(town), jpeg())) == ["no_place", "no_time"]


def warned(store: Store) -> list[str]:
    """What the inspector was told of photos, in words, the oldest first."""
    with store.reading() as session:
        found = session.notices.of("I", kinds=["photo_warning"])
        return [str(Message.from_json(one.facts["reason"])) for one in reversed(found)]


def test_a_doubtful_photo_is_told_to_the_inspectors_once_of_a_kind(town: Store, files: PhotoFiles) -> None:
    put_people(town, [Person(code="I", name="I", roles=("inspector",))])
    id_ = reported(town)
    added(town, files, id_, jpeg())  # silent about its place and time
    assert warned(town) == []
    for seed in (11, 12):
        added(town, files, id_, taken(place=(118.18, 36.185), seed=seed), by="G")
    assert [text[:6] for text in warned(town)] == ["Taken "]
    added(town, files, reported(town), taken(place=(118.18, 36.185), seed=13), by="I")
    assert len(warned(town)) == 1  # the inspector's own
    again = added(town, files, id_, taken("2021:10:01 09:00:00", seed=14), by="G")
    assert kinds(again) == ["too_old"]
    assert warned(town)[1:] == ["Taken 51 days before the problem was found."]
