using Wsmq.Development;
using Wsmq.Host.Configuration;
using Wsmq.Host.Documents;
using Wsmq.Host.WebConsole;

namespace Wsmq.Host;

/// <summary>What the host prints once it runs: its addresses, its store, and in Development the first commands to paste.</summary>
internal static class Banner
{
    private const string DefaultUrl = "http://localhost:5080/wsmq";

    public static string Text(HostSettings settings, IEnumerable<string> addresses, IHostEnvironment environment)
    {
        var hubs = addresses.Select(address => address.TrimEnd('/') + settings.Path).ToList();
        var lines = new List<string> { $"wsmq is running ({environment.EnvironmentName})." };
        lines.AddRange(hubs.Select(hub => $"  listening on  {hub}"));
        lines.AddRange(addresses.Select(address => $"  HTTP API      {address.TrimEnd('/')}{settings.ApiPath}"));
        if (environment.IsDevelopment())
            lines.AddRange(addresses.Select(address => $"  described at  {address.TrimEnd('/')}{ApiViewer.Path}"));
        lines.AddRange(addresses.Select(address => $"  dashboard     {Reachable(address).TrimEnd('/')}{settings.DashboardPath}"));
        lines.Add(settings.Redis is null ? "  store         embedded (SQLite), for one node" : "  store         Redis, for any number of nodes");
        lines.Add(settings.Redis is null ? $"  data          {settings.DatabasePath}" : $"  data          Redis at {Endpoints(settings.Redis)}");
        if (environment.IsDevelopment())
            lines.AddRange(FirstMessage(settings, hubs.FirstOrDefault() ?? DefaultUrl));
        if (HostPages.HasConsole(settings, environment))
            lines.AddRange(addresses.Take(1).SelectMany(ConsoleOf));
        return string.Join(Environment.NewLine, lines);
    }

    private static IEnumerable<string> FirstMessage(HostSettings settings, string hub)
    {
        var options = Reachable(hub) is var url && url == DefaultUrl ? "" : $" --url {url}";
        if (settings.DataFolder != DataFolder.Default)
            options += $" --data-folder \"{settings.DataFolder}\"";
        return
        [
            "",
            "Send a first message from two other terminals, in the root folder of the source, where you have run dotnet build:",
            $"  dotnet run --no-build --project Wsmq.Cli -- listen --as bob{options}",
            $"  dotnet run --no-build --project Wsmq.Cli -- send --as alice user:bob --type chat '{{\"text\":\"hello\"}}'{options}",
            "",
        ];
    }

    private static IEnumerable<string> ConsoleOf(string address) =>
        [$"Or open the console, as alice and bob in one page: {Reachable(address).TrimEnd('/')}/", ""];

    // The address a server binds to, such as 0.0.0.0, is not always one that a client can connect to.
    private static string Reachable(string url) => url
        .Replace("://[::]", "://localhost", StringComparison.Ordinal)
        .Replace("://0.0.0.0", "://localhost", StringComparison.Ordinal)
        .Replace("://*", "://localhost", StringComparison.Ordinal)
        .Replace("://+", "://localhost", StringComparison.Ordinal);

    // A Redis configuration string may contain a password: only its host:port parts are shown.
    private static string Endpoints(string configuration) =>
        string.Join(", ", configuration.Split(',', StringSplitOptions.TrimEntries).Where(part => !part.Contains('=', StringComparison.Ordinal)));
}
