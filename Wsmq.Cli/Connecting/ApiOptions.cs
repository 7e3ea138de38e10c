using System.CommandLine;
using Wsmq.Cli.Http;

namespace Wsmq.Cli.Connecting;

/// <summary>The options of every command that uses the HTTP API.</summary>
internal sealed class ApiOptions
{
    private readonly CredentialOptions _credentials = new();
    private readonly Option<Uri> _url = UrlOption.Hub();
    private readonly Option<Uri?> _api = UrlOption.Api();

    private readonly Option<TimeSpan> _timeout = new("--timeout")
    {
        Description = "How long to wait for each answer. A refusal that names a time is repeated after it, if that is within this time.",
        HelpName = "duration",
        CustomParser = Duration.Parse,
        DefaultValueFactory = _ => TimeSpan.FromSeconds(10),
    };

    public void AddTo(Command command)
    {
        command.Add(_url);
        command.Add(_api);
        _credentials.AddTo(command);
        command.Add(_timeout);
    }

    public ApiClient CreateClient(ParseResult result) => new(new ApiConnection(
        result.GetValue(_api) ?? UrlOption.ApiOf(result.GetRequiredValue(_url)), result.GetValue(_timeout), _credentials.Read(result)));
}
