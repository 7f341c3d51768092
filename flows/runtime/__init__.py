"""Processes: Prefect's server, a guard for children, memory."""

from flows.runtime.ended_in_words import ended_in_words
from flows.runtime.file_locks import is_locked, take_lock
from flows.runtime.home_name import SCHEDULE, SHARED_WORD, name_lock
from flows.runtime.interpreter_tuning import settle_memory, take_short_turns
from flows.runtime.log_lines import set_up_log
from flows.runtime.prefect_server import (
    START_SECONDS,
    PrefectRun,
    PrefectServer,
    is_answering,
    latest_run,
    lock_file,
    notice,
    notice_file,
    port_is_free,
    prefect_for,
    tell_prefect,
    write_notice,
)
from flows.runtime.process_guard import guarded
from flows.runtime.run_log import tame_run_log

__all__ = [
    "SCHEDULE",
    "SHARED_WORD",
    "START_SECONDS",
    "PrefectRun",
    "PrefectServer",
    "ended_in_words",
    "guarded",
    "is_answering",
    "is_locked",
    "latest_run",
    "lock_file",
    "name_lock",
    "notice",
    "notice_file",
    "port_is_free",
    "prefect_for",
    "set_up_log",
    "settle_memory",
    "take_lock",
    "take_short_turns",
    "tame_run_log",
    "tell_prefect",
    "write_notice",
]
