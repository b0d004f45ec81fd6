"""Who may call what: one rule for every route, in one table. A route without a rule does not start.

A rule lets in; what is seen then, and what may be changed, follows from the scope (`layers.rules.permissions`) and
from the tables of moves and acts. An administrator is let in everywhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fastapi.routing import APIRoute

from layers.public_view import REPORT, VIEW
from layers.rules.permissions import PUBLIC_LAYERS, TOWN_WIDE
from layers.rules.roles import ROLES

_EVERY = frozenset(ROLES)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who is let in: everybody (`public`), or who has signed in with one of the roles.

    Somebody who has not signed in is let in while one of the `parts` is open to the public; always where none is named.
    """

    roles: frozenset[str] = frozenset()
    public: bool = False
    parts: frozenset[str] = frozenset({VIEW})

    def lets_in_public(self, opened: Iterable[str]) -> bool:
        """Whether somebody who has not signed in may come in, while these parts are open."""
        return self.public and (not self.parts or not self.parts.isdisjoint(opened))

    def lets_in(self, roles: Iterable[str]) -> bool:
        """Whether somebody who has signed in and has these roles (none, after their last duty) may come in."""
        had = frozenset(roles)
        return self.public or self.roles == _EVERY or "administrator" in had or not self.roles.isdisjoint(had)


PUBLIC = Rule(public=True)
ALWAYS = Rule(public=True, parts=frozenset())  # whatever an administrator has closed
REPORTING = Rule(public=True, parts=frozenset({REPORT}))
GROUND = Rule(public=True, parts=frozenset({VIEW, REPORT}))  # what a report needs too
DISPATCH = Rule(frozenset({"dispatcher", "supervisor"}))
SIGNED_IN = Rule(_EVERY)
OFFICE = Rule(TOWN_WIDE)  # who works for the whole town
JUDGES = Rule(_EVERY - {"contractor", "public"})  # of what contractors and shops do
PLANNERS = Rule(frozenset({"planner"}))
ADMINISTRATORS = Rule(frozenset({"administrator"}))

# One route serves every map; what is let in there depends on the map.
MAPS: Mapping[str, Rule] = {
    "open-problems": PUBLIC,
    "clean-zones": PUBLIC,
    "my-road": SIGNED_IN,
    "parcels": SIGNED_IN,
    "frontages": SIGNED_IN,
    "hotspots": OFFICE,
    "coverage": OFFICE,
    "rebounds": OFFICE,
    "work-faces": OFFICE,
}
_GROUND_LAYERS = ("areas", "road_segments")
BY_MAP = Rule(public=True)  # looked up in MAPS; a map that is not there is not found

