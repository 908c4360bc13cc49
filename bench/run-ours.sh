#!/bin/bash
# run-ours.sh start|stop|pids|urls|post: the house under the benchmark's content, pinned to one core.
#   start   seeds (once; later starts copy the seeded folder), serves, returns at the first 200
#   stop    ends it        pids   names of its processes: their ids are in $PERF/run/NAME.pid
#   urls    lines "case URL"        post   shell assignments for a write test; %TOPIC% and %TEXT% are filled in by the test
# Environment: PERF (scratch folder), SRV_CPU (its core), TOPICS and USERS (content.py), CIRCLEPIT_… (settings).
set -euo pipefail
cd "$(dirname "$0")/.."
PERF=${PERF:-${TMPDIR:-/var/tmp}/perf}
BIN=${CARGO_TARGET_DIR:-target}/release
BASE=http://127.0.0.1:8160
TOPICS=${TOPICS:-1000}
FRESH=$PERF/ours-fresh-$TOPICS
DATA=$PERF/ours-data
mkdir -p "$PERF/run" "$PERF/logs"

seed() {
    rm -rf "$FRESH.half"
    mkdir -p "$FRESH.half"
    # A person may say thirty things in ten minutes: enough people that the write test meets no limit.
    { python3 bench/content.py; python3 -c 'for n in range(4000): print("{\"t\":\"user\",\"id\":%d,\"name\":\"writer%05d\"}" % (1000000 + n, n))'; } |
        "$BIN/examples/seed" "$FRESH.half" | sed 's/^/circlepit=/' >"$FRESH.half/sessions"
    mv "$FRESH.half" "$FRESH"
}

stop() {
    [ -f "$PERF/run/ours.pid" ] || return 0
    pid=$(cat "$PERF/run/ours.pid")
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 150); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
    rm -f "$PERF/run/ours.pid"
}

case ${1:-} in
seed) [ -d "$FRESH" ] || seed ;;
start)
    stop
    [ -d "$FRESH" ] || seed
    rm -rf "$DATA"
    cp -r "$FRESH" "$DATA"
    nohup taskset -c "${SRV_CPU:-0}" "$BIN/circlepit" --data "$DATA" --listen "${BASE#http://}" serve >"$PERF/logs/ours.log" 2>&1 </dev/null &
    echo $! >"$PERF/run/ours.pid"
    for _ in $(seq 1000); do [ "$(curl -s -o /dev/null -w '%{http_code}' "$BASE/articles")" = 200 ] && exit 0; sleep 0.01; done
    echo "no answer; see $PERF/logs/ours.log" >&2
    exit 1 ;;
stop) stop ;;
pids) echo ours ;;
urls)
    echo "front $BASE/articles"
    echo "topic20 $BASE/articles/topic-500"
    echo "topic500 $BASE/articles/topic-$((TOPICS + 1))"
    echo "search $BASE/search?q=marzipan"
    echo "search_common $BASE/search?q=voices"
    echo "relevance $BASE/search?q=marzipan&order=like"
    echo "relevance_common $BASE/search?q=voices&order=like" ;;
post)
    echo "BASE=$BASE SESSIONS=$DATA/sessions PATH_T=/remarks BODY_T='place=/articles/topic-%TOPIC%&words=%TEXT%' HDR_T='Sec-Fetch-Site: same-origin' OK=303" ;;
*) sed -n '2,6s/^# //p' "$0"; exit 2 ;;
esac
