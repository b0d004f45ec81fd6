"""The demo town's accounts, each for a person who has something to do: one for every role that works."""

from collections import Counter
from datetime import date, datetime

from layers import passwords
from layers.accounts_model import Account
from layers.demo_accounts import DEMO_ACCOUNTS
from layers.people import roles_of_all
from layers.query import Query, Where
from layers.rules.lifecycle import OPEN_STATES
from layers.store import Session, Store
from layers.values import town_day


def plant_accounts(store: Store, *, now: datetime) -> None:
    """Make those of DEMO_ACCOUNTS that are missing; nothing happens in a town that is not the demo."""
    with store.reading() as session:
        known = {account.name for account in session.accounts.all()}
        is_demo = session.town.get().demo
    missing = [one for one in DEMO_ACCOUNTS if one.name not in known]
    if not is_demo or not missing:
        return
    hashes = {one.name: passwords.hashed(one.password) for one in missing}
    with store.writing() as session:
        people = busiest(session, on=town_day(now))
        for one in missing:
            account = Account(
                name=one.name, person=people[one.role], password=hashes[one.name], created_at=now, changed_at=now
            )
            session.accounts.add(account)


def busiest(session: Session, *, on: date) -> dict[str, str]:
    """For each role, the person of that post or duty who has the most open problems, in hand or at their places."""
    is_open = Query(where=(Where("state", "in", tuple(OPEN_STATES)),))
    load: Counter[str] = Counter()
    at: Counter[tuple[str, str]] = Counter()
    found = session.features.read("problems", is_open)
    for problem in found:
        load.update({str(problem.values[name]) for name in ("lead_person", "handled_by") if problem.values[name]})
    for links in session.history.places([problem.id for problem in found]).values():
        at.update({(link.layer, link.code) for link in links})
    for duty in session.duties.responsibilities(on=on):
        load[duty.person] += at[duty.layer, duty.place]
    holders: dict[str, list[str]] = {}
    for code, roles in roles_of_all(session, session.duties.people(), on=on).items():
        for role in roles:
            holders.setdefault(role, []).append(code)
    return {role: min(codes, key=lambda code: (-load[code], code)) for role, codes in holders.items()}
