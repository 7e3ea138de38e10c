#!/usr/bin/env bash
# Builds everything, runs every test, and prints as its last line: N passed, N failed. Exits with 1 if a test failed, or if something
# that should have run did not: a failed build, a crashed run, no tests at all.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# Most processes of a run live for seconds: the profiles that the JIT collects would cost more than they bring.
export DOTNET_TieredPGO=0

results="$PWD/artifacts/tests"
node_projects=(Wsmq.Tests/PlainClients clients/typescript web)
# The commands that tests need, each with its Debian package. Sentinels are started with redis-server, each server is the leader of a
# process group (setsid), and the fault campaign compiles a small library that steps the clock of a Redis (cc). The TypeScript client
# and the pages are tested in Chromium, the completion of the command line in the shells that it is for.
uses=("redis-server redis-server" "redis-cli redis-tools" "setsid util-linux" "script bsdutils" "nginx nginx-light" "node nodejs" "npm npm"
  "cc gcc" "chromium chromium" "curl curl" "zsh zsh" "fish fish")
passed=0
failed=0
failures=()

fail() {
  failed=$((failed + ${2:-1}))
  failures+=("$1")
}

finish() {
  if ((passed + failed == 0)); then fail "no test ran"; fi
  if ((${#failures[@]})); then printf '\nFailed:\n'; printf '  %s\n' "${failures[@]}"; fi
  printf '%d passed, %d failed\n' "$passed" "$failed"
  exit $((failed > 0))
}

# need COMMAND PACKAGE: installs the Debian package if the command is missing.
need() {
  command -v "$1" >/dev/null && return
  local root=()
  if ((EUID != 0)); then root=(sudo); fi
  echo "Installing $2, because $1 is missing."
  if ! { "${root[@]}" apt-get update -qq && "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2"; } >&2; then
    fail "$1 is missing and could not be installed. Install the package $2"
    finish
  fi
}

# attribute NAME FILE: the sum of a counter over the summary elements of a TRX file.
attribute() {
  grep -o '<Counters [^>]*>' "$2" | grep -o " $1=\"[0-9]*\"" | grep -o '[0-9]*' | awk '{ sum += $1 } END { print sum + 0 }'
}

# failed_tests FILE: the failed tests of a TRX file, one per line, each with the start of its message.
failed_tests() {
  awk '
    function line() { if (name != "") print name ": " substr(message, 1, 600); name = "" }
    /<UnitTestResult / {
      line()
      if (!/ outcome="(Passed|NotExecuted)"/) { name = $0; sub(/.* testName="/, "", name); sub(/".*/, "", name); message = "" }
    }
    /<Message>/ { inside = 1; sub(/.*<Message>/, "") }
    inside { ended = sub(/<\/Message>.*/, ""); if (name != "") message = message $0 " "; if (ended) inside = 0 }
    END { line() }
  ' "$1"
}

read_trx() {
  local trx="$1" ok total skipped bad
  ok=$(attribute passed "$trx")
  total=$(attribute total "$trx")
  skipped=$(attribute notExecuted "$trx")
  bad=$((total - ok - skipped))
  passed=$((passed + ok))
  if ((skipped > 0)); then echo "$skipped skipped in $(basename "$trx")"; fi
  if ((bad > 0)); then
    failed=$((failed + bad))
    while IFS= read -r name; do failures+=("$name"); done < <(failed_tests "$trx")
  fi
}

run_dotnet() {
  local code before=$failed ran=0 trx
  rm -rf "$results"
  dotnet test Wsmq.sln --no-build --logger "trx;LogFilePrefix=wsmq" --results-directory "$results" \
    --blame-hang-timeout 10m --blame-hang-dump-type none
  code=$?
  for trx in "$results"/*.trx; do
    [[ -f $trx ]] || continue
    read_trx "$trx"
    ran=1
  done
  if ((ran == 0)); then fail "dotnet test wrote no results"
  elif ((code != 0 && failed == before)); then fail "dotnet test exited with code $code, although no test failed"; fi
}

# count KEY FILE: a number of the summary at the end of a TAP file; 0 if the run aborted before the summary.
count() {
  local value
  value=$(sed -nE "s/^# $1 ([0-9]+)\$/\1/p" "$2" | tail -n 1)
  echo "${value:-0}"
}

# prepare_node PROJECT: installs and compiles it. It does not write what is committed: a test compares that with the sources.
prepare_node() {
  if ! (cd "$1" && npm ci --no-audit --no-fund && npm run pretest --if-present); then
    fail "$1 could not be installed or compiled"
    finish
  fi
}

run_node() {
  local project="$1" tap="$results/${1//\//-}.tap" code ok bad
  mkdir -p "$results"
  echo "Node tests in $project"
  # Files wait more than they work.
  (cd "$project" && node --test --test-concurrency=3 --test-reporter=tap) | tee "$tap"
  code=${PIPESTATUS[0]}
  ok=$(count pass "$tap")
  bad=$(($(count fail "$tap") + $(count cancelled "$tap")))
  passed=$((passed + ok))
  if ((bad > 0)); then
    failed=$((failed + bad))
    while IFS= read -r name; do failures+=("$project: $name"); done < <(sed -nE 's/^ *not ok [0-9]+ - (.*)/\1/p' "$tap")
  elif ((code != 0 || ok == 0)); then
    fail "$project: node --test exited with code $code; $ok tests passed"
  fi
}

if ! command -v dotnet >/dev/null; then
  fail "dotnet is missing. Install the .NET SDK version that global.json names"
  finish
fi
for use in "${uses[@]}"; do need ${use}; done

if ! dotnet build Wsmq.sln; then
  fail "the build failed"
  finish
fi
# Before the .NET tests: the fault campaign has the TypeScript client as well.
for project in "${node_projects[@]}"; do prepare_node "$project"; done
run_dotnet
for project in "${node_projects[@]}"; do run_node "$project"; done
finish
