"""Working on a problem through the interface: who acts, reporting, moves and acts of the open card."""

from tests.browser.conftest import Visit

PATH = "/maps/open-problems"
DISPATCHER, INSPECTOR, SUPERVISOR, GRID_WORKER, CHIEF = "R001", "R003", "R009", "R024", "R059"


def choose_person(visit: Visit, scope: str, code: str) -> None:
    """Say who is acting, by the code, which nobody shares."""
    visit.see(f"{scope} .acting-line button").click()
    visit.see(f"{scope} [role=combobox]").fill(code)
    option = visit.page.locator(f"{scope} [role=option]")
    option.first.wait_for()
    visit.until(f"document.querySelectorAll('{scope} [role=option]').length === 1")
    option.click()
    visit.see(f"{scope} .acting-line")


def act_as(visit: Visit, code: str) -> None:
    """Say on the open card who is acting."""
    visit.see(".problem")
    choose_person(visit, ".doing", code)


def deed(visit: Visit, kind: str, name: str, **given: str) -> None:
    """One move or act ("move", "act") on the open card, with what its form asks for."""
    button = visit.page.locator(f"button[data-{kind}={name}]")
    button.first.wait_for(state="attached")
    if not button.first.is_visible():
        visit.see(".more-deeds summary").click()
    visit.page.evaluate("document.querySelector('.problem').stale = true")
    button.first.click()
    for field, value in given.items():
        control = visit.see(f"form.deed [name={field}]")
        if control.evaluate("control => control.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    visit.see("form.deed [type=submit]").click()
    visit.until("document.querySelector('.problem')?.stale === undefined")  # the card is made anew


def pick_centre(visit: Visit) -> None:
    """Point at the middle of the map."""
    visit.see("#pick").click()
    visit.see(".geo-bar")
    visit.see(".folium-map").click()
    visit.see(".geo-bar .geo-main").click()
    visit.see(".report .whose")


def fill_report(visit: Visit, *, words: str, person: str = "", category: str = "0102") -> None:
    """Everything that a report needs, at the middle of the map."""
    visit.see("#report-button").click()
    pick_centre(visit)
    visit.see("[name=category_group]").select_option(category[:2])
    visit.see("[name=category]").select_option(category)
    visit.see("[name=description]").fill(words)
    if person:
        choose_person(visit, ".report", person)
