using System.CommandLine;
using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Load;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq bench</c>: a small load against a deployment that runs.</summary>
internal sealed class BenchCommand
{
    private readonly ConnectionOptions _connection = new();
    private readonly Option<Uri?> _api = UrlOption.Api();
    private readonly Option<int?> _senders = ApiVerb.Count("--senders", "How many connections send. Default: 2");
    private readonly Option<int?> _receivers = ApiVerb.Count("--receivers", "How many connections receive. Default: 2");
    private readonly Option<int?> _rate = ApiVerb.Count("--rate", "Messages per second, of all senders together. Default: 100");
    private readonly Option<int?> _size = ApiVerb.Count("--size", "Bytes of a body. Default: 256");
    private readonly Option<int?> _seconds = ApiVerb.Count("--seconds", "How long messages are sent. Default: 10");
    private readonly Option<bool> _json = new("--json") { Description = "Prints the result as one JSON value on a line." };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Required for a deployment on another machine." };

    private readonly Option<string?> _to = ApiVerb.Text(
        "--to", "An address that the user reads and may send to: each receiver is a device of the user, and gets all messages. "
            + $"Without it each receiver is a user of its own, {LoadSettings.Prefix}-…, which requires --as.", "address");

    public static Command Create()
    {
        var bench = new BenchCommand();
        var command = new Command("bench", $"""
            Sends messages at a fixed rate to receivers of its own, and prints throughput, the times from each send to its receipt and to
            its delivery, and what was missing, repeated or out of order (exit code 9). Limits of users hold, also for the load.
            {ExitCodes.Help}
            """) { bench._to, bench._senders, bench._receivers, bench._rate, bench._size, bench._seconds, bench._yes, bench._json,
                bench._api };
        bench._connection.AddTo(command);
        bench._to.Validators.Add(ApiVerb.CheckAddress);
        command.Validators.Add(result =>
        {
            if (result.GetValue(bench._to) is null && !bench._connection.Credentials.IsDevelopment(result))
                result.AddError("Without --as (development), the load needs an address that the user reads and may send to: --to.");
            if (result.GetValue(bench._to) is { } to && to.StartsWith("work:", StringComparison.Ordinal))
                result.AddError("--to is an address that is read, user:<id> or group:<name>, not a work queue.");
        });
        command.SetAction(bench.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken stop)
    {
        if (!_connection.IsLoopback(result) && !result.GetValue(_yes))
            throw new CliFailure(ExitCodes.Usage,
                "The deployment is not on this machine: a load can disturb its users. Confirm with --yes.");
        var settings = Read(result);
        LoadResult outcome;
        await using (var run = new LoadRun(settings, name =>
            _connection.CreateSession(result, DeviceOf(settings, name), UserOf(settings, name))))
            outcome = await run.RunAsync(stop);
        using (var api = _connection.CreateApi(result, _api))
            outcome = outcome with { Remains = await LoadCleanup.RunAsync(api, settings, UserOf(settings, result),
                CancellationToken.None) };
        result.InvocationConfiguration.Output.WriteLine(result.GetValue(_json) ? JsonLines.Of(outcome) : outcome.Text());
        return outcome.HasLosses ? ExitCodes.Losses : outcome.Failed.Count > 0 ? ExitCodes.Refused : ExitCodes.Ok;
    }

    private LoadSettings Read(ParseResult result) => new(
        $"{LoadSettings.Prefix}-{Guid.NewGuid().ToString("n")[..8]}", result.GetValue(_senders) ?? 2, result.GetValue(_receivers) ?? 2,
            result.GetValue(_rate) ?? 100,
        result.GetValue(_size) ?? 256, TimeSpan.FromSeconds(result.GetValue(_seconds) ?? 10), _connection.Timeout(result))
    {
        To = result.GetValue(_to) is { } to ? WsmqAddress.Parse(to) : null,
    };

    // With an address all connections are of one user, and differ by their devices; otherwise by their users.
    private static string? DeviceOf(LoadSettings settings, string name) => settings.To is null ? null : name;

    private static string? UserOf(LoadSettings settings, string name) => settings.To is null ? name : null;

    // The owner of the queue, or the user of --as; for a group that a token reads nobody is known.
    private string? UserOf(LoadSettings settings, ParseResult result) =>
        settings.To is { Kind: WsmqAddressKind.User } own ? own.Name : _connection.Credentials.DevelopmentUser(result);
}
