"""Which language a request is answered in."""

from starlette.requests import Request

from geo_service.words import Words, preferred, words_of

COOKIE = "lang"


def language_for(request: Request) -> str:
    """`?lang=`, else the cookie, else Accept-Language, else the service's own."""
    default = request.app.state.settings.language
    asked = request.query_params.get("lang"), request.cookies.get(COOKIE), request.headers.get("accept-language")
    return preferred(*asked, default=default)


def words_for(request: Request) -> Words:
    """The words of the request's language."""
    return words_of(language_for(request))
