using System.CommandLine;
using System.Globalization;
using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq status</c>: what has become of tracked messages that this user has sent.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var connection = new ConnectionOptions();
        var to = new Argument<string>("to") { Description = "The address that they were sent to: user:<id> or group:<name>." };
        var position = new Argument<string?>("position")
        {
            Description = "The position of one message, as its receipt has it. Without it, and without --id, all are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var id = ApiVerb.Text("--id", "The id of one message, instead of its position.", "id");
        var json = new Option<bool>("--json") { Description = "Prints one JSON object per line: a status, or with one message a reader." };
        var command = new Command("status", $"""
            Prints what has become of messages that this user has sent with --track: stored, delivered, acknowledged, expired, dead-lettered,
            lost or skipped. Of one message also its readers: the devices of a user, or the members of a group.
            {ExitCodes.Help}
            """) { to, position, id, json };
        connection.AddTo(command);
        to.Validators.Add(ApiVerb.CheckAddress);
        to.Validators.Add(result =>
        {
            if (WsmqAddress.TryParse(result.GetRequiredValue(to), out var address, out _) && address.Kind == WsmqAddressKind.Work)
                result.AddError("A job is looked up with wsmq queue status.");
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(position) is { } at && !WsmqPosition.TryParse(at, out _))
                result.AddError($"'{at}' is not a position: it has 16 digits.");
            if (result.GetValue(position) is not null && result.GetValue(id) is not null)
                result.AddError("Use only one of a position and --id.");
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var session = connection.CreateSession(result);
            await session.ConnectAsync(cancellationToken);
            var printer = new StatusPrinter(result.InvocationConfiguration.Output, result.GetValue(json));
            var address = WsmqAddress.Parse(result.GetRequiredValue(to));
            var client = session.Client;
            var asked = (result.GetValue(position), result.GetValue(id)) switch
            {
                ({ } at, _) => client.GetStatusAsync(address, WsmqPosition.Parse(at), cancellationToken),
                (_, { } name) => client.GetStatusAsync(address, name, cancellationToken),
                _ => null,
            };
            var printing = asked is null
                ? printer.PrintAllAsync(client.TrackedAsync(address, cancellationToken: cancellationToken))
                : printer.PrintAsync(client, address, asked, cancellationToken);
            await session.WhileHopeful(printing);
            await session.Client.StopAsync(CancellationToken.None);
            return await printing;
        });
        return command;
    }
}

/// <summary>Prints the status of tracked messages as text or as JSON lines.</summary>
internal sealed class StatusPrinter(TextWriter output, bool asJson)
{
    /// <summary>Prints one status and its readers.</summary>
    public async Task<int> PrintAsync(WsmqClient client, WsmqAddress to, Task<WsmqMessageStatus?> asked, CancellationToken cancellationToken)
    {
        if (await asked is not { } status)
        {
            await CommandLine.WriteErrorAsync(
                "no status is stored: this user has not sent such a message with --track, it waits for its time, or its status is too old");
            return ExitCodes.Refused;
        }

        Print(status with { Readers = null });
        await foreach (var reader in client.ReadersOfAsync(to, WsmqPosition.Parse(status.Position), cancellationToken))
            await output.WriteLineAsync(asJson ? JsonLines.Of(reader) : Printable.Line(Line(reader)));
        return ExitCodes.Ok;
    }

    public async Task<int> PrintAllAsync(IAsyncEnumerable<WsmqMessageStatus> all)
    {
        await foreach (var status in all)
            Print(status);
        return ExitCodes.Ok;
    }

    public void Print(WsmqMessageStatus status) => output.WriteLine(asJson ? JsonLines.Of(status) : Printable.Line(string.Create(
        CultureInfo.InvariantCulture,
        $"{NameOf(status.State)}  position {status.Position}  id {status.Id}  delivered {status.Delivered}  acknowledged {status.Acknowledged}")
        + (status.DeadLettered > 0 ? string.Create(CultureInfo.InvariantCulture, $"  dead-lettered {status.DeadLettered}") : "")));

    private static string Line(WsmqReaderStatus reader) =>
        $"  {reader.User ?? reader.Device}  {NameOf(reader.State)}{At("delivered", reader.DeliveredAt)}{At("acknowledged", reader.AcknowledgedAt)}"
        + (reader.EndedAt is { } ended ? $"  at {Moment.Text(ended)}" : "");

    private static string At(string what, DateTimeOffset? at) => at is { } time ? $"  {what} {Moment.Text(time)}" : "";

    private static string NameOf(WsmqDeliveryState state) =>
        state == WsmqDeliveryState.DeadLettered ? "dead-lettered" : state.ToString().ToLowerInvariant();
}
