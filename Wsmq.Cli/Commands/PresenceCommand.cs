using System.CommandLine;
using System.Globalization;
using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands;

/// <summary><c>wsmq presence</c>: who is online.</summary>
internal static class PresenceCommand
{
    public static Command Create()
    {
        var connection = new ConnectionOptions();
        var address = new Argument<string>("address") { Description = "A user or a group: user:<id> or group:<name>." };
        var watch = new Option<bool>("--watch") { Description = "Goes on with what changes, until Ctrl+C, which ends it with exit code 0." };
        var json = new Option<bool>("--json") { Description = "Prints one JSON object per line: the presence as a whole, then what has changed." };
        var command = new Command("presence", $"""
            Prints who is online: a user, or the members of a group, with their devices. By default users may see themselves and the groups
            that they read; this connection counts as well. The server must have presence enabled.
            {ExitCodes.Help}
            """) { address, watch, json };
        connection.AddTo(command);
        address.Validators.Add(ApiVerb.CheckAddress);
        address.Validators.Add(result =>
        {
            if (WsmqAddress.TryParse(result.GetRequiredValue(address), out var parsed, out _) && parsed.Kind == WsmqAddressKind.Work)
                result.AddError("A work queue has no presence.");
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var session = connection.CreateSession(result);
            var printer = new PresencePrinter(result.InvocationConfiguration.Output, result.GetValue(json));
            using var seen = session.Client.WatchPresence(WsmqAddress.Parse(result.GetRequiredValue(address)));
            if (result.GetValue(watch))
            {
                session.SayConnection();
                seen.Changed += (_, change) => printer.Print(change);
            }

            await session.ConnectAsync(cancellationToken);
            var ready = seen.ReadyAsync(cancellationToken);
            await session.WhileHopeful(ready);
            if (result.GetValue(watch))
                await UntilCancelledAsync(session, cancellationToken);
            else
                printer.Print(await ready);
            await session.Client.StopAsync(CancellationToken.None);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task UntilCancelledAsync(Session session, CancellationToken cancellationToken)
    {
        try
        {
            await session.WhileHopeful(Task.Delay(Timeout.Infinite, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl+C.
        }
    }
}

/// <summary>Prints presence as text or as JSON lines.</summary>
internal sealed class PresencePrinter(TextWriter output, bool asJson)
{
    public void Print(WsmqPresenceState state)
    {
        if (asJson)
        {
            output.WriteLine(JsonLines.Of(state));
            return;
        }

        foreach (var member in state.Members ?? [])
            output.WriteLine(Line(member));
        if (state.Address.Kind == WsmqAddressKind.Group)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{state.Online} online  {state.Away} away"));
    }

    public void Print(WsmqPresenceChangedEventArgs change)
    {
        if (change.IsFirst)
        {
            Print(change.State);
            return;
        }

        if (asJson)
        {
            output.WriteLine(JsonLines.Of(new { online = change.State.Online, away = change.State.Away, changes = change.Changes }));
            return;
        }

        foreach (var one in change.Changes)
            output.WriteLine(Line(one.After));
        if (change.Changes.Count == 0)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{change.State.Online} online  {change.State.Away} away"));
    }

    private static string Line(WsmqUserPresence user) => Printable.Line(
        $"{user.User}  {NameOf(user.Status)}{string.Concat(user.Devices.Select(Device))}"
        + (user.LastSeen is { } seen ? $"  last seen {Moment.Text(seen)}" : ""));

    private static string Device(WsmqPresenceDevice device) =>
        $"  {device.Device} since {Moment.Text(device.Since)}{(device.Status == WsmqPresenceStatus.Away ? " away" : "")}"
        + (device.Data is { } data ? $" {data}" : "");

    private static string NameOf(WsmqPresenceStatus status) => status switch
    {
        WsmqPresenceStatus.Online => "online",
        WsmqPresenceStatus.Away => "away",
        _ => "offline",
    };
}
