"""Which data of persons are kept, why, and how long: shown on the help page and to administrators."""

from collections.abc import Mapping
from dataclasses import dataclass

from layers.words import Message, msg

SHIPPED: Mapping[str, int] = {"patrol_days": 730, "audit_days": 365, "contact_days": 90, "key_days": 90}
LIMITS: Mapping[str, tuple[int, int]] = {
    "patrol_days": (30, 3650),
    "audit_days": (180, 3650),  # six months at least: Cybersecurity Law of the PRC (2017), article 21 (3)
    "contact_days": (1, 3650),
    "key_days": (1, 3650),
}
RETENTION_TITLES: Mapping[str, Message] = {
    "patrol_days": msg("Whose patrol it was"),
    "audit_days": msg("Sign-ins, refusals and exports"),
    "contact_days": msg("Contact left with a public report"),
    "key_days": msg("Ended sessions, expired or revoked tokens"),
}
_WORKS = msg("as long as the person works with the service, then until they are erased")
_HISTORY = msg("for good; after erasure under a pseudonym")


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Columns of a table that tell of a person: what they hold, why they are kept, how long.

    `days` names the setting of retention that ends them, "" where none does.
    """

    table: str
    columns: tuple[str, ...]
    what: Message
    why: Message
    keep: Message
    days: str = ""


PERSONAL_DATA: tuple[PersonalData, ...] = (
    PersonalData("people", ("code", "name", "organisation", "phone", "roles"), msg("Name, organisation, phone, posts"),
                 msg("to reach whoever answers for a place"), _WORKS),
    PersonalData("responsibilities", ("person", "role"), msg("Who answered for which place, from when to when"),
                 msg("to give problems to the right person"), _HISTORY),
    PersonalData("towns", ("fallback_person",), msg("Who answers where no place does"),
                 msg("to give problems to the right person"), _WORKS),
    PersonalData("accounts", ("name", "person", "password", "subject"), msg("Sign-in name, hash of the password"),
                 msg("to let in whom it should"), _WORKS),
    PersonalData("sessions", ("account", "device", "address"), msg("Browsers that are signed in, with their address"),
                 msg("to end them"), msg("until they end"), "key_days"),
    PersonalData("tokens", ("account", "label"), msg("Tokens of programs"), msg("to let in whom it should"),
                 msg("until they end, and the days that are set"), "key_days"),
    PersonalData("audit", ("account", "person", "address", "device", "object", "detail"),
                 msg("Who signed in, was refused, took data out, from where"),
                 msg("to find misuse; the law asks for it"), msg("the days that are set"), "audit_days"),
    PersonalData("problems", ("reported_by", "handled_by", "verified_by", "lead_person", "description", "why", "extra"),
                 msg("Who found, answers for, fixed and checked a problem"),
                 msg("to follow it up; who fixed it may not check it"), _HISTORY),
    PersonalData("problem_events", ("by", "account", "device", "note", "payload"),
                 msg("Who did what to a problem, when"), msg("to prove what happened"), _HISTORY),
    PersonalData("requests", ("asked_by", "decided_by", "note", "decision"),
                 msg("Who asked for more time, and who decided"), msg("to prove what happened"), _HISTORY),
    PersonalData("deadlines", ("extensions",), msg("Who granted more time"), msg("to prove what happened"), _HISTORY),
    PersonalData("escalations", ("person", "note"), msg("Who was reminded or called in"), msg("to prove what happened"),
                 _HISTORY),
    PersonalData("look_backs", ("person", "by", "note"), msg("Who is to look again, and who did"),
                 msg("to prove what happened"), _HISTORY),
    PersonalData("measures", ("by", "note"), msg("Who carried out a measure"), msg("to prove what happened"), _HISTORY),
    PersonalData("photos", ("by", "note"), msg("Who added a photo; its place and time"), msg("to prove what happened"),
                 _HISTORY),
    PersonalData("patrols", ("inspector", "fixes", "note"), msg("Where and when somebody went"),
                 msg("to know what was inspected"), msg("the days that are set; then only that somebody went there"),
                 "patrol_days"),
    PersonalData("frontages", ("keeper", "address"), msg("Who keeps which shop, and has signed its pledge"),
                 msg("to hold them to the duties of their frontage"), msg("as long as the shop is there")),
    PersonalData("frontage_checks", ("by", "note"), msg("Who checked a frontage"), msg("to prove what happened"),
                 _HISTORY),
    PersonalData("dust_samples", ("by", "note"), msg("Who took a sample of dust"), msg("to prove what happened"),
                 _HISTORY),
    PersonalData("notices", ("person", "facts"), msg("What somebody was told"), msg("so that they know"), _WORKS),
    PersonalData("channels", ("person", "target", "created_by"), msg("E-mail addresses for notices"),
                 msg("so that they know"), _WORKS),
    PersonalData("deliveries", ("payload", "last_error"), msg("Messages that were sent"),
                 msg("to see what did not arrive"), _WORKS),
    PersonalData("public_contacts", ("contact",), msg("How somebody who reported without signing in may be reached"),
                 msg("to ask back"), msg("the days that are set"), "contact_days"),
    PersonalData("categories", ("changed_by",), msg("Who changed the rules"), msg("to prove what happened"), _HISTORY),
    PersonalData("category_versions", ("changed_by", "body"), msg("Who changed the rules"),
                 msg("to prove what happened"), _HISTORY),
    PersonalData("rulesets", ("changed_by", "body"), msg("Who changed the rules"),
                 msg("to prove what happened"), _HISTORY),
)  # fmt: skip
