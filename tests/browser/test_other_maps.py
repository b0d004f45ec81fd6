"""Clean zones, my road, hotspots and parcels, compared with the service itself."""

import httpx
import pytest

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser


def percent(share: float) -> str:
    return f"{share * 100:.1f}%"


def test_the_clean_rate_never_stands_without_the_unknown_share(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/clean-zones")
    said = visit.text(".statement")
    summary = api.get("/analysis/clean-zones").json()["summary"]
    assert [percent(summary[name]) in said for name in ("clean_rate", "unknown_share")] == [True, True]


def test_the_three_shares_are_the_services(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/clean-zones")
    shown = [visit.text(f"[data-tile={state}] b") for state in ("clean", "problem", "unknown")]
    summary = api.get("/analysis/clean-zones").json()["summary"]
    assert shown == [percent(summary[state] / summary["units"]) for state in ("clean", "problem", "unknown")]


@pytest.fixture(scope="module")
def chief(api: httpx.Client) -> str:
    """The chief with most open problems."""
    people = api.get("/my-road").json()["people"]
    return str(max(people, key=lambda person: person["open"])["code"])


def test_the_worst_segment_comes_first(visit: Visit, api: httpx.Client, chief: str) -> None:
    visit.go("/maps/my-road", person=chief)
    visit.see("#segments .row")
    shown = visit.each("#segments .row", "data-code")
    segments = [
        one["properties"] for one in api.get("/my-road", params={"person": chief}).json()["segments"]["features"]
    ]
    order = {one["code"]: (-one["open"], -one["overdue"]) for one in segments}
    assert sorted(shown, key=order.__getitem__) == shown
    assert set(shown) == set(order)


def test_a_segment_shows_what_is_open_on_it(visit: Visit, api: httpx.Client, chief: str) -> None:
    visit.go("/maps/my-road", person=chief)
    code = visit.see("#segments .row").get_attribute("data-code")
    visit.see("#segments .row").click()
    visit.see("#view-detail .row")
    found = api.get("/problems", params={"area": f"road_segments:{code}", "state": "open"}).json()["features"]
    assert visit.each("#view-detail .row", "data-id") == [str(one["id"]) for one in found]


def test_the_device_remembers_the_road_chief(visit: Visit, chief: str) -> None:
    visit.go("/maps/my-road")
    visit.see("#chief").select_option(chief)
    visit.see("#segments")
    visit.go("/maps/my-road")
    visit.see("#segments")
    assert visit.see("#chief").input_value() == chief


def test_every_ring_has_its_row(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/hotspots", station="YS01")
    visit.see(".rings tbody tr")
    names, counts = visit.texts(".rings tbody th"), visit.texts(".rings tbody td:nth-of-type(1)")
    rings = api.get("/analysis/hotspots", params={"station": "YS01"}).json()["rings"]
    expected = [(f"{ring['inner_m']:.0f}–{ring['outer_m']:.0f}", str(ring["count"])) for ring in rings]
    assert list(zip(names, counts, strict=True)) == expected


def test_the_number_of_hot_cells_is_the_services(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/hotspots", station="YS01")
    hot = api.get("/analysis/hotspots", params={"station": "YS01"}).json()["summary"]["hot"]
    assert visit.text(".statement b") == str(hot)


def test_another_station_is_another_address(visit: Visit, api: httpx.Client) -> None:
    other = api.get("/stations").json()["features"][1]["properties"]["code"]
    visit.go("/maps/hotspots", station="1358A")
    visit.see("#station").select_option(other)
    visit.page.wait_for_url(f"**station={other}*")
    visit.see(".rings")
    assert visit.see("#station").input_value() == other


def test_the_total_of_the_parcels_is_the_sum(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/parcels")
    visit.see("#parcel-list")
    areas = [one["properties"]["area_m2"] for one in api.get("/parcels").json()["features"]]
    assert f"{sum(areas):,.0f}" in visit.text("#content .tiles")


def test_a_state_narrows_the_list_of_parcels(visit: Visit, api: httpx.Client) -> None:
    visit.go("/maps/parcels")
    visit.see("[data-filter='state=bare']").click()
    visit.see("[data-filter='state=bare'][aria-pressed=true]")
    bare = [one for one in api.get("/parcels").json()["features"] if one["properties"]["state"] == "bare"]
    assert visit.page.locator("#parcel-list .row").count() == len(bare)


def open_parcel(visit: Visit, number: int) -> None:
    visit.go("/maps/parcels", id=str(number))
    visit.see("form[data-id]")


def test_a_changed_field_is_stored(visit: Visit, api: httpx.Client) -> None:
    open_parcel(visit, 1)
    visit.see("[name=owner]").fill("试验单位甲")
    visit.see("form[data-id] [type=submit]").click()
    visit.gone("form[data-id]")
    assert api.get("/parcels/1").json()["properties"]["owner"] == "试验单位甲"


def test_two_editors_see_both_versions(visit: Visit, api: httpx.Client) -> None:
    open_parcel(visit, 2)
    api.patch("/parcels/2", json={"type": "Feature", "properties": {"owner": "别人"}}).raise_for_status()
    visit.see("[name=owner]").fill("我")
    visit.see("form[data-id] [type=submit]").click()
    both = visit.text(".conflict")
    visit.see(".conflict .btn.primary").click()
    visit.gone("form[data-id]")
    assert ("别人" in both, api.get("/parcels/2").json()["properties"]["owner"]) == (True, "我")
