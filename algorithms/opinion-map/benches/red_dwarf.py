"""This crate beside red-dwarf (PyPI, `pip install red-dwarf==0.4.0`), in one run, in CPU seconds of one thread.

    cargo build --release -p opinion-map --example opinion-map
    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python benches/red_dwarf.py target/release/examples/opinion-map fixtures/scoop-hivemind.taxes

Theirs is the pipeline alone, votes already read and a first run made to warm up; ours is the whole command: reading, the map
(in the default mode with 39 crowds to compare with, 140 resamples and bridging scores), and printing.
"""

import csv
import json
import resource
import subprocess
import sys
import time
import warnings

warnings.filterwarnings("ignore")

from reddwarf.implementations.polis import run_pipeline  # noqa: E402


def read(folder):
    votes = []
    with open(f"{folder}/participants-votes.csv") as file:
        for row in csv.DictReader(file):
            said = [(int(key), value) for key, value in row.items() if key.isdigit() and value != ""]
            votes += [{"participant_id": int(row["participant"]), "statement_id": key, "vote": float(value)} for key, value in said]
    with open(f"{folder}/comments.csv") as file:
        rejected = [int(row["comment-id"]) for row in csv.DictReader(file) if row["moderated"] == "-1"]
    return votes, rejected


def theirs(votes, rejected):
    before = time.process_time()
    found = run_pipeline(votes=votes, mod_out_statement_ids=rejected, random_state=1)
    return time.process_time() - before, len(set(found.participants_df["cluster_id"].dropna()))


def ours(program, folder, *way):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    files = ["--votes", f"{folder}/participants-votes.csv", "--comments", f"{folder}/comments.csv"]
    done = subprocess.run([program, "map", *files, "--json", *way], capture_output=True, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, json.loads(done.stdout)["k"]


for folder in sys.argv[2:]:
    given = read(folder)
    theirs(*given)
    peer, peer_groups = theirs(*given)
    own, groups = ours(sys.argv[1], folder)
    as_polis, _ = ours(sys.argv[1], folder, "--compatible")
    print(f"{folder.rstrip('/').rsplit('/', 1)[-1]}: {len(given[0])} votes, red-dwarf {peer:.2f} s ({peer_groups} groups), "
          f"ours {own:.3f} s ({groups} groups), as Polis does it {as_polis:.3f} s ({peer / max(as_polis, 1e-3):.0f} times faster)")
