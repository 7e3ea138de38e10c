namespace Wsmq.Tests.HostAndCli;

/// <summary>A host in Development on a port of the system's choice, with a data folder of its own, and the CLI that talks to it.</summary>
internal sealed class Tools : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private ToolProcess? _host;

    public string DataFolder => _folder.File("data");

    public string Url { get; private set; } = "";

    public ToolProcess Host => _host!;

    public static ToolProcess StartHost(string environment, string dataFolder, params string[] arguments) => ToolProcess.Start(
        ToolProcess.Host, new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = environment },
        ["--urls", "http://127.0.0.1:0", "--Wsmq:DataFolder", dataFolder, .. arguments]);

    public async Task StartHostAsync(params string[] arguments)
    {
        const string Listening = "listening on";
        _host = StartHost("Development", DataFolder, arguments);
        await Eventually.That("the host says where it listens", () => _host.HasExited || _host.Output.Any(line => IsBanner(line)));
        _host.HasExited.Should().BeFalse(_host.Error);
        Url = _host.Output.First(IsBanner).Replace(Listening, "", StringComparison.Ordinal).Trim();

        static bool IsBanner(string line) => line.StartsWith($"  {Listening}", StringComparison.Ordinal);
    }

    public ToolProcess StartCli(params string[] arguments) => ToolProcess.Start(
        ToolProcess.Cli, new Dictionary<string, string> { ["WSMQ_DATA"] = DataFolder, ["WSMQ_URL"] = Url }, arguments);

    /// <summary>Runs the CLI to its end.</summary>
    public async Task<(int Code, string Output, string Error)> CliAsync(params string[] arguments)
    {
        await using var cli = StartCli(arguments);
        var code = await cli.ExitCodeAsync();
        return (code, string.Join('\n', cli.Output), cli.Error);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
        _folder.Dispose();
    }
}
