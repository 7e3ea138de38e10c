using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Wsmq.Development;

namespace Wsmq.Tests.HostAndCli;

/// <summary>A host in Development on a free port, with a data folder of its own, and the CLI that connects to it.</summary>
internal sealed class Tools : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private ToolProcess? _host;

    public string DataFolder => _folder.File("data");

    public string Url { get; private set; } = "";

    public ToolProcess Host => _host!;

    /// <summary>All log categories at Trace, including those that the host's own settings suppress.</summary>
    public static string[] Trace { get; } =
    [
        "--Logging:LogLevel:Default", "Trace", "--Logging:LogLevel:Microsoft.AspNetCore", "Trace",
        "--Logging:Console:LogLevel:Default", "Trace", "--Logging:Console:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "Trace",
    ];

    /// <summary>Additional environment variables of the host.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public static ToolProcess StartHost(string environment, string dataFolder, params string[] arguments) =>
        StartHost(new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = environment }, dataFolder, arguments);

    private static ToolProcess StartHost(Dictionary<string, string> environment, string dataFolder, string[] arguments) => ToolProcess.Start(
        ToolProcess.Host, environment, ["--urls", "http://127.0.0.1:0", "--Wsmq:DataFolder", dataFolder, .. arguments]);

    public async Task StartHostAsync(params string[] arguments)
    {
        const string Listening = "listening on";
        if (_host is not null)
            await _host.DisposeAsync();
        _host = StartHost(new Dictionary<string, string>(Environment) { ["ASPNETCORE_ENVIRONMENT"] = "Development" }, DataFolder, arguments);
        await Eventually.That("the host prints where it listens", () => _host.HasExited || _host.Output.Any(line => IsBanner(line)));
        _host.HasExited.Should().BeFalse(_host.Error);
        Url = _host.Output.First(IsBanner).Replace(Listening, "", StringComparison.Ordinal).Trim();

        static bool IsBanner(string line) => line.StartsWith($"  {Listening}", StringComparison.Ordinal);
    }

    /// <summary>A token that the host accepts in Development, for tests that do not need the CLI.</summary>
    public string Token(string user, TimeSpan? lifetime = null, EncryptingCredentials? encryption = null) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = DevelopmentKey.Issuer,
            Audience = DevelopmentKey.Audience,
            Subject = new ClaimsIdentity([new Claim("sub", user)]),
            Expires = DateTime.UtcNow + (lifetime ?? TimeSpan.FromHours(1)),
            SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(DevelopmentKey.Load(DataFolder)!), SecurityAlgorithms.HmacSha256),
            EncryptingCredentials = encryption,
        });

    /// <summary>Kills the host, as kill -9 does.</summary>
    public Task KillHostAsync() => Host.KillAsync();

    /// <summary>Asserts that neither the marker nor any part of the tokens is in the output of the process.</summary>
    public static void NothingSecretIn(ToolProcess process, string marker, params string[] tokens)
    {
        var output = string.Join('\n', process.Output) + process.Error;
        output.Should().NotContain(marker);
        foreach (var part in tokens.SelectMany(t => t.Split('.')).Where(p => p.Length > 0))
            output.Should().NotContain(part);
    }

    public ToolProcess StartCli(params string[] arguments) => ToolProcess.Start(
        ToolProcess.Cli, new Dictionary<string, string> { ["WSMQ_DATA"] = DataFolder, ["WSMQ_URL"] = Url }, arguments);

    /// <summary>Runs the CLI until it exits.</summary>
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
