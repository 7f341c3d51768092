"""Settings, and the store, archive and forms of one home."""

from flows.home.form_library import FormLibrary
from flows.home.home import Home, home_at, limits, now, open_home, policy
from flows.home.settings import (
    SETTINGS_FILE,
    Settings,
    child_environment,
    load_settings,
    prefect_address,
    settings_file,
    unknown_variables,
    use_prefect,
)

__all__ = [
    "SETTINGS_FILE",
    "FormLibrary",
    "Home",
    "Settings",
    "child_environment",
    "home_at",
    "limits",
    "load_settings",
    "now",
    "open_home",
    "policy",
    "prefect_address",
    "settings_file",
    "unknown_variables",
    "use_prefect",
]
