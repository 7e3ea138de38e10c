using System.CommandLine;
using Wsmq.Cli.Http;

namespace Wsmq.Cli.Connecting;

/// <summary>The options of every command that connects to the hub.</summary>
internal sealed class ConnectionOptions
{
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(10);

    private readonly CredentialOptions _credentials = new();

    private readonly Option<Uri> _url = UrlOption.Hub();

    // Without a default of the option: help would print it as 00:00:10.
    private readonly Option<TimeSpan?> _timeout = new("--timeout")
    {
        Description = "How long to wait for the first connection (10s), for each receipt or answer (10s, at most 110s), and for the "
            + "messages of listen --count (indefinitely).",
        HelpName = "duration",
        CustomParser = result => Duration.Parse(result),
    };

    /// <summary>The value of --timeout where it was given; otherwise null.</summary>
    public TimeSpan? GivenTimeout(ParseResult result) => result.GetValue(_timeout);

    public void AddTo(Command command)
    {
        command.Add(_url);
        _credentials.AddTo(command);
        command.Add(_timeout);
    }

    public CredentialOptions Credentials => _credentials;

    public TimeSpan Timeout(ParseResult result) => GivenTimeout(result) ?? Default;

    public bool IsLoopback(ParseResult result) => result.GetRequiredValue(_url).IsLoopback;

    /// <param name="result">The command line.</param>
    /// <param name="api">The option for the URL of the HTTP API.</param>
    public ApiClient CreateApi(ParseResult result, Option<Uri?> api) => new(new ApiConnection(
        result.GetValue(api) ?? UrlOption.ApiOf(result.GetRequiredValue(_url)), Timeout(result), _credentials.Read(result)));

    /// <param name="result">The command line.</param>
    /// <param name="device">The name of the device; null: the default one.</param>
    /// <param name="user">Another user than that of --as; null: the user of the command line.</param>
    public Session CreateSession(ParseResult result, string? device = null, string? user = null) => new(
        result.GetRequiredValue(_url), Timeout(result), _credentials.Read(result, user), device);
}
