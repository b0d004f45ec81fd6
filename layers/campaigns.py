"""The town's campaigns, which an administrator sets: a list under the key `campaigns`, every version of it kept.

What ships is none. A campaign that carries on an older one is an entry of its own whose `baseline_of` names that one.
"""

from dataclasses import dataclass
from datetime import datetime

from layers.rules.campaign_rows import campaigns_of, plain_row
from layers.rules.campaigns import Campaign
from layers.store import Session, Store
from layers.store.rulesets import Ruleset

KEY = "campaigns"


@dataclass(frozen=True, slots=True)
class CampaignSheet:
    """The campaigns in the order in which they were entered; `version` 0 = as shipped: none."""

    campaigns: tuple[Campaign, ...] = ()
    version: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""


def campaign_sheet(session: Session) -> CampaignSheet:
    """The campaigns as they stand."""
    return _sheet(session.rulesets.current(KEY, shipped=[]))


def put_campaigns(
    store: Store, rows: object, *, now: datetime, by: str = "", expected: int | None = None
) -> CampaignSheet:
    """Replace all of them. BadInput names campaign, part and field, Conflict a version that is gone."""
    with store.writing() as session:
        known = [category.code for category in session.town.categories()]
        body = [plain_row(one) for one in campaigns_of(rows, known)]
        return _sheet(session.rulesets.put(KEY, body, now=now, by=by, expected=expected))


def _sheet(rules: Ruleset) -> CampaignSheet:
    return CampaignSheet(campaigns_of(rules.body), rules.version, rules.changed_at, rules.changed_by)
