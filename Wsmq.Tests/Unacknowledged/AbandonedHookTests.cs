using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;
using Wsmq.Server.Unacknowledged;
using Wsmq.Tests.Support;

namespace Wsmq.Tests.Unacknowledged;

/// <summary>A hook that goes on after it was cancelled.</summary>
public sealed class AbandonedHookTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLogs _logs = new();
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<(string User, int Attempt, bool IsLater)> _calls = [];
    private TestNode _node = null!;

    public async Task InitializeAsync() => _node = await TestNode.StartAsync(
        s => s.UseSqlite(_folder.File("wsmq.db")),
        o => (o.Unacknowledged.HasHook, o.Unacknowledged.After, o.Unacknowledged.Gather, o.Unacknowledged.MaxCalls) = (true, Soon, Soon, 1));

    public async Task DisposeAsync()
    {
        _go.TrySetResult();
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task It_has_failed_and_keeps_its_place_until_it_ends()
    {
        using var factory = new LoggerFactory([_logs]);
        var services = new TellServices(
            _node.Services.GetRequiredService<IStore>(), _node.Services.GetRequiredService<IOptions<WsmqOptions>>(),
            [new UnacknowledgedHook(HandleAsync)], _time, _node.Services.GetRequiredService<WsmqMetrics>(),
            factory.CreateLogger<UnacknowledgedTellers>());
        using var tellers = new UnacknowledgedTellers(services);
        await tellers.StartAsync(CancellationToken.None);
        await _node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:bob" });
        await AdvanceUntilAsync("the hook is called", () => !_calls.IsEmpty);
        await _node.Publisher.SendAsync(new WsmqOutgoingMessage { To = "user:carol" });

        await AdvanceUntilAsync("the hook is given up", () => _logs.Of(LogLevel.Error).Any(l => l.Contains("goes on with 1 messages to user:bob", StringComparison.Ordinal)));
        await AdvanceUntilAsync("it has failed", () => _logs.Of(LogLevel.Warning).Any(l => l.Contains("failed for 1 messages", StringComparison.Ordinal)));
        var steps = 0;
        await AdvanceUntilAsync("others would be called", () => ++steps == 50);
        _go.SetResult();
        await AdvanceUntilAsync("both are told of", () => _calls.Count == 3);

        _calls.First().Should().Be(("bob", 1, false));
        _calls.Skip(1).Order().Should().Equal(("bob", 2, true), ("carol", 1, true));
        await tellers.StopAsync();
    }

    private Task HandleAsync(WsmqUnacknowledged told, CancellationToken cancellationToken)
    {
        var isFirst = _calls.IsEmpty;
        _calls.Enqueue((told.User, told.Attempt, _go.Task.IsCompleted));
        return isFirst ? _go.Task : Task.CompletedTask;
    }

    private Task AdvanceUntilAsync(string reason, Func<bool> condition) => Eventually.That(reason, () =>
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });
}
