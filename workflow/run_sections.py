"""Sections that one job does, one after the other, each with `flashdeconv run`."""

import os
import subprocess

from plans import key_of

# Done, but the reference scores as --fail-on says: the index shows it.
DONE = (0, 3)
# A bad section or option, which no other try makes better: the end of the workflow tells of it.
IS_BAD = 2
# So much of a log is shown where its command failed.
TAIL_BYTES = 2000


def run_sections(settings, sections, log):
    """Does all sections that can be done. One that fails does not stop the others. Gives 1 where another try may do what is left."""
    with open(log, "w", encoding="utf-8") as told:
        codes = [run(settings, section, told) for section in sections]
    return 0 if set(codes) <= {*DONE, IS_BAD} else 1


def done_mark(settings, section):
    """Is there once the section was done as it is asked for now."""
    return f"{settings.out}/work/marks/done/{section.name}-{key_of(settings, [section])}"


def run(settings, section, told):
    own = settings.log(section.name)
    os.makedirs(os.path.dirname(own), exist_ok=True)
    with open(own, "wb") as file:
        try:
            code = subprocess.run(settings.run(section), stdout=file, stderr=file, check=False).returncode
        except OSError as error:
            file.write(f"{settings.command[0]}: {error}\n".encode())
            code = None
    print(f"{section.name}: {'done' if code in DONE else f'failed, with {code}'}", file=told, flush=True)
    if code not in DONE:
        print(tail(own), file=told, flush=True)
        return code
    mark = done_mark(settings, section)
    os.makedirs(os.path.dirname(mark), exist_ok=True)
    with open(mark, "w", encoding="utf-8"):
        return code


def tail(path):
    """The end of a log; nothing where there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()[-TAIL_BYTES:].rstrip()
    except FileNotFoundError:
        return ""
