using System.Diagnostics;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Client;

/// <summary>A refusal that names a retry time is retried after that time; the client's own backoff is shorter here.</summary>
public sealed class RetryAfterTests : ClientTest
{
    private static readonly TimeSpan Asked = TimeSpan.FromMilliseconds(600);

    // Timers may fire slightly early.
    private static readonly TimeSpan Least = Asked - TimeSpan.FromMilliseconds(50);

    private static string Refusal(WsmqError error) => new WsmqException(error, Asked).Message;

    [Fact]
    public async Task A_refused_send_waits_for_the_retry_time_of_the_server_and_sends_to_other_addresses_do_not()
    {
        // The client's clock stands still until the other send has its receipt, however long that takes.
        var time = new FakeTimeProvider();
        await using var client = new WsmqClient(Server.Url, o => o.TimeProvider = time);
        long refused = 0;
        var tooEarly = 0;
        Script.OnSend = (message, _) =>
        {
            if (message.To != "user:bob")
                return Task.FromResult(Script.Store(message));
            var isFirst = Volatile.Read(ref refused) == 0;
            if (isFirst)
                Volatile.Write(ref refused, time.GetUtcNow().Ticks);
            if (time.GetUtcNow().Ticks - Volatile.Read(ref refused) >= Asked.Ticks)
                return Task.FromResult(Script.Store(message));

            // The second send may be in flight before the client has received the refusal.
            tooEarly += !isFirst && message.Body.ToString() == "\"1\"" ? 1 : 0;
            throw new HubException(Refusal(WsmqErrors.RateLimited));
        };
        await client.StartAsync();
        var first = client.SendAsync(Chat("1"));
        await Eventually.That("it was refused", () => Volatile.Read(ref refused) > 0);
        var second = client.SendAsync(Chat("2"));
        await client.SendAsync(Chat("c", "user:carol"));
        first.IsCompleted.Should().BeFalse();
        await Eventually.That("both have their receipts", () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(10));
            return first.IsCompleted && second.IsCompleted;
        });
        await Task.WhenAll(first, second);

        tooEarly.Should().Be(0);
        Script.Stored.Select(s => s.Body.ToString()).Should().BeEquivalentTo("\"c\"", "\"1\"", "\"2\"");
        Script.Stored.First().To.Should().Be("user:carol");
    }

    [Fact]
    public async Task A_refused_ack_waits_for_the_retry_time_of_the_server()
    {
        var calls = new List<long>();
        Script.OnAck = (_, _) =>
        {
            calls.Add(Stopwatch.GetTimestamp());
            return calls.Count == 1 ? throw new HubException(Refusal(WsmqErrors.TooManyResumes)) : Task.CompletedTask;
        };
        Script.OnConnected = Entry.Chats(1);
        Record();
        await Client.StartAsync();
        await Eventually.That("it is repeated", () => calls.Count == 2);
        Stopwatch.GetElapsedTime(calls[0], calls[1]).Should().BeGreaterThan(Least);
    }

    [Fact]
    public async Task A_refused_resume_waits_for_the_retry_time_of_the_server()
    {
        var calls = new List<long>();
        Script.OnResume = (_, _, _) =>
        {
            calls.Add(Stopwatch.GetTimestamp());
            return calls.Count == 1 ? throw new HubException(Refusal(WsmqErrors.TooManyResumes)) : Task.CompletedTask;
        };
        await Client.StartAsync();
        await Client.ResumeAsync(WsmqAddress.User("alice"), WsmqPosition.Start);
        calls.Should().HaveCount(2);
        Stopwatch.GetElapsedTime(calls[0], calls[1]).Should().BeGreaterThan(Least);
    }
}

/// <summary>The typed client against a node with low limits.</summary>
public sealed class LimitedClientTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_message_is_lost_at_the_send_rate_limit()
    {
        await using var node = await TestNode.StartAsync(
            s => s.UseSqlite(_folder.File("wsmq.db")), o => (o.Limits.ConnectionSendsPerSecond, o.Limits.ConnectionSendBurst) = (100, 50));
        await using var bob = await TypedClient.StartAsync(node.Hub, "bob");
        await using var alice = await TypedClient.StartAsync(node.Hub, "alice");

        var receipts = await alice.SendAsync("user:bob", Enumerable.Range(0, 400));

        receipts.Should().OnlyContain(r => !r.Duplicate);
        await Eventually.That("all are handled", () => bob.HandledCount >= 400);
        bob.Handled.Order().Should().Equal(Enumerable.Range(0, 400));
    }

    [Fact]
    public async Task A_client_refused_by_the_connection_limit_connects_when_a_slot_is_free()
    {
        await using var node = await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), o => o.Limits.ConnectionsPerUser = 1);
        var first = await TypedClient.StartAsync(node.Hub, "alice");
        await first.SendAsync("user:alice", 1);
        await using var second = new TypedClient(node.Hub, "alice", null);
        var starting = second.Client.StartAsync();
        await Eventually.That("it is refused", () => second.Errors.Any(e => e.Exception is WsmqException { Error.Number: 1005, RetryAfter: not null }));
        await first.DisposeAsync();
        await starting;
        await second.SendAsync("user:alice", 2);
    }
}
