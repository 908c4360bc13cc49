"""This crate beside sortition-algorithms (PyPI, `pip install sortition-algorithms highspy`), in one run, in CPU seconds.

    cargo build --release -p sortition --example sortition
    python benches/compare.py target/release/examples/sortition fixtures/small_60_12 fixtures/hdlike_239_30

Its leximin needs a commercial solver, so its maximin (with HiGHS) stands beside our maximin and our leximin.
"""

import csv
import json
import resource
import subprocess
import sys
import time

from sortition_algorithms.committee_generation.maximin import find_distribution_maximin
from sortition_algorithms.features import read_in_features
from sortition_algorithms.people import read_in_people
from sortition_algorithms.settings import Settings


def theirs(folder, seats):
    with open(f"{folder}/categories.csv") as file:
        rows = [{"feature": row["category"], "value": row["feature"], "min": row["min"], "max": row["max"]} for row in csv.DictReader(file)]
        features, _, _ = read_in_features(list(rows[0]), rows, seats)
    with open(f"{folder}/respondents.csv") as file:
        rows = csv.DictReader(file)
        body = [{"id": str(at), **row} for at, row in enumerate(rows)]
        people, _ = read_in_people(["id", *rows.fieldnames], body, features, Settings(id_column="id", columns_to_keep=[]))
    start = time.process_time()
    panels, shares, _ = find_distribution_maximin(features, people, seats, [], "highspy")
    seconds = time.process_time() - start
    chances = dict.fromkeys((row["id"] for row in body), 0.0)
    for panel, share in zip(panels, shares):
        for person in panel:
            chances[person] += share
    return seconds, min(chances.values())


def ours(program, folder, seats, method):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    files = ["--people", f"{folder}/respondents.csv", "--quotas", f"{folder}/categories.csv", "--panel-size", str(seats)]
    done = subprocess.run([program, "odds", *files, "--method", method, "--json"], capture_output=True, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, json.loads(done.stdout)["min_prob"]


for folder in sys.argv[2:]:
    seats = int(folder.rstrip("/").rsplit("_", 1)[1])
    peer, peer_least = theirs(folder, seats)
    maximin, least = ours(sys.argv[1], folder, seats, "maximin")
    leximin, least_leximin = ours(sys.argv[1], folder, seats, "leximin")
    print(f"{folder}: sortition-algorithms maximin {peer:.2f} s (least chance {peer_least:.6f}), ours {maximin:.3f} s "
          f"({least:.6f}), {peer / max(maximin, 1e-3):.0f} times faster; our exact leximin {leximin:.3f} s ({least_leximin:.6f})")
