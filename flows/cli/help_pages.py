"""Help that is read: commands by who uses them, no sentence cut short, and an example of each."""

from __future__ import annotations

from typer._click import Command, Context, HelpFormatter
from typer.core import TyperGroup

HEADINGS = (
    ("Begin", ("init", "doctor", "demo", "serve", "alerts", "backup", "restore")),
    (
        "Documents",
        (
            *("ingest", "watch", "read", "status", "explain", "batch", "scan", "value"),
            *("forget", "retention", "quarantine", "prune"),
        ),
    ),
    ("Forms", ("forms",)),
    ("People", ("people", "pay", "gold", "appeal", "question", "time", "work")),
    ("Decide", ("reconcile", "learn", "simulate")),
    ("Records", ("publish", "export", "token")),
    ("Log", ("audit",)),
)
"""The commands by who uses them. One that is not named here stands at the end."""

EXAMPLES = {
    "init": "fairhand --home orders init",
    "doctor": "fairhand doctor --deep",
    "demo": "fairhand demo --people simulated",
    "serve": "fairhand serve --port 8484",
    "alerts": "fairhand alerts --test",
    "backup": "fairhand backup /mnt/backups --keep 30",
    "restore": "fairhand --home orders-new restore /mnt/backups --at 2026-11-26",
    "ingest": "fairhand ingest photos/ --form bon-de-commande --batch monday",
    "watch": "fairhand watch photos/ --form bon-de-commande",
    "read": "fairhand read order-7.jpg --form receipt --json",
    "status": "fairhand status --batch monday --scans",
    "explain": "fairhand explain order-7.jpg total",
    "forget": "fairhand forget order-7.jpg",
    "retention": "fairhand retention",
    "prune": "fairhand prune",
    "reconcile": "fairhand reconcile",
    "publish": "fairhand publish --rebuild",
    "export": "fairhand export --form bon-de-commande",
    "simulate": "fairhand simulate --form bon-de-commande --truth orders.jsonl",
    "learn": "fairhand learn --dry-run",
    "learn versions": "fairhand learn versions",
    "learn back": "fairhand learn back 3",
    "batch list": "fairhand batch list",
    "batch show": "fairhand batch show monday",
    "batch cancel": "fairhand batch cancel monday --why 'ordered twice'",
    "batch resume": "fairhand batch resume monday --why 'they were two orders'",
    "batch priority": "fairhand batch priority monday 5 --why 'a customer waits'",
    "batch due": "fairhand batch due monday 2026-12-01 --why 'promised by phone'",
    "batch note": "fairhand batch note monday 'call before printing'",
    "scan read-again": "fairhand scan read-again order-7.jpg --form receipt --why 'it is a receipt'",
    "scan set-aside": "fairhand scan set-aside order-7.jpg --why 'a test print'",
    "scan bring-back": "fairhand scan bring-back order-7.jpg --why 'it is an order after all'",
    "scan turn": "fairhand scan turn order-7.jpg 180 --why 'it lies upside down'",
    "scan retake": "fairhand scan retake order-7.jpg better.jpg --why 'the first was blurred'",
    "value correct": "fairhand value correct order-7.jpg total 12.50 --why 'the customer called'",
    "value ask": "fairhand value ask order-7.jpg total --why 'it looks like 17.50'",
    "value lock": "fairhand value lock order-7.jpg total --why 'agreed with the customer'",
    "value unlock": "fairhand value unlock order-7.jpg total --why 'a new invoice came'",
    "people add": "fairhand people add Mina --role expert --language fr",
    "people list": "fairhand people list",
    "people pause": "fairhand people pause Mina",
    "people resume": "fairhand people resume Mina",
    "people sessions": "fairhand people sessions Mina",
    "people sign-out": "fairhand people sign-out Mina",
    "people end-code": "fairhand people end-code Mina",
    "people export": "fairhand people export Mina",
    "people leave": "fairhand people leave Mina",
    "people set-aside": "fairhand people set-aside Mina --from 2026-11-20 --why 'the screen cut the last digit'",
    "people take-back": "fairhand people take-back Mina --from 2026-11-20 --why 'the screen was whole'",
    "forms list": "fairhand forms list",
    "forms check": "fairhand forms check order.toml",
    "forms preview": "fairhand forms preview order.toml",
    "forms draft": "fairhand forms draft blank.png",
    "forms suggest": "fairhand forms suggest bon-de-commande",
    "pay report": "fairhand pay report",
    "pay rate": "fairhand pay rate 0.06 --form receipt",
    "pay floor": "fairhand pay floor 12.50 --source 'minimum wage, 2026-01-01'",
    "pay close": "fairhand pay close --reference 2026-11",
    "pay check": "fairhand pay check",
    "audit list": "fairhand audit list --after 100",
    "audit verify": "fairhand audit verify",
    "appeal list": "fairhand appeal list --open",
    "appeal outcomes": "fairhand appeal outcomes",
    "question list": "fairhand question list --open",
    "question answer": "fairhand question answer 4f1c 'with the dashes' --by olga",
    "time list": "fairhand time list --open",
    "time answer": "fairhand time answer 4f1c 20 --reason 'a pause was counted'",
    "gold add": "fairhand gold add order-7.jpg total 12.50 --why 'it stands on the invoice'",
    "gold share": "fairhand gold share 0.05",
    "gold list": "fairhand gold list",
    "gold withdraw": "fairhand gold withdraw order-7.jpg total",
    "quarantine list": "fairhand quarantine list",
    "quarantine withdraw": "fairhand quarantine withdraw 4f1c --reason 'its text cannot be weighed'",
    "quarantine retry": "fairhand quarantine retry",
    "work expect": "fairhand work expect 2026-12-01 --hours 6",
    "work list": "fairhand work list",
    "work cancel": "fairhand work cancel 4f1c",
    "token add": "fairhand token add till --scope records:read",
    "token list": "fairhand token list",
    "token revoke": "fairhand token revoke fh_4f1c",
}
"""A call of each command as an operator would give it."""


class GroupedCommands(TyperGroup):
    """Lists its commands by who uses them."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write a section for each heading, and what no heading names at the end."""
        left = dict(self.commands)
        for heading, names in (*HEADINGS, ("More", tuple(self.commands))):
            rows = [(name, command.get_short_help_str()) for name in names if (command := left.pop(name, None))]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)


def dress(command: Command, path: tuple[str, ...] = ()) -> None:
    """Give a command, and all below it, the whole first sentence of its help, and its example."""
    first, end, _ = " ".join((command.help or "").split()).partition(". ")
    command.short_help = first + end.strip()
    if example := EXAMPLES.get(" ".join(path)):
        command.epilog = f"Example: {example}"
    for name, below in command.commands.items() if isinstance(command, TyperGroup) else ():
        dress(below, (*path, name))
