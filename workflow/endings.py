"""How a workflow begins and ends: one at a time, and with a word about what is missing."""

import fcntl
import glob
import os
import sys

from plans import batches, is_large
from run_sections import done_mark, tail


class Ended(BrokenPipeError):
    """Ends Snakemake with 1 and, other than any other exception, without a traceback, once all has been said."""


def end(text):
    print(text, file=sys.stderr, flush=True)
    raise Ended


def lock_folder(out):
    """Keeps other workflows out of a folder. The system drops the lock when this process ends, however it ends: none is left to remove."""
    try:
        os.makedirs(out, exist_ok=True)
        lock = open(f"{out}/.lock", "w", encoding="utf-8")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        end(f"error: {out}: another snakemake works in this folder. Wait for it, or give another out.")
    except OSError as error:
        end(f"error: {out}: nothing can be written there ({error}). Give another out.")
    return lock


def missing(settings, sections, plans):
    """Lines that name the sections that were not done as they are asked for now, with the end of what their own logs say. None where all are."""
    left = [section for section in sections if not is_done(settings, section, plans)]
    if not left:
        return []
    lines = ["", f"{len(sections) - len(left)} of {len(sections)} sections are done. Run the same command again for the others."]
    for section in left:
        log = log_of(settings, section)
        said = tail(log) if log else plans.get(section.name, {}).get("error", "")
        where = f" ({log})" if log else ""
        lines.append(f"  {section.name}{where}" + (f": {said.splitlines()[-1]}" if said else ""))
    return lines


def log_of(settings, section):
    """What its own command has said, or the last of its stages."""
    own = settings.log(section.name)
    stages = glob.glob(f"{glob.escape(own.removesuffix('.log'))}.[a-z]*.log")
    there = [path for path in (own, *stages) if os.path.exists(path) and os.path.getsize(path) > 0]
    return max(there, key=os.path.getmtime, default=None)


def is_done(settings, section, plans):
    if is_large(plans.get(section.name, {})):
        return os.path.exists(f"{settings.out}/work/marks/sections/{section.name}/write")
    return os.path.exists(done_mark(settings, section))


def forget(settings, sections, plans, index):
    """Has what was not done looked at the next time, and the page made again."""
    remove(index)
    if not plans:
        return
    for name, batch in batches(settings, sections, plans).items():
        if not all(is_done(settings, section, plans) for section in batch):
            remove(f"{settings.out}/work/marks/batches/{name}")


def remove(path):
    try:
        os.remove(path)
    except FileNotFoundError:
        pass
