"""The sections of a workflow: what the table and the config say of them, and the commands that this comes to."""

import csv
import os
import re
import shlex
from dataclasses import dataclass

DEFAULTS = {
    "sections": None,
    "reference": None,
    "options": "",
    "out": "out",
    "flashdeconv": "flashdeconv",
    "memory_mb": 2048,
    "threads": 2,
    "large_from": 500_000,
    "spots_per_piece": 500_000,
    "pieces": "auto",
    "job_minutes": 10,
    "time_factor": 10,
    "job_memory_mb": 350,
}
NUMBERS = [name for name, value in DEFAULTS.items() if isinstance(value, int)]
COLUMNS = ["name", "section", "reference", "options"]
# A name becomes a file, a target of Snakemake and a word of a shell.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
# Options that the workflow gives itself, or that put results where it does not look.
TAKEN = """--reference --out --out-dir --in-place --new-table --format --overwrite --save-stats --run-dir --resume --restart
--pieces --piece --workers --max-memory --json --quiet --no-report""".split()


class ConfigError(Exception):
    """Something that its user has to change. Says what was found and what to do."""


@dataclass(frozen=True)
class Section:
    name: str
    place: str
    reference: str
    options: tuple


class Settings:
    """A config that was found to be right, with all defaults."""

    def __init__(self, config):
        unknown = sorted(set(config) - set(DEFAULTS))
        if unknown:
            raise ConfigError(f"the config has {', '.join(unknown)}; known are {', '.join(DEFAULTS)}")
        given = {**DEFAULTS, **config}
        if not given["sections"]:
            raise ConfigError("the config names no table of sections: give sections")
        for name in NUMBERS + ([] if given["pieces"] == "auto" else ["pieces"]):
            value = given[name]
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigError(f"{name} is {value!r} in the config; it is to be a whole number of at least 1")
        self.__dict__.update(given)
        self.out = str(given["out"]).rstrip("/") or "/"
        self.command = words_of(given["flashdeconv"], "flashdeconv of the config", taken=[])
        self.all_options = words_of(given["options"], "options of the config")

    def result(self, name):
        return f"{self.out}/results/{name}.zarr"

    def work(self, name):
        return f"{self.out}/work/runs/{name}"

    def log(self, name):
        return f"{self.out}/logs/sections/{name}.log"

    def run(self, section):
        """Does a section alone. The same command continues what a killed one has begun, and finds done what is done."""
        return [*self.command, "run", *self.of_section(section), "--resume", "--quiet"]

    def plan(self, section, pieces):
        return [*self.command, "stage", "plan", *self.of_section(section), "--pieces", str(pieces), "--json"]

    def stage(self, name, stage, piece=None):
        of_piece = [] if piece is None else ["--piece", str(piece)]
        return [*self.command, "stage", stage, self.work(name), *of_piece, "--quiet"]

    @property
    def index(self):
        return [*self.command, "index", f"{self.out}/results", "--sections", self.sections, "--quiet"]

    def of_section(self, section):
        return [
            section.place,
            *["--reference", section.reference, "--out", self.result(section.name)],
            *["--run-dir", self.work(section.name)],
            *["--workers", str(self.threads), "--max-memory", f"{self.memory_mb}MiB"],
            *section.options,
        ]


def words_of(text, where, taken=TAKEN):
    try:
        words = shlex.split(str(text or ""))
    except ValueError as error:
        raise ConfigError(f"{where}: {text!r} cannot be read as words of a shell ({error})") from None
    for word in words:
        flag = word.split("=")[0]
        if flag in taken:
            raise ConfigError(f"{where}: the workflow gives {flag} itself; leave it out")
    return words


def read_sections(settings):
    """The sections of the table, in its order."""
    path = settings.sections
    if not os.path.isfile(path):
        raise ConfigError(f"{path}: there is no such table of sections")
    try:
        return sections_of(path, settings)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path} cannot be read as a table: {error}") from None


def sections_of(path, settings):
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        header = next(rows, [])
        if header[:2] != COLUMNS[:2] or not set(header) <= set(COLUMNS) or len(set(header)) < len(header):
            raise ConfigError(
                f"{path}: its first line is {header}; it is to name the columns {', '.join(COLUMNS)} between tabs, "
                "of which the first two must be there"
            )
        sections = [section_of(dict(zip(header, row)), row, f"{path}, line {rows.line_num}", header, settings)
                    for row in rows if any(cell.strip() for cell in row)]
    if not sections:
        raise ConfigError(f"{path}: no sections; give a line to each")
    seen = set()
    for section in sections:
        # Some drives take A and a for the same file.
        if section.name.lower() in seen:
            raise ConfigError(f"{path}: two sections are called {section.name}; each needs a name of its own")
        seen.add(section.name.lower())
    return sections


def section_of(cells, row, where, header, settings):
    if len(row) > len(header) or len(row) < 2:
        raise ConfigError(f"{where}: {len(row)} cells; the first line names {len(header)} columns")
    name = cells["name"].strip()
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"{where}: the name {name!r}; it is to begin with a letter or a digit and to have these, dots, dashes "
            "and underscores only, 100 at most"
        )
    place = cells["section"].strip()
    reference = (cells.get("reference") or "").strip() or settings.reference
    if not place or not reference:
        raise ConfigError(f"{where}: {name} has no {'reference, nor has the config' if place else 'section'}")
    own = words_of(cells.get("options"), where)
    return Section(name, place, str(reference), (*settings.all_options, *own))
