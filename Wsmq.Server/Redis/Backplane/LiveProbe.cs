using StackExchange.Redis;
using Wsmq.Server.Redis.Lines;

namespace Wsmq.Server.Redis.Backplane;

/// <summary>Pings the primaries, and what carries the subscriptions: with RESP2 that is a line of its own.</summary>
internal sealed class LiveProbe(RedisBackplane line, TimeSpan patience) : ILineProbe
{
    private readonly PingProbe _pings = new(line, patience);

    public async Task<bool?> AnswersAsync(CancellationToken cancellationToken)
    {
        var answers = await _pings.AnswersAsync(cancellationToken);
        if (answers == true && !await HearsAsync(cancellationToken))
            answers = false;

        // SignalR ends the connection with the app, before the store does.
        return line.IsOpen ? answers : null;
    }

    public Task PrepareAsync(IConnectionMultiplexer fresh, CancellationToken cancellationToken) => _pings.PrepareAsync(fresh, cancellationToken);

    private async Task<bool> HearsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await line.ConfirmedAsync().WaitAsync(patience, cancellationToken);
            return true;
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            return false;
        }
    }
}
