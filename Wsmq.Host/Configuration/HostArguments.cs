namespace Wsmq.Host.Configuration;

/// <summary>
/// The host's arguments are settings. The framework ignores an argument that it cannot parse, so a misspelt one would silently leave
/// the default in force.
/// </summary>
internal static class HostArguments
{
    // The top-level configuration keys that the host and the framework read.
    private static readonly string[] Known =
    [
        HostSettings.Section, "Authentication", "Kestrel", "Logging", "AllowedHosts", "urls", "http_ports", "https_ports", "environment",
        "contentRoot", "applicationName", "shutdownTimeoutSeconds",
    ];

    public const string Help = """
        wsmq: the ready-made host of the message queue.

        Usage: dotnet run --project Wsmq.Host -- [--SETTING VALUE]...

          --urls http://localhost:5080       where to listen
          --Wsmq:DataFolder FOLDER           the folder of the embedded store and, in Development, of the key for the CLI
          --Wsmq:Redis redis:6379            use Redis instead of the embedded store
          --Wsmq:Path /wsmq                  the path of the hub
          --Wsmq:Queues:NAME:…               a work queue: its options, Senders, Workers and Managers
          --Wsmq:Operators:USER:0 View       what a user may do as an operator over the HTTP API; * for all
          --Wsmq:Operators:0:User USER       the same with --Wsmq:Operators:0:Rights:0 View, for any identifier
          --Wsmq:Options:…                   limits, retention, timeouts
          --Authentication:Schemes:Bearer:…  whose tokens to accept; required outside Development
          --environment Production           or Development

        The same settings can be set in appsettings.json or as environment variables, with __ for each colon (Wsmq__Redis).
        All settings: docs/operations.md.
        """;

    public static bool AskForHelp(IEnumerable<string> arguments) => arguments.Any(a => a is "--help" or "-h" or "-?" or "/?" or "help");

    /// <summary>Throws <see cref="HostRefusal"/> for the first argument that nothing would read.</summary>
    public static void Check(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var name = argument.StartsWith("--", StringComparison.Ordinal) ? argument[2..] : argument.StartsWith('/') ? argument[1..] : argument;
            var end = name.IndexOf('=', StringComparison.Ordinal);
            if (end < 0 && name == argument)
                throw Unknown(argument);
            var key = end < 0 ? name : name[..end];
            if (!Known.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase))
                throw Unknown(argument.Split('=')[0]);

            // The next argument is its value.
            if (end < 0 && ++i == arguments.Count)
                throw new HostRefusal($"The argument {argument} has no value: write {argument} VALUE or {argument}=VALUE.");
        }
    }

    private static HostRefusal Unknown(string argument) => new(
        $"Unknown argument {argument}. Arguments are settings, such as --urls http://localhost:5080 or --Wsmq:DataFolder FOLDER; see --help.");
}
