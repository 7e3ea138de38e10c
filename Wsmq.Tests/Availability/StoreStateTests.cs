using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;

namespace Wsmq.Tests.Availability;

/// <summary>
/// A store that becomes unavailable and available again: connected clients are notified of both, once each, and unconfirmed sends fail.
/// </summary>
public sealed class StoreStateTests : IAsyncLifetime
{
    private const int Count = 700;
    private readonly List<IAsyncDisposable> _running = [];
    private readonly TempFolder _folder = new();
    private readonly ConcurrentQueue<bool> _plain = new();
    private readonly ConcurrentQueue<bool> _typed = new();
    private readonly ConcurrentQueue<bool> _turnedAway = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        for (var i = _running.Count - 1; i >= 0; i--)
            await _running[i].DisposeAsync();
        _folder.Dispose();
    }

    private T Keep<T>(T disposable)
        where T : IAsyncDisposable
    {
        _running.Add(disposable);
        return disposable;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Clients_are_notified_once_each_when_Redis_becomes_unavailable_and_available_again(bool kill)
    {
        var redis = Keep(await RedisServer.StartAsync(appendOnly: true, "--appendfsync", "always"));
        var node = Keep(await TestNode.StartAsync(
            s => s.UseRedis(redis.EndPoint, o => o.CommandTimeout = TimeSpan.FromSeconds(2)), Impatient));

        await GoesAndComesBackAsync(
            node,
            () => kill ? redis.StopAsync(kill: true) : At(redis.Pause),
            () => kill ? redis.RestartAsync() : At(redis.Continue));

        static Task At(Action change)
        {
            change();
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Clients_are_notified_once_each_when_another_program_locks_and_unlocks_the_SQLite_database()
    {
        var node = Keep(await TestNode.StartAsync(s => s.UseSqlite(_folder.File("wsmq.db")), Impatient));
        await using var other = new SqliteConnection($"Data Source={_folder.File("wsmq.db")};Pooling=False");
        await other.OpenAsync();

        await GoesAndComesBackAsync(node, () => RunAsync("BEGIN IMMEDIATE"), () => RunAsync("ROLLBACK"));

        async Task RunAsync(string sql)
        {
            await using var command = other.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync();
        }
    }

    private static void Impatient(WsmqOptions options) =>
        (options.Delivery.StoreUnavailableAfter, options.Publish.SendTimeout, options.Publish.MaxInFlightSends) =
            (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), 2 * Count);

    private async Task GoesAndComesBackAsync(TestNode node, Func<Task> go, Func<Task> comeBack)
    {
        var plain = PlainClient.Create(node.Hub, TestTokens.For("bob"));
        plain.Connection.On<bool>("StoreState", _plain.Enqueue);
        await Keep(plain).Connection.StartAsync();
        var typed = Keep(await TypedClient.StartAsync(node.Hub, "carol"));
        typed.Client.StoreStateChanged += (_, e) => _typed.Enqueue(e.Available);
        await plain.SendAsync("user:carol", new { value = 1 }, "before");
        await typed.SendAsync("user:bob", 1);

        await go();

        var send = plain.SendAsync("user:carol", 2, "meanwhile");
        var results = await PublishAsync(plain);
        results.Should().HaveCount(Count);
        results.Select(r => WsmqError.Find(r.Error)).Should().OnlyContain(e => e == WsmqErrors.StoreUnavailable || e == WsmqErrors.ServerBusy);
        WsmqError.Find((await FluentActions.Awaiting(() => send).Should().ThrowAsync<HubException>()).Which.Message)
            .Should().Be(WsmqErrors.StoreUnavailable);
        await Eventually.That("both clients are notified of the outage", () => !_plain.IsEmpty && !_typed.IsEmpty);
        typed.Client.StoreAvailable.Should().BeFalse();
        var (late, starting) = await StartWhileAwayAsync(node);

        await comeBack();

        await Eventually.That("both clients are notified of the recovery", () => _plain.Count == 2 && _typed.Count == 2);
        await Eventually.That("the client that was refused is accepted", () => late.Client.StoreAvailable);
        await starting;
        await typed.SendAsync("user:bob", 3);
        await Eventually.That("messages flow", () => plain.Received.Count > 0 && plain.Received[^1].Body.ToString() == """{"value":3}""");
        foreach (var told in new[] { _plain, _typed, _turnedAway })
            told.Should().Equal(false, true);
        typed.States.Should().Equal(WsmqClientState.Connecting, WsmqClientState.Connected);
    }

    // StartAsync completes once the client is accepted, which may be only when the store is available again.
    private async Task<(TypedClient Late, Task Starting)> StartWhileAwayAsync(TestNode node)
    {
        var late = Keep(new TypedClient(node.Hub, "dave", _ => Task.CompletedTask));
        late.Client.StoreStateChanged += (_, e) => _turnedAway.Enqueue(e.Available);
        var starting = late.Client.StartAsync();
        await Eventually.That("the client was refused", () => !late.Client.StoreAvailable);
        return (late, starting);
    }

    private static async Task<List<WsmqItemResult>> PublishAsync(PlainClient client)
    {
        var results = new List<WsmqItemResult>();
        var stream = client.Connection.StreamAsync<WsmqItemResult[]>("SendStream", MessagesAsync());
        await foreach (var some in stream)
            results.AddRange(some);
        return results;
    }

    private static async IAsyncEnumerable<WsmqOutgoingMessage[]> MessagesAsync()
    {
        for (var i = 0; i < Count; i++)
        {
            await Task.Yield();
            yield return [new WsmqOutgoingMessage { To = "user:carol", Id = $"s{i}", Body = WsmqJsonBody.Parse("0") }];
        }
    }
}
