using System.Diagnostics;
using Microsoft.AspNetCore.SignalR;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>A refusal that names a time is repeated after that time; the waits of the client itself are shorter here.</summary>
public sealed class RetryAfterTests : ClientTest
{
    private static readonly TimeSpan Asked = TimeSpan.FromMilliseconds(600);

    // Timers may fire a moment early.
    private static readonly TimeSpan Least = Asked - TimeSpan.FromMilliseconds(50);

    private static string Refusal(WsmqError error) => new WsmqException(error, Asked).Message;

    [Fact]
    public async Task A_send_waits_as_long_as_the_server_asks_and_those_to_other_addresses_do_not()
    {
        long refused = 0;
        var tooEarly = 0;
        var carolDone = false;
        var carolWasFirst = false;
        Script.OnSend = (message, _) =>
        {
            if (message.To != "user:bob" || carolWasFirst)
                return Task.FromResult(Script.Store(message));
            var first = refused == 0;
            if (first)
                refused = Stopwatch.GetTimestamp();
            if (Stopwatch.GetElapsedTime(refused) >= Least)
            {
                carolWasFirst = Volatile.Read(ref carolDone);
                return Task.FromResult(Script.Store(message));
            }

            // The second one may be under way before the client has heard of the refusal.
            tooEarly += !first && message.Body.ToString() == "\"1\"" ? 1 : 0;
            throw new HubException(Refusal(WsmqErrors.RateLimited));
        };
        await Client.StartAsync();
        var first = Client.SendAsync(Chat("1"));
        await Eventually.That("it was refused", () => Volatile.Read(ref refused) > 0);
        var second = Client.SendAsync(Chat("2"));
        await Client.SendAsync(Chat("c", "user:carol"));
        Volatile.Write(ref carolDone, true);
        await Task.WhenAll(first, second);

        tooEarly.Should().Be(0);
        carolWasFirst.Should().BeTrue();
        Script.Stored.Select(s => s.Body.ToString()).Should().BeEquivalentTo("\"c\"", "\"1\"", "\"2\"");
        Script.Stored.First().To.Should().Be("user:carol");
    }

    [Fact]
    public async Task An_ack_waits_as_long_as_the_server_asks()
    {
        var calls = new List<long>();
        Script.OnAck = (_, _) =>
        {
            calls.Add(Stopwatch.GetTimestamp());
            return calls.Count == 1 ? throw new HubException(Refusal(WsmqErrors.TooManyReads)) : Task.CompletedTask;
        };
        Script.OnConnected = Entry.Chats(1);
        Record();
        await Client.StartAsync();
        await Eventually.That("it is repeated", () => calls.Count == 2);
        Stopwatch.GetElapsedTime(calls[0], calls[1]).Should().BeGreaterThan(Least);
    }

    [Fact]
    public async Task A_resume_waits_as_long_as_the_server_asks()
    {
        var calls = new List<long>();
        Script.OnResume = (_, _, _) =>
        {
            calls.Add(Stopwatch.GetTimestamp());
            return calls.Count == 1 ? throw new HubException(Refusal(WsmqErrors.TooManyReads)) : Task.CompletedTask;
        };
        await Client.StartAsync();
        await Client.ResumeAsync(WsmqAddress.User("alice"), WsmqPosition.Start);
        calls.Should().HaveCount(2);
        Stopwatch.GetElapsedTime(calls[0], calls[1]).Should().BeGreaterThan(Least);
    }
}

/// <summary>The typed client against a node that limits it.</summary>
public sealed class LimitedClientTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_is_lost_at_the_limit()
    {
        await using var node = await TestNode.StartAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")), o => (o.Limits.SendsPerSecond, o.Limits.SendBurst) = (100, 50));
        await using var bob = await TypedClient.StartAsync(node.Hub, "bob");
        await using var alice = await TypedClient.StartAsync(node.Hub, "alice");

        var receipts = await alice.SendAsync("user:bob", Enumerable.Range(0, 400));

        receipts.Should().OnlyContain(r => !r.Duplicate);
        await Eventually.That("all are handled", () => bob.HandledCount >= 400);
        bob.Handled.Should().BeEquivalentTo(Enumerable.Range(0, 400));
    }

    [Fact]
    public async Task Who_is_turned_away_comes_back_when_there_is_room()
    {
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), o => o.Limits.ConnectionsPerUser = 1);
        var first = await TypedClient.StartAsync(node.Hub, "alice");
        await first.SendAsync("user:alice", 1);
        await using var second = new TypedClient(node.Hub, "alice", null);
        var starting = second.Client.StartAsync();
        await Eventually.That("it is turned away", () => second.Errors.Any(e => e.Exception is WsmqException { Error.Number: 1005, RetryAfter: not null }));
        await first.DisposeAsync();
        await starting;
        await second.SendAsync("user:alice", 2);
    }
}
