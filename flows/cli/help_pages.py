"""Help that is read: commands by who uses them, no sentence cut short, and an example of each."""

from __future__ import annotations

from typer import _completion_classes
from typer._click import Command, Context, HelpFormatter
from typer.core import TyperGroup

HEADINGS = (
    ("Begin", ("init", "doctor", "serve", "alerts", "backup", "restore", "move", "prune")),
    (
        "Documents",
        ("ingest", "shift", "read", "status", "watch", "batch", "scan", "value", "quarantine", "retention"),
    ),
    ("Forms", ("forms",)),
    ("People", ("people", "pay", "gold", "disputes", "appeals", "questions", "announce")),
    ("Decide", ("reconcile", "learn")),
    ("Records", ("records", "tokens")),
    ("Other people's data", ()),
    ("Log", ("log",)),
)
"""The commands of the core by who uses them. One of a part names its heading as its panel."""

EXAMPLES = {
    "init": "fairhand --home orders init",
    "doctor": "fairhand doctor --deep",
    "serve": "fairhand serve --port 8484",
    "alerts": "fairhand alerts --test",
    "backup": "fairhand backup /mnt/backups --keep 30",
    "restore": "fairhand --home orders-new restore /mnt/backups --at 2026-11-26",
    "move": "fairhand move --to postgresql://fairhand@db.example/fairhand --archive s3://orders/pictures",
    "prune": "fairhand prune",
    "ingest": "fairhand ingest photos/ --form bon-de-commande --batch monday",
    "shift": "fairhand shift --minutes 60",
    "read": "fairhand read order-7.jpg --form receipt --json",
    "status": "fairhand status --batch monday --scans",
    "watch": "fairhand watch photos/ --form bon-de-commande",
    "batch list": "fairhand batch list",
    "batch show": "fairhand batch show monday",
    "batch cancel": "fairhand batch cancel monday --why 'ordered twice'",
    "batch resume": "fairhand batch resume monday --why 'they were two orders'",
    "batch priority": "fairhand batch priority monday 5 --why 'a customer waits'",
    "batch due": "fairhand batch due monday 2026-12-01 --why 'promised by phone'",
    "batch note": "fairhand batch note monday 'call before printing'",
    "scan explain": "fairhand scan explain order-7.jpg total",
    "scan forget": "fairhand scan forget order-7.jpg --why 'the customer asked for it'",
    "scan read-again": "fairhand scan read-again order-7.jpg --form receipt --why 'it is a receipt'",
    "scan set-aside": "fairhand scan set-aside order-7.jpg --why 'a test print'",
    "scan bring-back": "fairhand scan bring-back order-7.jpg --why 'it is an order after all'",
    "scan turn": "fairhand scan turn order-7.jpg 180 --why 'it lies upside down'",
    "scan retake": "fairhand scan retake order-7.jpg better.jpg --why 'the first was blurred'",
    "scan duplicates": "fairhand scan duplicates --open",
    "scan settle": "fairhand scan settle order-7.jpg order-9.jpg --as duplicate --why 'sent twice'",
    "scan split": "fairhand scan split orders.pdf --at 3 --why 'two orders in one file'",
    "scan join": "fairhand scan join order-7.jpg order-8.jpg --why 'its second page'",
    "value correct": "fairhand value correct order-7.jpg total 12.50 --why 'the customer called'",
    "value ask": "fairhand value ask order-7.jpg total --why 'it looks like 17.50'",
    "value lock": "fairhand value lock order-7.jpg total --why 'agreed with the customer'",
    "value unlock": "fairhand value unlock order-7.jpg total --why 'a new invoice came'",
    "quarantine list": "fairhand quarantine list",
    "quarantine withdraw": "fairhand quarantine withdraw 4f1c --why 'its text cannot be weighed'",
    "quarantine retry": "fairhand quarantine retry",
    "retention": "fairhand retention",
    "forms list": "fairhand forms list",
    "forms check": "fairhand forms check order.toml",
    "forms preview": "fairhand forms preview order.toml",
    "forms versions": "fairhand forms versions bon-de-commande",
    "forms suggest": "fairhand forms suggest bon-de-commande",
    "forms install": "fairhand forms install order.toml",
    "people add": "fairhand people add Mina --role expert --language fr",
    "people list": "fairhand people list",
    "people limit": "fairhand people limit olga order-form --by mina",
    "people pause": "fairhand people pause Mina",
    "people resume": "fairhand people resume Mina",
    "people sessions": "fairhand people sessions Mina",
    "people sign-out": "fairhand people sign-out Mina",
    "people end-code": "fairhand people end-code Mina",
    "people export": "fairhand people export Mina",
    "people leave": 'fairhand people leave Mina --why "asked for it"',
    "people set-aside": "fairhand people set-aside Mina --from 2026-11-20 --why 'the screen cut the last digit'",
    "people check": "fairhand people check --last 200",
    "people take-back": "fairhand people take-back Mina --from 2026-11-20 --why 'the screen was whole'",
    "people link": "fairhand people link Mina",
    "pay report": "fairhand pay report",
    "pay rate": "fairhand pay rate 0.06 --form receipt",
    "pay floor": "fairhand pay floor 12.50 --source 'minimum wage, 2026-01-01'",
    "pay close": "fairhand pay close --reference 2026-11",
    "pay check": "fairhand pay check",
    "gold add": "fairhand gold add order-7.jpg total 12.50 --why 'it stands on the invoice'",
    "gold share": "fairhand gold share 0.05",
    "gold list": "fairhand gold list",
    "gold withdraw": "fairhand gold withdraw order-7.jpg total --why 'the stamp hid a digit'",
    "disputes list": "fairhand disputes list --open",
    "disputes answer": "fairhand disputes answer 4f1c 20 --reason 'a pause was counted'",
    "appeals list": "fairhand appeals list --open",
    "appeals outcomes": "fairhand appeals outcomes",
    "questions list": "fairhand questions list --open",
    "questions answer": "fairhand questions answer 4f1c 'with the dashes' --by olga",
    "questions example": "fairhand questions example order-7.jpg order_number --tricky 'BC-2O25' --why 'the letter O'",
    "questions examples": "fairhand questions examples",
    "questions take-out": "fairhand questions take-out 4f1c",
    "announce work": "fairhand announce 2026-12-01 --hours 6",
    "announce list": "fairhand announce list",
    "announce cancel": "fairhand announce cancel 4f1c",
    "reconcile": "fairhand reconcile",
    "learn": "fairhand learn --dry-run",
    "learn versions": "fairhand learn versions",
    "learn back": "fairhand learn back 3",
    "records publish": "fairhand records publish",
    "records export": "fairhand records export --form bon-de-commande",
    "records rebuild": "fairhand records rebuild",
    "records copies": "fairhand records copies",
    "records verify": "fairhand records verify",
    "records query": "fairhand records query bon-de-commande muller café",
    "tokens add": "fairhand tokens add till --scope records:read",
    "tokens list": "fairhand tokens list",
    "tokens revoke": "fairhand tokens revoke fh_4f1c",
    "log list": "fairhand log list --after 100",
    "log verify": "fairhand log verify",
}
"""A call of each command as an operator would give it."""


