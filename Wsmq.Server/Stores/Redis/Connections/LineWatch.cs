using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Stores.Redis.Connections;

/// <summary>
/// Probes one connection every few seconds. If it does not answer, replaces it, provided that Redis answers on the new connection: while
/// Redis is unreachable or busy, the old connection stays.
/// </summary>
internal sealed class LineWatch(ILine line, ILineProbe probe, WsmqRedisOptions options, TimeProvider time, ILogger logger)
{
    private readonly BackgroundLoop _loop = new(time);
    private readonly Backoff _backoff = new(time);
    private long? _lostAt;
    private bool _said;
    private string? _cause;
    private bool _answers = true;

    /// <summary>False while the connection does not answer.</summary>
    public bool Answers => Volatile.Read(ref _answers);

    public void Start() => _loop.StartWithoutRetry(LookAsync, () => Answers ? options.ProbeInterval : _backoff.Next(), Failed);

    /// <summary>Probes now, because the connection was closed.</summary>
    public void Wake() => _loop.Wake();

    public Task StopAsync() => _loop.StopAsync();

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var answers = line.IsOpen ? await probe.AnswersAsync(cancellationToken) : false;
        if (answers == true)
            Found(replaced: false);
        if (answers != false)
            return;
        Lost();
        await line.ReplaceAsync(fresh => probe.PrepareAsync(fresh, cancellationToken), cancellationToken);
        Found(replaced: true);
    }

    // Redis cannot be reached on a new connection either, or the connection was closed in the meantime. The loop continues with backoff.
    private void Failed(Exception e)
    {
        Lost();
        LogFailure(e);
    }

    private void Lost()
    {
        if (_lostAt is not null)
            return;
        _lostAt = time.GetTimestamp();
        Volatile.Write(ref _answers, false);
        _backoff.Reset();

        // A closed connection was logged already: the primary has changed.
        _said = line.IsOpen;
        if (_said)
            Log.LineLost(logger, line.Purpose);
    }

    // Log each cause once: an outage may turn into another one, such as a password that was changed in the meantime.
    private void LogFailure(Exception e)
    {
        // The driver's messages contain times and counts, so compare the type only.
        var cause = e is RedisException or TimeoutException ? e.GetType().Name : e.Message;
        if (cause == _cause)
            return;
        (_cause, _said) = (cause, true);
        Log.LineNotReplaced(logger, e, line.Purpose);
    }

    private void Found(bool replaced)
    {
        if (_lostAt is not { } since)
            return;
        if (_said)
            Log.LineFound(logger, line.Purpose, time.GetElapsedTime(since), replaced);
        (_lostAt, _cause) = (null, null);
        Volatile.Write(ref _answers, true);
    }
}
