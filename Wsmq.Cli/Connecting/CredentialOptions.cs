using System.CommandLine;
using System.CommandLine.Parsing;

namespace Wsmq.Cli.Connecting;

/// <summary>The caller's credentials: a user, for whom a token is signed with the development key, or an existing token.</summary>
internal sealed class CredentialOptions
{
    private const string Variable = "WSMQ_TOKEN";

    // Short, because a new token is signed for every connection.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly Option<string?> _user = new("--as")
    {
        Description = "The user to connect as: signs a token with the development key of the host on this machine.",
        HelpName = "user",
    };

    private readonly Option<string?> _token = new("--token")
    {
        Description = $"A bearer token. Other users of this machine can see it in the process list: prefer {Variable} or --token-file.",
        HelpName = "token",
    };

    private readonly Option<string?> _file = new("--token-file")
    {
        Description = "A file that contains a bearer token; read again for every connection.",
        HelpName = "file",
    };

    private readonly Option<string> _dataFolder = DataFolderOption.Create();

    public void AddTo(Command command)
    {
        command.Add(_user);
        command.Add(_token);
        command.Add(_file);
        command.Add(_dataFolder);
        command.Validators.Add(result =>
        {
            var given = new Option[] { _user, _token, _file }.Count(option => result.GetResult(option) is not null);
            if (given > 1)
                result.AddError("Use only one of --as, --token and --token-file.");
            else if (given == 0 && FromEnvironment is null)
                result.AddError($"No credentials: use --as USER (development), --token-file FILE, or the variable {Variable}.");
        });
    }

    /// <summary>
    /// Returns the token provider, which is called for every connection. Calls it once, so that a missing key or file fails at once.
    /// </summary>
    /// <param name="result">The command line.</param>
    /// <param name="other">Another user than that of --as, if --as was given.</param>
    public Func<CancellationToken, Task<string?>> Read(ParseResult result, string? other = null)
    {
        Func<string> source = (result.GetValue(_user) is { } named ? other ?? named : null, result.GetValue(_token),
            result.GetValue(_file)) switch
        {
            ({ } user, _, _) => () => DevelopmentToken.Sign(result.GetRequiredValue(_dataFolder), user, Lifetime),
            (_, { } token, _) => () => token.Trim(),
            (_, _, { } file) => () => ReadFile(file),
            _ => () => FromEnvironment!,
        };
        source();
        return _ => Task.FromResult<string?>(source());
    }

    /// <summary>Whether tokens are signed here, for any user.</summary>
    public bool IsDevelopment(CommandResult result) => result.GetValue(_user) is not null;

    public string? DevelopmentUser(ParseResult result) => result.GetValue(_user);

    private static string? FromEnvironment => Environment.GetEnvironmentVariable(Variable)?.Trim() is { Length: > 0 } token ? token : null;

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliFailure(ExitCodes.Usage, $"The token file cannot be read: {e.Message}", e);
        }
    }
}
