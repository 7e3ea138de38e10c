#!/usr/bin/env bash
# Writes a software bill of materials (CycloneDX, JSON) for each thing that is shipped, from its committed lock file, into
# artifacts/sbom. The tool is fetched from the npm registry at the version named here; it neither builds nor restores anything.
set -euo pipefail
cd "$(dirname "$0")/.."
tool=@cyclonedx/cdxgen@12.8.4
version=$(sed -nE 's:.*<Version>(.*)</Version>.*:\1:p' Directory.Build.props)
mkdir -p artifacts/sbom

for project in Wsmq.Contracts Wsmq.Server Wsmq.Dashboard Wsmq.Client Wsmq.Host Wsmq.Cli; do
  # In a folder of its own: beside build output the tool would read that, and not the lock file.
  work=$(mktemp -d)
  cp "$project/packages.lock.json" "$project/$project.csproj" "$work"
  npx --yes "$tool" --type csharp --no-install-deps --project-name "$project" --project-version "$version" \
    --output "artifacts/sbom/$project.cdx.json" "$work" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  rm -rf "$work"
  echo "artifacts/sbom/$project.cdx.json: $(grep -o '"purl":"pkg:nuget/[^"]*@[0-9][^"]*"' "artifacts/sbom/$project.cdx.json" | sort -u | wc -l) packages"
done
