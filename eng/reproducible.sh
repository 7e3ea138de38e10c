#!/usr/bin/env bash
# Builds the committed source in two folders and compares what comes out: the same bytes, with no path of this machine in them.
# Takes two Release builds. Exit code 1 where something differs.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
folders=("$work/one" "$work/a folder with a longer name/two")
projects=(Wsmq.Host Wsmq.Cli) # and what they stand on
outputs=(
  Wsmq.Server/bin/Release/net10.0/Wsmq.Contracts.dll
  Wsmq.Server/bin/Release/net10.0/Wsmq.Server.dll
  Wsmq.Dashboard/bin/Release/net10.0/Wsmq.Dashboard.dll
  Wsmq.Client/bin/Release/net10.0/Wsmq.Client.dll
  Wsmq.Host/bin/Release/net10.0/Wsmq.Host.dll
  Wsmq.Cli/bin/Release/net10.0/wsmq.dll
)

# Both before the first build: the commit is in what is built, and somebody may commit meanwhile.
for folder in "${folders[@]}"; do git clone --quiet --no-hardlinks . "$folder"; done
git -C "${folders[1]}" reset --quiet --hard "$(git -C "${folders[0]}" rev-parse HEAD)"
for folder in "${folders[@]}"; do
  for project in "${projects[@]}"; do
    # A compiler of its own: the build server would keep the first folder's.
    dotnet build "$folder/$project" -c Release -p:CI=true -p:UseSharedCompilation=false -nodeReuse:false --verbosity quiet >&2
  done
done

differ=0
for output in "${outputs[@]}"; do
  for file in "$output" "${output%.dll}.pdb"; do
    one=$(sha256sum <"${folders[0]}/$file")
    two=$(sha256sum <"${folders[1]}/$file")
    verdict=same
    if [[ $one != "$two" ]]; then verdict=DIFFERENT; fi
    if grep -qaF "$work" "${folders[0]}/$file"; then verdict="HOLDS A PATH OF THIS MACHINE"; fi
    if [[ $verdict != same ]]; then differ=1; fi
    printf '%s  %s  %s\n' "${one%% *}" "$(basename "$file")" "$verdict"
  done
done
exit "$differ"
