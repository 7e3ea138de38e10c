using System.CommandLine;
using Wsmq.Cli.Http;

namespace Wsmq.Cli.Connecting;

/// <summary>The options of every command that connects to the hub.</summary>
internal sealed class ConnectionOptions
{
    private static readonly TimeSpan Default = TimeSpan.FromSeconds(10);

    private readonly CredentialOptions _credentials = new();

    private readonly Option<Uri> _url = UrlOption.Hub();

    private readonly Option<TimeSpan> _timeout = new("--timeout")
    {
        Description = "How long to wait for the first connection (10s), for each receipt or answer (10s, at most 110s), and for the "
            + "messages of listen --count (indefinitely).",
        HelpName = "duration",
        CustomParser = Duration.Parse,
        DefaultValueFactory = _ => Default,
    };

    /// <summary>The value of --timeout where it was given; otherwise null.</summary>
    public TimeSpan? GivenTimeout(ParseResult result) => result.GetResult(_timeout) is { Implicit: false } ? result.GetValue(_timeout) : null;

    public void AddTo(Command command)
    {
        command.Add(_url);
        _credentials.AddTo(command);
        command.Add(_timeout);
    }

    public CredentialOptions Credentials => _credentials;

    public TimeSpan Timeout(ParseResult result) => result.GetValue(_timeout);

    public bool IsLoopback(ParseResult result) => result.GetRequiredValue(_url).IsLoopback;

    /// <param name="result">The command line.</param>
    /// <param name="api">The option for the URL of the HTTP API.</param>
    public ApiClient CreateApi(ParseResult result, Option<Uri?> api) => new(new ApiConnection(
        result.GetValue(api) ?? UrlOption.ApiOf(result.GetRequiredValue(_url)), result.GetValue(_timeout), _credentials.Read(result)));

    /// <param name="result">The command line.</param>
    /// <param name="device">The name of the device; null: the default one.</param>
    /// <param name="user">Another user than that of --as; null: the user of the command line.</param>
    public Session CreateSession(ParseResult result, string? device = null, string? user = null) => new(
        result.GetRequiredValue(_url), result.GetValue(_timeout), _credentials.Read(result, user), device);
}
