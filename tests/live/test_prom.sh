#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The whole way: a live map, exported, collected by a real node_exporter, scraped by a real Prometheus. What it
# answers is what was written into the map.
. "$(dirname "$0")/lib.sh"

# -- documents --

metrics() { # NAME ARGUMENT...: is what promtool takes
	local name=$1 text
	shift
	"$BPFMAPTOP" "$@" -o prom >"$scratch/metrics"
	if text=$(promtool check metrics <"$scratch/metrics" 2>&1); then ok "$name"; else not_ok "$name" "$text"; fi
}
if ! command -v promtool >/dev/null; then
	skip "the way to Prometheus" "promtool is not installed"
	exit 0
fi
for map in flows ports verdicts sizes globals kinds empty wide; do
	metrics "sim:$map is taken by promtool" dump "sim:$map"
done
"$BPFMAPTOP" dump sim:flows -o prom --max-series 20 >"$scratch/metrics"
same "of many rows the rest is one series a field" "20 2" \
	"$(grep '^bpf_map_field_total' "$scratch/metrics" | grep -cv 'row="other"') $(grep -c 'row="other"' "$scratch/metrics")"
"$BPFMAPTOP" dump sim:flows -o prom -c proto,packets | grep '^bpf_map_field_total' >"$scratch/metrics"
same "rows that share their labels are one series" "" "$(sed 's/ [^ ]*$//' "$scratch/metrics" | sort | uniq -d)"

examples=$(dirname "$0")/../examples
text=$(promtool check rules "$examples/alerts.yml" 2>&1) && ok "the example rules are rules" || not_ok "the example rules are rules" "$text"
# Which of them meet what maps come to: a full array is as it should be, and so is an LRU map.
cat >"$scratch/meet.yml" <<END
rule_files: [$(realpath "$examples/alerts.yml")]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
$(for type in hash percpu_hash lpm_trie lru_hash array percpu_array; do
	labels="map=\"$type\",id=\"1\""
	echo "      - {series: 'bpf_map_info{$labels,type=\"$type\"}', values: '1x30'}"
	echo "      - {series: 'bpf_map_entries{$labels}', values: '95x30'}"
	echo "      - {series: 'bpf_map_max_entries{$labels}', values: '100x30'}"
done)
      - {series: 'bpfmaptop_map_up{map="gone",id="2"}', values: '0x30'}
      - {series: 'bpfmaptop_map_up{map="there",id="3"}', values: '1x30'}
      - {series: 'bpfmaptop_read_timestamp_seconds{map="old",id="4"}', values: '0x30'}
      - {series: 'bpfmaptop_read_timestamp_seconds{map="new",id="5"}', values: '0+60x30'}
      - {series: 'bpf_map_ring_size_bytes{map="slow",id="8"}', values: '4096x30'}
      - {series: 'bpf_map_ring_produced_bytes_total{map="slow",id="8"}', values: '9000+4000x30'}
      - {series: 'bpf_map_ring_consumed_bytes_total{map="slow",id="8"}', values: '5000+4000x30'}
      - {series: 'bpf_map_ring_size_bytes{map="fast",id="9"}', values: '4096x30'}
      - {series: 'bpf_map_ring_produced_bytes_total{map="fast",id="9"}', values: '9000+4000x30'}
      - {series: 'bpf_map_ring_consumed_bytes_total{map="fast",id="9"}', values: '9000+4000x30'}
      - {series: 'bpf_map_returned_keys_total{map="small",id="6"}', values: '0+50x30'}
      - {series: 'bpf_map_followed_keys_total{map="small",id="6"}', values: '0+100x30'}
      - {series: 'bpf_map_returned_keys_total{map="large",id="7"}', values: '0+5x30'}
      - {series: 'bpf_map_followed_keys_total{map="large",id="7"}', values: '0+100x30'}
    promql_expr_test:
      - expr: count by (alertname, map) (ALERTS{alertstate="firing"})
        eval_time: 30m
        exp_samples:
$(for firing in BpfMapGone:gone BpfMapFull:hash BpfMapFull:lpm_trie BpfMapNotCurrent:old BpfMapFull:percpu_hash BpfMapTooSmall:small BpfRingFull:slow; do
	echo "          - {labels: '{alertname=\"${firing%:*}\", map=\"${firing#*:}\"}', value: 1}"
done)
END
text=$(promtool test rules "$scratch/meet.yml" 2>&1) && ok "and meet what they should" || not_ok "and meet what they should" "$text"
for map in flows ports verdicts; do
	same "sim:$map says what it is" "bpf_map_info{map=\"$map\",id=\"$("$BPFMAPTOP" info "sim:$map" -o json | jq .map.id)\",type=\"$("$BPFMAPTOP" info "sim:$map" -o json | jq -r .map.type)\"} 1" \
		"$("$BPFMAPTOP" dump "sim:$map" -o prom | grep ^bpf_map_info)"
