"""Plans of sections: what each needs, and which are done together."""

import hashlib
import json
import math
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

MIB = 2**20
# More pieces than any section is divided into: a plan takes as many as there are.
MANY = 1_000_000
# Of the plans that are kept: others are made anew.
FORMAT = 2


def plan_all(settings, sections, log):
    """Plans all sections, a few at a time. What cannot be planned is told, and left to its own job, which fails by itself."""
    os.makedirs(f"{settings.out}/work/runs", exist_ok=True)
    with ThreadPoolExecutor(settings.threads) as pool:
        planned = list(pool.map(lambda section: plan(settings, section), sections))
    with open(log, "w", encoding="utf-8") as told:
        for section, one in zip(sections, planned):
            print(f"{section.name}: {one.get('error') or 'planned'}", file=told)
    return {section.name: one for section, one in zip(sections, planned)}


def plan(settings, section):
    """The plan of one section: as it was kept, or as flashdeconv makes it of metadata."""
    asked = json.loads(json.dumps(request(settings, section)))
    kept = f"{settings.out}/work/plans/{section.name}.json"
    known = read_json(kept)
    is_there = any(map(os.path.exists, (f"{settings.work(section.name)}/manifest.jsonl", settings.result(section.name))))
    if known is not None and known["asked"] == asked and is_there:
        return known["plan"]
    told = ask(settings, section, 1)
    if "error" in told:
        # One piece of it may be more than the memory that is given.
        told = ask(settings, section, MANY)
    if is_divided(settings, told):
        told = ask(settings, section, pieces_of(settings, told["spot_count"]))
    if "error" in told:
        return told
    found = of_stages(settings, told)
    write_json(kept, {"asked": asked, "plan": found})
    return found


def is_divided(settings, told):
    """A large section that is done is left to one job, which finds that."""
    return "error" not in told and not told["is_done"] and told["spot_count"] >= settings.large_from


def request(settings, section):
    """All that a plan depends on."""
    more = [FORMAT, settings.threads, settings.memory_mb, settings.large_from, settings.spots_per_piece, settings.pieces]
    return [section.place, section.reference, section.options, *more]


def key_of(settings, sections):
    """Another one where anything about the sections has changed, so that they are looked at again."""
    told = json.dumps([[section.name, *request(settings, section)] for section in sections])
    return hashlib.sha256(told.encode()).hexdigest()[:10]


def plans_path(settings, sections):
    """Of these sections with these options: others are planned anew, which finds what is done."""
    return f"{settings.out}/work/all-plans/{key_of(settings, sections)}.json"


def pieces_of(settings, spots):
    return math.ceil(spots / settings.spots_per_piece) if settings.pieces == "auto" else settings.pieces


def ask(settings, section, pieces):
    try:
        done = subprocess.run(settings.plan(section, pieces), capture_output=True, text=True, check=False)
    except OSError as error:
        return {"error": f"{settings.command[0]}: {error}"}
    try:
        told = json.loads(done.stdout)
    except ValueError:
        return {"error": done.stderr.strip()[-2000:] or f"flashdeconv stage plan ended with {done.returncode}"}
    if "error" in told:
        return {"error": told["error"]["message"]}
    return {**told["plan"], "is_done": told.get("already_done", False)}


def of_stages(settings, told):
    """A plan as the workflow takes it: how many pieces each stage has, and of these the most that one needs."""
    stages = {
        stage["stage"]: {**cost(stage["pieces"] or [stage]), "pieces": len(stage["pieces"])} for stage in told["stages"]
    }
    return {
        "spots": told["spot_count"],
        "is_large": is_divided(settings, told),
        "stages": stages,
        "whole": {
            "memory_mb": max(stage["memory_mb"] for stage in stages.values()),
            # One process begins once and reads less again: about half of what its stages take.
            "seconds": math.ceil(sum(stage["cpu_seconds"] for stage in told["stages"]) / 2),
        },
    }


def cost(parts):
    return {
        "memory_mb": math.ceil(max(part["memory_bytes"] for part in parts) / MIB),
        "seconds": math.ceil(max(part["cpu_seconds"] for part in parts)),
    }


def is_large(plan):
    return plan.get("is_large", False)


def batches(settings, sections, plans):
    """Sections that are done by one process each, put together in the order of the table until a job lasts its minutes."""
    found = []
    together, seconds = [], 0
    for section in sections:
        one = plans[section.name]
        if is_large(one):
            continue
        own = one["whole"]["seconds"] if "whole" in one else 0
        # What could not be planned fails by itself, not beside others.
        is_alone = "whole" not in one
        if together and (is_alone or seconds + own > 60 * settings.job_minutes):
            found.append(together)
            together, seconds = [], 0
        together.append(section)
        seconds += own
        if is_alone:
            found.append(together)
            together, seconds = [], 0
    if together:
        found.append(together)
    return {f"{name_of(batch)}.{key_of(settings, batch)}": batch for batch in found}


def name_of(batch):
    """Of its logs: where in the table it begins, and how many it holds."""
    return batch[0].name + (f"-and-{len(batch) - 1}-more" if len(batch) > 1 else "")


def need_of(settings, batch, plans):
    """What a job of sections one after the other needs."""
    wholes = [plans[section.name].get("whole") for section in batch]
    unknown = {"memory_mb": settings.memory_mb, "seconds": 60}
    return {
        "memory_mb": max((whole or unknown)["memory_mb"] for whole in wholes),
        "seconds": sum((whole or unknown)["seconds"] for whole in wholes),
    }


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except (FileNotFoundError, ValueError):
        return None


def write_json(path, value):
    """Writes a file as a whole."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    draft = f"{path}.{os.getpid()}.draft"
    with open(draft, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1)
    os.replace(draft, path)