class GroupedCommands(TyperGroup):
    """Lists its commands by who uses them."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write a section for each heading."""
        for heading, names in under_headings(self).items():
            with formatter.section(heading):
                formatter.write_dl([(name, self.commands[name].get_short_help_str()) for name in names])


def under_headings(group: TyperGroup) -> dict[str, list[str]]:
    """The names of commands under each heading: those of the table, then those whose panel it is."""
    found = {heading: [name for name in names if name in group.commands] for heading, names in HEADINGS}
    placed = {name for names in found.values() for name in names}
    for name, command in group.commands.items():
        if name not in placed:
            found.setdefault(getattr(command, "rich_help_panel", None) or "More", []).append(name)
    return {heading: names for heading, names in found.items() if names}


class WithDefault(TyperGroup):
    """Commands of which one is meant where none is named: lists are listed, and what begins with a figure is announced.

    It is the first of them.
    """

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Put the first command before words that name none."""
        is_unnamed = not args or args[0].startswith("-") or args[0][0].isdigit()
        asks_help = bool(args) and args[0] in ctx.help_option_names
        if is_unnamed and not asks_help and not ctx.resilient_parsing:
            args = [next(iter(self.commands)), *args]
        return super().parse_args(ctx, args)


def complete_in_lines() -> None:
    """Have each completion stand on one line: typer breaks its help to a width, and shells offer what is left as words.

    It also takes what stands in brackets, as the row of "lines.quantity[2]", for a sign of its own.
    """
    _completion_classes._sanitize_help_text = one_line_of  # it has no other way in


def one_line_of(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def dress(command: Command, path: tuple[str, ...] = ()) -> None:
    """Give a command, and all below it, the whole first sentence of its help, and its example."""
    first, end, _ = " ".join((command.help or "").split()).partition(". ")
    command.short_help = first + end.strip()
    if example := EXAMPLES.get(" ".join(path)):
        command.epilog = f"Example: {example}"
    for name, below in command.commands.items() if isinstance(command, TyperGroup) else ():
        dress(below, (*path, name))
