"""How a workflow begins and ends: one at a time, and with a word about what is missing."""

import fcntl
import os
import sys

from plans import is_large
from run_sections import done_mark, tail


def lock_folder(out):
    """Keeps other workflows out of a folder. The system drops the lock when this process ends, however it ends: none is left to remove."""
    os.makedirs(out, exist_ok=True)
    lock = open(f"{out}/.lock", "w", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"{out}: another snakemake works in this folder. Wait for it, or give another out.")
    return lock


def tell_missing(settings, sections, plans):
    """Names the sections that were not done as they are asked for now, with the end of what their own logs say."""
    missing = [section for section in sections if not is_done(settings, section, plans)]
    print(f"\n{len(sections) - len(missing)} of {len(sections)} sections are done. Run the same command again for the others.")
    for section in missing:
        said = tail(settings.log(section.name))
        print(f"  {section.name}" + (f": {said.splitlines()[-1]}" if said else ""))


def is_done(settings, section, plans):
    if is_large(plans.get(section.name, {})):
        return os.path.exists(f"{settings.out}/work/marks/sections/{section.name}/write")
    return os.path.exists(done_mark(settings, section))
