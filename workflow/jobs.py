"""What jobs of the workflow do in a process of their own: jobs.py plan CONFIG OUTPUT LOG, or jobs.py batch CONFIG BATCH LOG."""

import json
import sys

from plans import batches, plan_all, plans_path, read_json, write_json
from run_sections import run_sections
from sections import Settings, read_sections


def do(task, config, subject, log):
    settings = Settings(json.loads(config))
    sections = read_sections(settings)
    if task == "plan":
        write_json(subject, plan_all(settings, sections, log))
        return 0
    batch = batches(settings, sections, read_json(plans_path(settings, sections)))[subject]
    return run_sections(settings, batch, log)


if __name__ == "__main__":
    sys.exit(do(*sys.argv[1:]))
