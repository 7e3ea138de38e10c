using Wsmq.Faults.Stores;

namespace Wsmq.Tests.Support;

/// <summary>A Redis whose clock the test steps.</summary>
internal sealed class SteppedRedis : IAsyncDisposable
{
    private readonly TempFolder _folder;
    private readonly FakeClock _clock;
    private readonly RedisServer _server;

    private SteppedRedis(TempFolder folder, FakeClock clock, RedisServer server) => (_folder, _clock, _server) = (folder, clock, server);

    public string EndPoint => _server.EndPoint;

    public static async Task<SteppedRedis> StartAsync()
    {
        var folder = new TempFolder();
        try
        {
            var clock = await FakeClock.TryCreateAsync(folder.Path) ?? throw new InvalidOperationException(FakeClock.Missing);
            return new SteppedRedis(folder, clock, await RedisServer.StartAsync(appendOnly: false, clock.Environment));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Steps the clock to an offset from the correct time.</summary>
    public void Step(TimeSpan offset) => _clock.Step(offset);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
