using StackExchange.Redis;
using Wsmq.Server.Stores.Redis.Connections;

namespace Wsmq.Server.Live;

/// <summary>Pings the primaries, and the connection that carries the subscriptions: with RESP2 that is a separate one.</summary>
internal sealed class LiveProbe(RedisBackplane line, TimeSpan patience) : ILineProbe
{
    private readonly PingProbe _pings = new(line, patience);

    public async Task<bool?> AnswersAsync(CancellationToken cancellationToken)
    {
        var answers = await _pings.AnswersAsync(cancellationToken);
        if (answers == true && !await ReceivesAsync(cancellationToken))
            answers = false;

        // SignalR closes the connection when the app stops, before the store does: then nothing is known, and nothing is to be replaced.
        return line.IsOpen ? answers : null;
    }

    public Task PrepareAsync(IConnectionMultiplexer fresh, CancellationToken cancellationToken) => _pings.PrepareAsync(fresh, cancellationToken);

    private async Task<bool> ReceivesAsync(CancellationToken cancellationToken)
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
