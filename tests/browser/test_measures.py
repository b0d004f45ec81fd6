"""Measures in the browser: a parcel that is covered bit by bit, the warning near a station, the saved file."""

from typing import Any

import httpx
import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def square(x: float, y: float, side: float = 0.001) -> dict[str, Any]:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def parcel(api: httpx.Client) -> dict[str, Any]:
    body = {"type": "Feature", "geometry": square(114.031, 22.527), "properties": {"name": "浏览器地块"}}
    made: dict[str, Any] = api.post("/parcels", json=body).json()
    return made


def pick(visit: Visit, places: list[tuple[float, float]]) -> None:
    """Tap places (longitude, latitude) on the map, then “use this”."""
    visit.see(".geo-bar")
    for x, y in places:
        point = visit.page.evaluate(
            f"geo.map.then((map) => {{ const p = map.latLngToContainerPoint([{y}, {x}]);"
            " const box = map.getContainer().getBoundingClientRect(); return [p.x + box.x, p.y + box.y]; })"
        )
        visit.page.mouse.click(*point)
    visit.see(".geo-bar .geo-main").click()


def look_at(visit: Visit, x: float, y: float, room: float = 0.0012) -> None:
    visit.page.evaluate(f"geo.fit([{x - room}, {y - room}, {x + room}, {y + room}], {{animate: false}})")


def test_a_parcel_is_covered_bit_by_bit(visit: Visit, api: httpx.Client, parcel: dict[str, Any]) -> None:
    visit.go("/maps/parcels", id=str(parcel["id"]))
    assert visit.see(".completion").get_attribute("data-share") == "0"
    look_at(visit, 114.0315, 22.5275)
    visit.see("#add-measure").click()
    visit.see("#draw-measure").click()
    pick(visit, [(114.031, 22.527), (114.0316, 22.527), (114.0316, 22.528), (114.031, 22.528)])
    visit.see("#measure-form .completion")
    visit.see("#measure-form [name=note]").fill("先盖六成")
    visit.see("#measure-form button[type=submit]").click()
    visit.gone("#measure-form")
    visit.until(
        "document.querySelector('.measure-row') && document.querySelector('[name=state]').value === 'in_treatment'"
    )
    assert "先盖六成" in visit.text(".measure-row")
    share = api.get(f"/parcels/{parcel['id']}/completion").json()["share"]
    assert share == pytest.approx(0.6, abs=0.03)
    assert visit.text(".completion-share") == f"{share * 100:.1f}%"
    assert (visit.faults, visit.foreign) == ([], [])


def test_a_net_taken_off_leaves_the_parcel_bare(visit: Visit, api: httpx.Client, parcel: dict[str, Any]) -> None:
    said = {"kind": "cover", "parcel": parcel["properties"]["code"], "done_at": "2021-12-01T00:00:00Z"}
    api.post("/measures", json={"type": "Feature", "geometry": parcel["geometry"], "properties": said})
    visit.go("/maps/parcels", id=str(parcel["id"]))
    visit.see(".measure-tools button").click()
    visit.see(".measure-row .btn.danger").click()
    visit.until("document.querySelector('[name=state]')?.value === 'bare'")
    visit.see(".measure-row.over")
    assert api.get(f"/parcels/{parcel['id']}").json()["properties"]["state"] == "bare"


def test_spraying_beside_a_station_is_warned_of_before_it_is_saved(
    visit: Visit, api: httpx.Client, parcel: dict[str, Any]
) -> None:
    stations = api.get("/stations").json()["features"]
    x, y = next(one["geometry"]["coordinates"] for one in stations if one["properties"]["invented"])
    visit.go("/maps/parcels", id=str(parcel["id"]), lang="en")
    visit.see("#add-measure").click()
    visit.see("#measure-form [name=kind]").select_option("mist")
    look_at(visit, x, y)
    visit.see("#measure-form [data-field=geometry] .btn:last-child").click()
    pick(visit, [(x, y)])
    assert "against the law" in visit.text("#measure-form .legal")
    assert api.get("/measures", params={"parcel": parcel["properties"]["code"]}).json()["features"] == []
    visit.see("#measure-form .btn.quiet").click()
    visit.gone("#measure-form")


def test_what_is_missing_is_said_beside_its_field(visit: Visit, parcel: dict[str, Any]) -> None:
    visit.go("/maps/parcels", id=str(parcel["id"]))
    visit.see("#add-measure").click()
    visit.see("#measure-form [name=kind]").select_option("talk")
    visit.see("#measure-form button[type=submit]").click()
    assert "单位" in visit.text("#measure-form [data-field=organisation] .field-error")


def test_a_phone_can_add_a_measure(phone: Visit, parcel: dict[str, Any]) -> None:
    phone.go("/maps/parcels", id=str(parcel["id"]))
    look_at(phone, 114.0315, 22.5275)
    phone.see("#add-measure").tap()
    phone.see("#draw-measure").tap()
    phone.see(".geo-bar")
    assert phone.page.locator("#panel").get_attribute("data-height") == "peek"
    assert phone.faults == []
