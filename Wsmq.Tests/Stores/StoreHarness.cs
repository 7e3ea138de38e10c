using System.Collections.Concurrent;
using System.Text;
using Wsmq.Server.Stores;

namespace Wsmq.Tests.Stores;

/// <summary>A started store of one test, and helper methods for the tests.</summary>
internal abstract class StoreHarness : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, SemaphoreSlim> _lanes = new();
    private readonly string _run = Guid.NewGuid().ToString("N");
    private int _ids;

    public abstract IStore Store { get; }

    public IMessageLog Log => Store.MessageLog;

    /// <summary>Stops the store and starts another one on the same data.</summary>
    public abstract Task RestartAsync();

    public abstract ValueTask DisposeAsync();

    /// <summary>Appends as the contract requires: one call at a time for each lane, with items of that lane only.</summary>
    public virtual async Task<AppendResult[]> AppendAsync(params AppendRequest[] requests)
    {
        var results = new AppendResult[requests.Length];
        foreach (var lane in Enumerable.Range(0, requests.Length).GroupBy(i => Log.AppenderOf(requests[i].To)))
        {
            var gate = _lanes.GetOrAdd(lane.Key, _ => new SemaphoreSlim(1));
            await gate.WaitAsync();
            try
            {
                var part = await Log.Appenders[lane.Key].AppendAsync([.. lane.Select(i => requests[i])], follows: false, default);
                await Log.Appenders[lane.Key].ConfirmedAsync();
                part.Should().HaveCount(lane.Count(), "there is a result for each item");
                foreach (var (i, result) in lane.Zip(part))
                    results[i] = result;
            }
            finally
            {
                gate.Release();
            }
        }

        return results;
    }

    /// <summary>Appends one new message and returns its position.</summary>
    public async Task<WsmqPosition> AddAsync(WsmqAddress to, string body = "x")
    {
        var result = await AppendAsync(New(to, body));
        result[0].Duplicate.Should().BeFalse();
        return result[0].Position;
    }

    /// <summary>Appends <paramref name="count"/> new messages in one batch.</summary>
    public async Task<WsmqPosition[]> AddManyAsync(WsmqAddress to, int count)
    {
        var results = await AppendAsync([.. Enumerable.Range(0, count).Select(i => New(to, $"{i}"))]);
        return [.. results.Select(r => r.Position)];
    }

    public AppendRequest New(WsmqAddress to, string body = "x") => Message(to, "sender", $"{_run}-{Interlocked.Increment(ref _ids)}", body);

    public static AppendRequest Message(WsmqAddress to, string sender, string id, string body = "x") =>
        new(to, sender, id, Encoding.UTF8.GetBytes("meta:" + body), Encoding.UTF8.GetBytes(body));

    public Task<LogPage> ReadAsync(WsmqAddress source, WsmqPosition after = default, int maxEntries = 1000, int maxBytes = 1 << 24) =>
        Log.ReadAsync(source, after, maxEntries, maxBytes, default);

    public async Task<WsmqPosition[]> PositionsAsync(WsmqAddress source, WsmqPosition after = default) =>
        [.. (await ReadAsync(source, after)).Entries.Select(e => e.Position)];

    public async Task<LogState> StateAsync(WsmqAddress source) => (await Log.StatesAsync([source], default)).Single()!.Value;

    public async Task<WsmqPosition> OpenAsync(string user, string device) =>
        (await Log.OpenCursorAsync(WsmqAddress.User(user), user, device, default)).Position;

    public async Task<WsmqPosition> OpenGroupAsync(string group, string user, string device = "default") =>
        (await Log.OpenCursorAsync(WsmqAddress.Group(group), user, device, default)).Position;

    public Task<AckResult> AckAsync(string user, string device, WsmqPosition position) => AckAsync(WsmqAddress.User(user), user, device, position);

    public async Task<AckResult> AckAsync(WsmqAddress source, string user, string device, WsmqPosition position) =>
        (await Log.AckAsync([new AckRequest(source, user, device, position)], default)).Single();

    /// <summary>The position after a given one.</summary>
    public static WsmqPosition Beyond(WsmqPosition position) => position.Next();

    public static string Text(LogEntry entry) => Encoding.UTF8.GetString(entry.Body.Span);
}
