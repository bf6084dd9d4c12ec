"""What a browser calls itself, in plain words: "Android phone, Chrome". Good enough to recognise the own phone."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# The first mark that is found counts: an iPad also says "Mac", every browser also says "Safari".
MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", gettext_lazy("Android phone")),
    ("Windows", gettext_lazy("Windows computer")),
    ("CrOS", "Chromebook"),
    ("Macintosh", gettext_lazy("Mac computer")),
    ("Linux", gettext_lazy("Linux computer")),
)
BROWSERS = (
    ("Zalo", "Zalo"),
    ("coc_coc", "Cốc Cốc"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("UCBrowser", "UC Browser"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_of(user_agent: str) -> str:
    """The device and its browser, in the language of the page."""
    machine = next((str(name) for mark, name in MACHINES if mark in user_agent), "")
    if machine and "Android" in user_agent and "Mobile" not in user_agent:
        machine = _("Android tablet")
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    return ", ".join(part for part in (machine, browser) if part) or _("Unknown device")
