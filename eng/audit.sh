#!/usr/bin/env bash
# Every restore compares all packages with the registry's list of known vulnerabilities and fails on a hit (Directory.Build.props).
# A registry without such a list makes the comparison say nothing, and says so nowhere. This asks it about packages of which it
# must know something, and then about ours. Exit code: 0 checked and clean, 1 something was found, 2 nothing could be checked.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
code=0
blind() {
  echo "audit: $1: NOT CHECKED, the registry that is configured here has no list of vulnerabilities"
  if ((code == 0)); then code=2; fi
}

# Newtonsoft.Json 12.0.3: GHSA-5crp-9r3c-p9vr, high, since 2022.
cat >"$work/canary.csproj" <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><NuGetAudit>true</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="Newtonsoft.Json" Version="12.0.3" /></ItemGroup>
</Project>
EOF
if dotnet restore "$work/canary.csproj" 2>&1 | grep -q NU1903; then
  if dotnet restore Wsmq.sln --force >"$work/restore.log" 2>&1; then
    echo "audit: NuGet packages: nothing known"
  else
    cat "$work/restore.log"
    code=1
  fi
else
  blind "NuGet packages"
fi

# minimist 1.2.5: GHSA-xvch-5gv4-984h, critical, since 2022.
printf '{"name":"canary","version":"1.0.0","dependencies":{"minimist":"1.2.5"}}' >"$work/package.json"
if (cd "$work" && npm install --package-lock-only --no-fund --no-audit && npm audit) 2>&1 | grep -q GHSA-xvch-5gv4-984h; then
  for project in Wsmq.Tests/PlainClients Wsmq.Benchmarks/Peers clients/typescript web; do
    [[ -f $project/package-lock.json ]] || continue
    if (cd "$project" && npm audit --audit-level=low); then echo "audit: $project: nothing known"; else code=1; fi
  done
else
  blind "npm packages"
fi
exit "$code"
