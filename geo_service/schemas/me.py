"""Who has signed in, as the pages know it."""

from geo_service.schemas.features import Json
from geo_service.security.callers import Caller
from layers.demo_accounts import is_demo_name
from layers.store import Session


def me(caller: Caller, session: Session) -> Json | None:
    """Account, person, name and roles of the caller, and what pages offer to them; None where nobody has signed in."""
    if caller.is_public:
        return None
    person = session.duties.person(caller.identity.person)
    return {
        "account": caller.identity.account,
        "person": person.code,
        "name": person.name,
        "roles": sorted(caller.roles),
        "must_change": caller.identity.must_change,
        "demo": is_demo_name(caller.identity.account),
        "may": {"act_for_others": caller.is_administrator, "see_all": caller.sees_all},
    }
