"""Settings, and the store, archive and forms of one home."""

from flows.home.addresses import browsable
from flows.home.form_library import FormLibrary
from flows.home.home import (
    MOVING_FOLDER,
    RESTORING_FOLDER,
    Home,
    act_as,
    archive_of,
    has_state,
    home_at,
    limits,
    now,
    open_existing_home,
    open_home,
    open_state,
    policy,
    state_place,
    who_acts,
)
from flows.home.own_archive import (
    is_other_archive,
    may_be_another,
    other_archive_message,
    require_own_archive,
)
from flows.home.prefect_settings import (
    PREFECT_KEY_FILE,
    prefect_client_variables,
    prefect_secret,
    prefect_server_variables,
)
from flows.home.private_files import is_open_to_others, keep_private
from flows.home.settings import (
    SETTINGS_FILE,
    Settings,
    child_environment,
    has_prefect_api_key,
    load_settings,
    prefect_address,
    prefect_login,
    use_prefect,
)
from flows.home.settings_text import change_settings, set_elsewhere, settings_file
from flows.home.temporary import require_room, temporary_folder

__all__ = [
    "MOVING_FOLDER",
    "PREFECT_KEY_FILE",
    "RESTORING_FOLDER",
    "SETTINGS_FILE",
    "FormLibrary",
    "Home",
    "Settings",
    "act_as",
    "archive_of",
    "browsable",
    "change_settings",
    "child_environment",
    "has_prefect_api_key",
    "has_state",
    "home_at",
    "is_open_to_others",
    "is_other_archive",
    "keep_private",
    "limits",
    "load_settings",
    "may_be_another",
    "now",
    "open_existing_home",
    "open_home",
    "open_state",
    "other_archive_message",
    "policy",
    "prefect_address",
    "prefect_client_variables",
    "prefect_login",
    "prefect_secret",
    "prefect_server_variables",
    "require_own_archive",
    "require_room",
    "set_elsewhere",
    "settings_file",
    "state_place",
    "temporary_folder",
    "use_prefect",
    "who_acts",
]
