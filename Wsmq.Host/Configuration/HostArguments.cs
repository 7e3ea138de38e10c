namespace Wsmq.Host.Configuration;

/// <summary>
/// The arguments of the host are settings. The framework takes no notice of one that it cannot read, so that a misspelt one would
/// leave the default in force without a word.
/// </summary>
internal static class HostArguments
{
    // What the host and the framework read at the top of the configuration.
    private static readonly string[] Known =
    [
        HostSettings.Section, "Authentication", "Kestrel", "Logging", "AllowedHosts", "urls", "http_ports", "https_ports", "environment",
        "contentRoot", "applicationName", "shutdownTimeoutSeconds",
    ];

    public const string Help = """
        wsmq: the ready host of the message queue.

        Usage: dotnet run --project Wsmq.Host -- [--SETTING VALUE]...

          --urls http://localhost:5080       where to listen
          --Wsmq:DataFolder FOLDER           the embedded store and, in Development, the key of the command line
          --Wsmq:Redis redis:6379            Redis in place of the embedded store
          --Wsmq:Path /wsmq                  the path of the hub
          --Wsmq:Options:…                   limits, retention, time-outs
          --Authentication:Schemes:Bearer:…  whose tokens to accept; needed outside Development
          --environment Production           or Development

        The same settings can stand in appsettings.json or in the environment, with __ for each colon (Wsmq__Redis).
        All of them: docs/operations.md.
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

            // Its value is the next argument.
            if (end < 0 && ++i == arguments.Count)
                throw new HostRefusal($"The argument {argument} has no value: write {argument} VALUE or {argument}=VALUE.");
        }
    }

    private static HostRefusal Unknown(string argument) => new(
        $"Unknown argument {argument}. Arguments are settings, such as --urls http://localhost:5080 or --Wsmq:DataFolder FOLDER; see --help.");
}