RULES: Mapping[tuple[str, str], Rule] = {
    ("GET", "/healthz"): ALWAYS,
    ("GET", "/readyz"): ALWAYS,
    # -- that something has changed, never what
    ("GET", "/api/v1/events"): GROUND,
    ("GET", "/api/v1/changes"): GROUND,
    # -- signing in, one's own account, everybody's
    ("POST", "/api/v1/session"): ALWAYS,
    ("GET", "/api/v1/session"): SIGNED_IN,
    ("DELETE", "/api/v1/session"): ALWAYS,
    ("GET", "/api/v1/sessions"): SIGNED_IN,
    ("DELETE", "/api/v1/sessions/{id_}"): SIGNED_IN,
    ("POST", "/api/v1/password"): SIGNED_IN,
    ("GET", "/api/v1/tokens"): SIGNED_IN,
    ("POST", "/api/v1/tokens"): SIGNED_IN,
    ("DELETE", "/api/v1/tokens/{id_}"): SIGNED_IN,
    ("GET", "/api/v1/accounts"): ADMINISTRATORS,
    ("POST", "/api/v1/accounts"): ADMINISTRATORS,
    ("PATCH", "/api/v1/accounts/{name}"): ADMINISTRATORS,
    ("POST", "/api/v1/accounts/{name}/reset"): ADMINISTRATORS,
    ("GET", "/api/v1/audit"): ADMINISTRATORS,
    # -- problems
    ("GET", "/api/v1/problems"): PUBLIC,
    ("GET", "/api/v1/problems/summary"): PUBLIC,
    ("GET", "/api/v1/problems/days"): PUBLIC,
    ("GET", "/api/v1/search"): PUBLIC,
    ("POST", "/api/v1/problems"): SIGNED_IN,
    ("POST", "/api/v1/problems/preview"): SIGNED_IN,
    ("GET", "/api/v1/problems/{id_}"): PUBLIC,
    ("PATCH", "/api/v1/problems/{id_}"): SIGNED_IN,
    ("GET", "/api/v1/problems/{id_}/history"): SIGNED_IN,
    ("GET", "/api/v1/problems/{id_}/deadlines"): SIGNED_IN,
    ("GET", "/api/v1/problems/{id_}/completion"): SIGNED_IN,
    ("POST", "/api/v1/problems/{id_}/moves"): SIGNED_IN,
    ("POST", "/api/v1/problems/{id_}/acts"): SIGNED_IN,
    ("GET", "/api/v1/requests"): SIGNED_IN,
    # -- photos
    ("POST", "/api/v1/problems/{id_}/photos"): SIGNED_IN,
    ("GET", "/api/v1/problems/{id_}/photos"): PUBLIC,
    ("GET", "/api/v1/photos/{key}"): PUBLIC,
    ("GET", "/api/v1/photos/{key}/preview"): PUBLIC,
    ("POST", "/api/v1/photos/{id_}/redact"): SIGNED_IN,
    ("POST", "/api/v1/photos/{id_}/release"): DISPATCH,
    ("DELETE", "/api/v1/photos/{key}"): SIGNED_IN,
    # -- reports of people who have not signed in
    ("POST", "/api/v1/reports"): REPORTING,
    ("GET", "/api/v1/reports/known"): REPORTING,
    ("GET", "/api/v1/reports/{receipt}"): REPORTING,
    ("POST", "/api/v1/reports/{receipt}/remarks"): REPORTING,
    ("POST", "/api/v1/reports/{receipt}/verdict"): REPORTING,
    ("POST", "/api/v1/reports/{receipt}/photos"): REPORTING,
    ("GET", "/report"): REPORTING,
    ("GET", "/report/{receipt}"): REPORTING,
    ("GET", "/api/v1/problems/{id_}/contacts"): DISPATCH,
    # -- rules of the town
    ("GET", "/api/v1/public"): ADMINISTRATORS,
    ("PUT", "/api/v1/public"): ADMINISTRATORS,
    ("GET", "/api/v1/categories"): GROUND,
    ("POST", "/api/v1/categories"): ADMINISTRATORS,
    ("GET", "/api/v1/categories/{code}"): PUBLIC,
    ("GET", "/api/v1/categories/{code}/versions"): SIGNED_IN,
    ("PATCH", "/api/v1/categories/{code}"): ADMINISTRATORS,
    ("GET", "/api/v1/source-levels"): SIGNED_IN,
    ("PUT", "/api/v1/source-levels"): ADMINISTRATORS,
    ("GET", "/api/v1/tags"): SIGNED_IN,
    ("PUT", "/api/v1/tags"): ADMINISTRATORS,
    ("GET", "/api/v1/calendar"): SIGNED_IN,
    ("PUT", "/api/v1/calendar"): ADMINISTRATORS,
    ("GET", "/api/v1/ladders"): SIGNED_IN,
    ("PUT", "/api/v1/ladders"): ADMINISTRATORS,
    ("GET", "/api/v1/patrol-rules"): SIGNED_IN,
    ("PUT", "/api/v1/patrol-rules"): ADMINISTRATORS,
    ("GET", "/api/v1/campaigns"): SIGNED_IN,
    ("PUT", "/api/v1/campaigns"): ADMINISTRATORS,
    ("GET", "/api/v1/basemaps"): GROUND,
    ("PUT", "/api/v1/basemaps"): ADMINISTRATORS,
    # -- notices and reports
    ("GET", "/api/v1/inbox"): SIGNED_IN,
    ("POST", "/api/v1/inbox/read"): SIGNED_IN,
    ("GET", "/api/v1/notice-kinds"): SIGNED_IN,
    ("GET", "/api/v1/subscriptions"): ADMINISTRATORS,
    ("POST", "/api/v1/subscriptions"): ADMINISTRATORS,
    ("PUT", "/api/v1/subscriptions/{id_}"): ADMINISTRATORS,
    ("DELETE", "/api/v1/subscriptions/{id_}"): ADMINISTRATORS,
    ("POST", "/api/v1/subscriptions/{id_}/test"): ADMINISTRATORS,
    ("GET", "/api/v1/subscriptions/{id_}/deliveries"): ADMINISTRATORS,
    ("GET", "/api/v1/people/{code}/digest"): SIGNED_IN,
    ("GET", "/api/v1/bulletin"): OFFICE,
    # -- data of persons
    ("GET", "/api/v1/people/{code}/data"): SIGNED_IN,
    ("POST", "/api/v1/people/{code}/erase"): ADMINISTRATORS,
    ("GET", "/api/v1/personal-data"): SIGNED_IN,
    ("GET", "/api/v1/retention"): ADMINISTRATORS,
    ("PUT", "/api/v1/retention"): ADMINISTRATORS,
    # -- parcels, patrols, measures
    ("GET", "/api/v1/parcels"): SIGNED_IN,
    ("POST", "/api/v1/parcels"): PLANNERS,
    ("GET", "/api/v1/parcels/{id_}"): SIGNED_IN,
    ("PATCH", "/api/v1/parcels/{id_}"): PLANNERS,
    ("DELETE", "/api/v1/parcels/{id_}"): PLANNERS,
    ("GET", "/api/v1/parcels/{id_}/completion"): SIGNED_IN,
    ("GET", "/api/v1/patrols"): SIGNED_IN,
    ("POST", "/api/v1/patrols"): SIGNED_IN,
    ("GET", "/api/v1/patrols/{id_}"): SIGNED_IN,
    ("POST", "/api/v1/patrols/{id_}/problems"): SIGNED_IN,
    ("GET", "/api/v1/measures"): SIGNED_IN,
    ("GET", "/api/v1/measures/kinds"): SIGNED_IN,
    ("POST", "/api/v1/measures"): SIGNED_IN,
    ("POST", "/api/v1/measures/preview"): SIGNED_IN,
    ("GET", "/api/v1/measures/{id_}"): SIGNED_IN,
    ("PATCH", "/api/v1/measures/{id_}"): SIGNED_IN,
    ("DELETE", "/api/v1/measures/{id_}"): SIGNED_IN,
    # -- frontages, dust by the gram
    ("GET", "/api/v1/frontages"): SIGNED_IN,
    ("POST", "/api/v1/frontages"): PLANNERS,
    ("GET", "/api/v1/frontages/{id_}"): SIGNED_IN,
    ("PATCH", "/api/v1/frontages/{id_}"): PLANNERS,
    ("DELETE", "/api/v1/frontages/{id_}"): PLANNERS,
    ("GET", "/api/v1/frontages/{id_}/checks"): SIGNED_IN,
    ("POST", "/api/v1/frontages/{id_}/checks"): JUDGES,
    ("GET", "/api/v1/frontage-duties"): SIGNED_IN,
    ("PUT", "/api/v1/frontage-duties"): ADMINISTRATORS,
    ("GET", "/api/v1/dust-samples"): SIGNED_IN,
    ("POST", "/api/v1/dust-samples"): JUDGES,
    ("GET", "/api/v1/dust-samples/{id_}"): SIGNED_IN,
    ("GET", "/api/v1/dust-limits"): SIGNED_IN,
    ("PUT", "/api/v1/dust-limits"): ADMINISTRATORS,
    # -- the town, its people and layers
    ("GET", "/api/v1/town"): GROUND,
    ("GET", "/api/v1/areas"): GROUND,
    ("GET", "/api/v1/people"): SIGNED_IN,
    ("GET", "/api/v1/responsibilities"): SIGNED_IN,
    ("POST", "/api/v1/responsibilities"): ADMINISTRATORS,
    ("GET", "/api/v1/stations"): PUBLIC,
    ("POST", "/api/v1/stations"): ADMINISTRATORS,
    ("GET", "/api/v1/stations/{code}"): PUBLIC,
    ("PATCH", "/api/v1/stations/{code}"): ADMINISTRATORS,
    ("DELETE", "/api/v1/stations/{code}"): ADMINISTRATORS,
    ("GET", "/api/v1/layers"): SIGNED_IN,
    ("GET", "/api/v1/layers/{layer}/export"): SIGNED_IN,
    ("POST", "/api/v1/layers/{layer}/import"): PLANNERS,
    ("GET", "/api/v1/imports/{job_id}"): PLANNERS,
    ("POST", "/api/v1/imports/{job_id}/commit"): PLANNERS,
    # -- analysis
    ("GET", "/api/v1/my-road"): SIGNED_IN,
    ("GET", "/api/v1/analysis/clean-zones"): PUBLIC,
    ("GET", "/api/v1/analysis/coverage"): OFFICE,
    ("GET", "/api/v1/analysis/hotspots"): OFFICE,
    ("GET", "/api/v1/analysis/scores"): OFFICE,
    ("GET", "/api/v1/analysis/scores.csv"): OFFICE,
    ("GET", "/api/v1/analysis/scores/cases"): OFFICE,
    ("GET", "/api/v1/analysis/progress"): OFFICE,
    ("GET", "/api/v1/analysis/rebounds"): OFFICE,
    ("GET", "/api/v1/analysis/rebounds/choice"): OFFICE,
    ("GET", "/api/v1/analysis/work-faces"): OFFICE,
    ("GET", "/api/v1/analysis/frontages"): SIGNED_IN,
    ("POST", "/api/v1/analysis/work-faces/repair"): PLANNERS,
    ("GET", "/api/v1/look-backs"): SIGNED_IN,
    ("POST", "/api/v1/look-backs/{id_}"): SIGNED_IN,
    # -- maps and pages
    ("GET", "/tiles/{layer}.json"): GROUND,  # the layer decides: see `rule_of_layer`
    ("GET", "/ogc/collections/{layer}/items"): GROUND,  # so here
    ("GET", "/"): PUBLIC,
    ("GET", "/help"): PUBLIC,
    ("GET", "/words/{language}-{key}.js"): ALWAYS,
    ("GET", "/basemaps/{key}/{z}/{x}/{y}"): GROUND,
    ("GET", "/maps/{name}"): BY_MAP,
    ("GET", "/maps/{name}.html"): BY_MAP,
    ("GET", "/api/v1/maps/{name}/saving"): BY_MAP,
    ("GET", "/maps/{name}.png"): BY_MAP,
    ("GET", "/maps/{name}.pdf"): BY_MAP,
    ("GET", "/login"): ALWAYS,
    ("GET", "/login/oidc"): ALWAYS,
    ("GET", "/login/oidc/return"): ALWAYS,
    ("GET", "/account"): SIGNED_IN,
    ("GET", "/admin/accounts"): ADMINISTRATORS,
    ("GET", "/admin/audit"): ADMINISTRATORS,
    ("GET", "/dashboard"): OFFICE,
    ("GET", "/progress"): OFFICE,
    ("GET", "/inbox"): SIGNED_IN,
    ("GET", "/bulletin"): OFFICE,
    ("GET", "/admin"): PLANNERS,
    ("GET", "/admin/import"): PLANNERS,
    ("GET", "/admin/rules"): ADMINISTRATORS,
    ("GET", "/admin/calendar"): ADMINISTRATORS,
    ("GET", "/admin/campaigns"): ADMINISTRATORS,
    ("GET", "/admin/channels"): ADMINISTRATORS,
    ("GET", "/admin/privacy"): ADMINISTRATORS,
    ("GET", "/admin/basemaps"): ADMINISTRATORS,
    ("GET", "/admin/basemaps/preview"): ADMINISTRATORS,
}


def rule_of(method: str, path: str, params: Mapping[str, object]) -> Rule:
    """The rule of a route (its template) with these path parameters; KeyError where the table has none."""
    rule = RULES["GET" if method == "HEAD" else method, path]
    return MAPS.get(str(params.get("name")), PUBLIC) if rule is BY_MAP else rule


def rule_of_layer(layer: str) -> Rule:
    """Who gets the tiles of a layer."""
    if layer not in PUBLIC_LAYERS:
        return SIGNED_IN
    return GROUND if layer in _GROUND_LAYERS else PUBLIC


def rule_of_page(path: str) -> Rule:
    """Who may open a page, by its address; KeyError where the table has none."""
    name = path.removeprefix("/maps/")
    return MAPS[name] if name != path else RULES["GET", path]


def check_complete(routes: Iterable[APIRoute]) -> None:
    """Every route has its rule; RuntimeError names those that have none."""
    asked = {(method, route.path) for route in routes for method in route.methods or () if method != "HEAD"}
    missing = sorted(asked - RULES.keys())
    if missing:
        raise RuntimeError(f"no rule in geo_service/security/rules.py for: {missing}")