done
# Entries and how many there can be are of one kind, or the latter is not told.
of() { "$BPFMAPTOP" dump "$1" -o prom 2>/dev/null | sed -n 's/^bpf_map_\(entries\|max_entries\|ring[a-z_]*\){.*} /\1 /p' | xargs; }
same "variables are one entry" "entries 1 max_entries 1" "$(of sim:globals)"
tapes=$(dirname "$0")/../tapes
same "a storage has no number that it can hold" "entries 1" "$(of "file:$tapes/task_storage.tape")"
same "a ring has records that wait, and bytes" "entries 1 ring_size_bytes 4096 ring_produced_bytes_total 16 ring_consumed_bytes_total 0" \
	"$(of "file:$tapes/user_ringbuf.tape")"
# Records come and go, and each would be a series of its own.
series() { "$BPFMAPTOP" dump sim:events -o prom "$@" | sed -n 's/^bpf_map_field_[a-z]*{map="events",id="[0-9]*",field="\([a-z.]*\)",\([a-z_]*\)=.*/\1 by \2/p' | sort -u; }
same "records are no series" "" "$(series)"
same "groups of them are" "bytes by key_pid count by key_pid value.pid by key_pid" "$(series -g pid | xargs)"
same "and columns that are asked for" "pid by position" "$(series -c position,pid)"
# A recording is exported wholly: what it ends with, and what was counted from its first reading on.
fields() { grep '^bpf_map_field_total' | sort; }
"$BPFMAPTOP" record -d 0.1 -n 4 "$scratch/a.tape" sim:ports sim:verdicts
"$BPFMAPTOP" export "$scratch/tape.prom" "file:$scratch/a.tape"
same "a recording is exported" "0 2" "$? $(grep -c '^bpf_map_entries{' "$scratch/tape.prom")"
same "with what its last reading says" "$("$BPFMAPTOP" dump -o prom "file:$scratch/a.tape" | fields)" "$(fields <"$scratch/tape.prom")"
text=$(promtool check metrics <"$scratch/tape.prom" 2>&1) && ok "as metrics" || not_ok "as metrics" "$text"
# What rules and dashboard ask for is what an export has.
known=$("$BPFMAPTOP" dump sim:flows sim:kinds "file:$tapes/user_ringbuf.tape" -o prom | sed -n 's/^# TYPE \([^ ]*\) .*/\1/p')
text=$(grep -oh 'bpf\(_map\|maptop\)_[a-z_]*' "$examples/alerts.yml" "$examples/dashboard.json" | sort -u | grep -vxF "$known")
same "rules and dashboard ask for metrics that there are" "" "$text"
jq -r '.. | .expr? // empty' "$examples/dashboard.json" | sed 's/\$__rate_interval/1m/g; s/\$[a-z_]*/.*/g' >"$scratch/exprs"
{
	echo 'groups: [{name: dashboard, rules: ['
	jq -R '{record: "panel:\(input_line_number)", expr: .}' "$scratch/exprs" | jq -cs '.[]' | sed 's/$/,/'
	echo ']}]'
} >"$scratch/exprs.yml"
text=$(promtool check rules "$scratch/exprs.yml" 2>&1) && ok "the dashboard asks in PromQL" || not_ok "the dashboard asks in PromQL" "$text"
if command -v systemd-analyze >/dev/null; then
	sed "s|/usr/local/bin/bpfmaptop|$BPFMAPTOP|" "$examples/bpfmaptop-export@.service" >"$scratch/bpfmaptop-export@flows.service"
	text=$(systemd-analyze verify "$scratch/bpfmaptop-export@flows.service" 2>&1) && [ -z "$text" ] && ok "the unit is one" ||
		not_ok "the unit is one" "$text"
else
	skip "the unit is one" "systemd-analyze is not installed"
fi
jq -e '.panels | length > 0' "$examples/dashboard.json" >/dev/null && ok "the dashboard is JSON" || not_ok "the dashboard is JSON"

needs_bpf
for tool in prometheus prometheus-node-exporter; do
	if ! command -v $tool >/dev/null; then
		skip "a live map in Prometheus" "$tool is not installed"
		exit 0
	fi
done

# -- everything is started --

