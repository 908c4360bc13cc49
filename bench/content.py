#!/usr/bin/env python3
"""Carried over unchanged from the side-by-side performance kit with which the peers were measured.

Deterministic content for every peer: same users, topics, replies, same words.

  python3 content.py > content.jsonl          # default: 1000 topics x 20 replies + 1 topic x 500, 1000 users
  TOPICS=47600 python3 content.py | wc -l     # about 1M posts

Rows: {"t":"user","id","name"} {"t":"topic","id","user","title","body","ts"} {"t":"reply","id","topic","user","body","ts"}
ids count from 1.  Topic 1..TOPICS have REPLIES replies; topic TOPICS+1 has BIG replies.
The word 'marzipan' stands in every 100th post (rare search word); 'voices' in about a third (common word).
"""
import json, os, random, sys

TOPICS = int(os.environ.get("TOPICS", 1000))
REPLIES = int(os.environ.get("REPLIES", 20))
BIG = int(os.environ.get("BIG", 500))
USERS = int(os.environ.get("USERS", 1000))
CHARS = int(os.environ.get("CHARS", 300))
PASSWORD = "bench-Passw0rd-1"
RARE, COMMON = "marzipan", "voices"
T0 = 1_700_000_000

_syl = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo", "lor", "ip", "sum", "dol", "am", "et"]


def _vocab(n=3000):
    r = random.Random(7)
    seen, out = set(), []
    while len(out) < n:
        w = "".join(r.choice(_syl) for _ in range(r.randint(1, 4)))
        if w not in seen:
            seen.add(w)
            out.append(w)
    return out


VOCAB = _vocab()
_CUM, _s = [], 0.0
for _i in range(len(VOCAB)):
    _s += 1.0 / (_i + 3)          # Zipf-like
    _CUM.append(_s)


def text(r, n, words=None):
    out, size = [], 0
    while size < n:
        w = r.choices(VOCAB, cum_weights=_CUM, k=1)[0]
        out.append(w)
        size += len(w) + 1
    if words:
        for w in words:
            out.insert(r.randrange(len(out)), w)
    s = " ".join(out)
    return s[0].upper() + s[1:] + "."


def users():
    for i in range(1, USERS + 1):
        yield {"t": "user", "id": i, "name": "user%05d" % i}


def posts():
    """topics and replies in time order: a topic row, then its replies"""
    post, reply = 0, 0
    for tid in range(1, TOPICS + 2):
        r = random.Random(tid)
        post += 1
        yield {"t": "topic", "id": tid, "user": r.randint(1, USERS), "title": text(r, 45)[:-1],
               "body": text(r, CHARS, _words(r, post)), "ts": T0 + post * 60}
        for _ in range(BIG if tid == TOPICS + 1 else REPLIES):
            post += 1
            reply += 1
            yield {"t": "reply", "id": reply, "topic": tid, "user": r.randint(1, USERS),
                   "body": text(r, CHARS, _words(r, post)), "ts": T0 + post * 60}


def _words(r, n):
    w = []
    if n % 100 == 0:
        w.append(RARE)
    if r.random() < 0.33:
        w.append(COMMON)
    return w


if __name__ == "__main__":
    o = sys.stdout
    for row in users():
        o.write(json.dumps(row) + "\n")
    for row in posts():
        o.write(json.dumps(row) + "\n")
