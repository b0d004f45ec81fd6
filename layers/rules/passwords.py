"""Which names and passwords are taken, how many wrong ones are borne, and how long a sign-in lasts."""

import math
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from layers.errors import BadInput
from layers.words import msg

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
_FEWEST_LETTERS = 5  # different ones in a password
_NAME = re.compile(r"[\w][\w.@-]{0,62}[\w]")
_COMMON = frozenset(  # those of the commonest that are long enough to be taken otherwise
    """1234567890 0123456789 0987654321 9876543210 12345678910 123456789a a123456789 1234567890a a1234567890
    123456789q q123456789 1234567890q aa123456789 123456789aa abc123456789 123456789abc abcd123456 abcd12345678
    123456abcd abcdefghij abcdefg123 qwertyuiop qwertyuiop1 qwerty12345 qwerty123456 qwert12345 1q2w3e4r5t 1q2w3e4r5t6y
    q1w2e3r4t5 q1w2e3r4t5y6 1qaz2wsx3edc qazwsxedcrfv qazwsx123456 zaq12wsxcde3 1qazxsw23edc asdfghjkl123 zxcvbnm123
    zxcvbnm1234 zxcvbnm12345 asdf123456 password12 password123 password1234 password12345 passw0rd123 p@ssw0rd123
    p@ssword123 p@$$w0rd123 passwordpassword administrator administrator1 admin12345 admin123456 admin@123456 admin@1234
    admin888888 root123456 root12345678 test123456 test12345678 welcome123 welcome1234 letmein123 iloveyou123 iloveyou12
    iloveyou520 woaini1314 woaini1314520 woaini5201314 woaini520520 5201314520 5201314woaini woaiwojia1314 wang123456
    zhang123456 li123456789 chengguan123 huanjing123 geo-service geoservice1 geoservice123 changeme123 changeme1234
    dragon123456 sunshine123 football123 princess123 monkey123456 superman123 1111122222 1122334455 11223344556
    123123123123 1234512345 123454321a 1234554321 147258369a 147258369q asd123456789 qwe123456789 zxc123456789
    abc1234567890 aaa123456789 zz123456789 a12345678910 woaizhongguo woshishui123""".split()  # noqa: SIM905 (a list to read)
)

MOST_FAILURES = 24  # wrong passwords of one name or one address are borne in the window
WINDOW = timedelta(minutes=15)

SESSION = timedelta(hours=12)
REMEMBERED = timedelta(days=30)
IDLE = timedelta(hours=8)
NOTED_EACH = timedelta(hours=1)  # the last use is written down at most so often

ONE_TIME_DAYS = 7  # within which somebody takes a password of their own instead of the one drawn for them
TOKEN_DAYS = 90
LONGEST_TOKEN_DAYS = 366


def account_name(text: str) -> str:
    """The name as it is kept: small letters, one way of writing each character. BadInput where it is none.

    >>> account_name(" Ｌi.Wei "), account_name("李伟")
    ('li.wei', '李伟')
    """
    name = canonical(text)
    if not _NAME.fullmatch(name):
        raise BadInput(
            msg("A name has 2 to 64 letters or digits; dots, dashes, _ and @ may stand between them."), field="name"
        )
    return name


def canonical(text: str) -> str:
    """One way of writing a name, whatever the keyboard: NFKC, small letters, no blanks round it."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def name_key(text: str) -> str:
    """A key for a name that somebody tried, which tells nothing of it: people type passwords there."""
    return sha256(canonical(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def client_key(address: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 that one IPv6 customer is given.

    >>> client_key("10.1.2.3"), client_key("2001:db8:1:2:3::4"), client_key("")
    ('10.1.2.3', '2001:db8:1:2::/64', '')
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if not isinstance(parsed, IPv6Address) or parsed.ipv4_mapped:
        return str(getattr(parsed, "ipv4_mapped", None) or parsed)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"


def check_password(password: str, name: str) -> None:
    """BadInput, naming the field `password`, for one that is too short, too long, too simple, or the name itself.

    >>> check_password("草木有本心何求美人折", "li.wei")
    """
    known = canonical(password)
    if len(password) < SHORTEST_PASSWORD:
        raise _refused(msg("A password has at least {count} characters.", count=SHORTEST_PASSWORD))
    if len(password) > LONGEST_PASSWORD:
        raise _refused(msg("A password has at most {count} characters.", count=LONGEST_PASSWORD))
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in password):
        raise _refused(msg("A text holds a character that no text may hold."))
    if known == canonical(name) or known in _COMMON or len(set(known)) < _FEWEST_LETTERS:
        raise _refused(msg("This password would be guessed first. Take another one."))


def one_time_ends_at(drawn_at: datetime, days: int) -> datetime | None:
    """Until when a password is good that was drawn for somebody; 0 days = without an end.

    >>> one_time_ends_at(datetime(2021, 11, 22), 7), one_time_ends_at(datetime(2021, 11, 22), 0)
    (datetime.datetime(2021, 11, 29, 0, 0), None)
    """
    return drawn_at + timedelta(days=days) if days else None


def _refused(why: object) -> BadInput:
    return BadInput(why, field="password")  # type: ignore[arg-type]


def locked_s(failures: Sequence[datetime], now: datetime) -> int:
    """For how many seconds no more passwords are taken, after failures at those times; 0 = they are taken.

    The window slides: as soon as fewer than MOST_FAILURES lie within it, the next password is looked at.
    """
    recent = sorted((at for at in failures if now - at < WINDOW), reverse=True)
    if len(recent) < MOST_FAILURES:
        return 0
    return max(1, math.ceil((recent[MOST_FAILURES - 1] + WINDOW - now).total_seconds()))


def ends_at(created_at: datetime, last_used_at: datetime, *, remembered: bool) -> datetime:
    """When a session ends if it is not used again: by its age, or by idleness where it is not remembered.

    `last_used_at` is written down once an hour at most, so an idle session lives for up to an hour less.
    """
    if remembered:
        return created_at + REMEMBERED
    return min(created_at + SESSION, last_used_at + IDLE)