free_ports() {
	python3 -c '
import socket
sockets = [socket.socket() for _ in range(3)]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in sockets])'
}
stop() { # PID
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

rate=5000
mkfifo "$scratch/words"
"$BUILD/live/ticker" $rate <"$scratch/words" >"$scratch/id" 2>"$scratch/ticker" &
ticker=$!
at_exit+=("stop $ticker")
exec 7>"$scratch/words"
wait_for 30 test -s "$scratch/id" || { not_ok "a map to export" "$(cat "$scratch/ticker")"; exit 1; }
id=$(cat "$scratch/id")

mkdir "$scratch/collected"
file=$scratch/collected/maps.prom
"$BPFMAPTOP" export "$file" "id:$id" -d 0.2 2>"$scratch/export" 7>&- &
export_pid=$!
at_exit+=("stop $export_pid")

"$BPFMAPTOP" export "$scratch/strict" "id:$id" -d 0.2 -o openmetrics 2>/dev/null 7>&- &
at_exit+=("stop $!")

read -r node_port prom_port strict_port <<<"$(free_ports)"
cat >"$scratch/serve.py" <<'END'
import http.server, sys
class Strict(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.end_headers()
        self.wfile.write(open(sys.argv[2], "rb").read())
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Strict).serve_forever()
END
python3 "$scratch/serve.py" "$strict_port" "$scratch/strict" >/dev/null 2>&1 7>&- &
at_exit+=("stop $!")
prometheus-node-exporter --web.listen-address="127.0.0.1:$node_port" --collector.disable-defaults \
	--collector.textfile --collector.textfile.directory="$scratch/collected" >"$scratch/node" 2>&1 7>&- &
at_exit+=("stop $!")
cat >"$scratch/prometheus.yml" <<END
global: {scrape_interval: 250ms}
scrape_configs:
  - job_name: maps
    static_configs: [{targets: ["127.0.0.1:$node_port"]}]
  - job_name: strict
    metrics_path: /
    static_configs: [{targets: ["127.0.0.1:$strict_port"]}]
END
prometheus --config.file="$scratch/prometheus.yml" --storage.tsdb.path="$scratch/tsdb" \
	--web.listen-address="127.0.0.1:$prom_port" >"$scratch/prometheus" 2>&1 7>&- &
at_exit+=("stop $!")

# -- and asked --

ask() { # QUERY: the values, one a line
	python3 - "http://127.0.0.1:$prom_port/api/v1/query" "$1" <<'END' 2>/dev/null
import json, sys, urllib.parse, urllib.request
url = sys.argv[1] + "?" + urllib.parse.urlencode({"query": sys.argv[2]})
for result in json.load(urllib.request.urlopen(url, timeout=20))["data"]["result"]:
    print(result["value"][1])
END
}
answers() { # QUERY VALUE
	[ "$(ask "$1")" = "$2" ]
}
comes_to() { # NAME QUERY VALUE
	if wait_for 60 answers "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1" "$2" "expected: $3" "actual: $(ask "$2")" "$(tail -n 3 "$scratch/export" "$scratch/node")"
	fi
}
packets='bpf_map_field_total{map="ticker",job="maps",field="packets"}'

comes_to "every row has its series" "count($packets)" 3
same "promtool takes the file" "" "$(promtool check metrics <"$file" 2>&1)"
comes_to "entries are counted" "bpf_map_entries{map=\"ticker\",job=\"maps\",id=\"$id\"}" 3
comes_to "2^64-1 arrives as a number can hold it" \
	'bpf_map_field_total{job="maps",field="most",name="plain"} == 18446744073709551615' 18446744073709552000
comes_to "a signed field is a gauge" 'bpf_map_field_value{job="maps",field="balance",name="plain"}' -5
comes_to "a float arrives" 'bpf_map_field_value{job="maps",field="ratio",port="80"}' 0.25
comes_to "NaN arrives" 'bpf_map_field_value{job="maps",field="ratio",port="443"}' NaN
comes_to "infinity arrives" 'bpf_map_field_value{job="maps",field="ratio",port="0"}' -Inf
comes_to "hostile bytes are escaped, not lost" 'count(bpf_map_field_value{job="maps",field="balance",name="q\"\\\\\\n{}=,\\xff"})' 1
# The counters grow by 1, 2 and 3 times the rate; readings and scrapes are fractions of a second apart.
near="abs(sum(rate(${packets}[5s])) / (6 * $rate) - 1) < bool 0.2"
comes_to "rates are those that were written" "$near" 1
comes_to "readings are counted" 'count(bpfmaptop_reads_total{job="maps",status="complete"} > 5)' 1

comes_to "strict OpenMetrics is scraped as such" 'up{job="strict"}' 1
comes_to "and says the same" 'count(bpf_map_field_total{job="strict",field="packets"})' 3

echo stop >&7
comes_to "the last value written is the value there" "${packets%\}},name=\"plain\"}" 1000000007
comes_to "of every row" "sum($packets)" 6000000042

exec 7>&-
wait $ticker 2>/dev/null
comes_to "a map that went is said to be down" 'bpfmaptop_map_up{map="ticker",job="maps"}' 0
comes_to "and its numbers are stale" "count($packets) or vector(0)" 0
kill -TERM $export_pid
wait $export_pid
same "the exporter ends cleanly" 0 $?
[ -e "$file" ] && not_ok "and takes its file away" || ok "and takes its file away"
