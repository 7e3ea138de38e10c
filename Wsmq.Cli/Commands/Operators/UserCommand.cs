using System.CommandLine;
using Wsmq.Cli.Connecting;
using Wsmq.Cli.Output;

namespace Wsmq.Cli.Commands.Operators;

/// <summary><c>wsmq user</c>: groups, devices, connections and access of a user.</summary>
internal static class UserCommand
{
    public static Command Create()
    {
        var command = new Command("user", "Inspects users, and ends or allows their access, for operators.")
        {
            Groups(), Devices(), RemoveDevice(), Connections(),
            Change("disconnect", "Closes the connections of a user, who may connect again.", "disconnected",
                (call, user) => call.Api.DisconnectAsync(user, call.Stop)),
            Banned(), Ban(),
            Change("unban", "Ends the ban of a user.", "not banned", (call, user) => call.Api.UnbanAsync(user, call.Stop)),
            RevokeTokens(),
        };
        command.Aliases.Add("users");
        return command;
    }

    private static Command Groups()
    {
        var user = ApiVerb.User();
        return ApiVerb.Create("groups", "Lists the groups of a user.", ApiVerb.Lines, async call => call.PrintAll(
            await call.Api.ListGroupsAsync(call.Result.NameOf(user), call.Stop), Printable.Line), user);
    }

    private static Command Devices()
    {
        var user = ApiVerb.User();
        return ApiVerb.Create("devices", "Lists the devices of a user.", ApiVerb.Lines, async call => call.PrintAll(
            await call.Api.ListDevicesAsync(call.Result.NameOf(user), call.Stop), OperatorText.Of), user);
    }

    private static Command RemoveDevice()
    {
        var (user, device) = (ApiVerb.User(), new Argument<string>("device") { Description = "The name of the device." });
        return ApiVerb.Create("remove-device", "Removes a device with its cursors: it begins again when it connects.", ApiVerb.OneValue,
            async call =>
        {
            var name = call.Result.GetRequiredValue(device);
            if (!await call.Api.RemoveDeviceAsync(call.Result.NameOf(user), name, call.Stop))
                throw new CliFailure(ExitCodes.Refused, "The user has no such device.");
            return call.Print(new { Device = name, Removed = true }, "removed");
        }, user, device);
    }

    private static Command Connections()
    {
        var user = ApiVerb.User();
        return ApiVerb.Create("connections", "Lists the connections of a user on all nodes.", ApiVerb.OneValue, async call => call.Print(
            await call.Api.ListConnectionsAsync(call.Result.NameOf(user), call.Stop), OperatorText.Of), user);
    }

    private static Command Banned()
    {
        var user = ApiVerb.User();
        return ApiVerb.Create("banned", "Prints whether a user is banned.", ApiVerb.OneValue, async call =>
        {
            var banned = await call.Api.IsBannedAsync(call.Result.NameOf(user), call.Stop);
            return call.Print(new { Banned = banned }, banned ? "banned" : "not banned");
        }, user);
    }

    private static Command Ban()
    {
        var (user, until) = (ApiVerb.User(), PointInTime.Option("--until", "When the ban ends. Without it the ban does not end."));
        return ApiVerb.Create("ban", "Bans a user: closes the connections, and refuses new ones.", ApiVerb.OneValue, async call =>
        {
            var end = call.Result.GetValue(until);
            await call.Api.BanAsync(call.Result.NameOf(user), end, call.Stop);
            return call.Print(
                new { Banned = true, Until = end?.ToUnixTimeMilliseconds() },
                    end is { } time ? $"banned until {Moment.Text(time)}" : "banned");
        }, user, until);
    }

    private static Command RevokeTokens()
    {
        var user = ApiVerb.User();
        var before = PointInTime.Option("--before",
            "Only tokens that were issued before this time. Without it all that were issued until now.");
        return ApiVerb.Create("revoke-tokens", "Revokes the tokens of a user that have been issued.", ApiVerb.OneValue, async call =>
        {
            var time = call.Result.GetValue(before);
            await call.Api.RevokeTokensAsync(call.Result.NameOf(user), time, call.Stop);
            return call.Print(new { Revoked = true, Before = time?.ToUnixTimeMilliseconds() }, "revoked");
        }, user, before);
    }

    private static Command Change(string name, string description, string done, Func<ApiCall, string, Task> change)
    {
        var user = ApiVerb.User();
        return ApiVerb.Create(name, description, ApiVerb.OneValue, async call =>
        {
            await change(call, call.Result.NameOf(user));
            return call.Print(new { Done = true }, done);
        }, user);
    }
}
