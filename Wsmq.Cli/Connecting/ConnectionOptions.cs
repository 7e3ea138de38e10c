using System.CommandLine;
using System.CommandLine.Parsing;

namespace Wsmq.Cli.Connecting;

/// <summary>The options of every command that connects to the hub.</summary>
internal sealed class ConnectionOptions
{
    private const string Variable = "WSMQ_URL";
    private const string DefaultUrl = "http://localhost:5080/wsmq";

    private static readonly TimeSpan Default = TimeSpan.FromSeconds(10);

    private readonly CredentialOptions _credentials = new();

    private readonly Option<Uri> _url = new("--url")
    {
        Description = $"The URL of the hub; also {Variable}.",
        HelpName = "url",
        CustomParser = ParseUrl,
        DefaultValueFactory = ParseUrl,
    };

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

    public Session CreateSession(ParseResult result, string? device = null) => new(
        result.GetRequiredValue(_url), result.GetValue(_timeout), _credentials.Read(result), device);

    private static Uri ParseUrl(ArgumentResult result)
    {
        var text = result.Tokens is [var token, ..] ? token.Value
            : Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value
            : DefaultUrl;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "ws" or "wss")
            return url;
        // The message does not include the URL: its query may contain a token.
        result.AddError($"--url (or {Variable}) is not a URL such as {DefaultUrl}.");
        return new Uri(DefaultUrl);
    }
}
