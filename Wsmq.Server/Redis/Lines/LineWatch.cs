using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Redis.Lines;

/// <summary>
/// Asks one connection every few seconds whether it still answers. Where it does not, another one takes its place, provided that
/// Redis answers there: one that is away or busy is waited for on the old one.
/// </summary>
internal sealed class LineWatch(ILine line, ILineProbe probe, WsmqRedisOptions options, TimeProvider time, ILogger logger)
{
    private readonly CancellationTokenSource _stop = new();
    private readonly WakeUp _wake = new();
    private readonly Backoff _backoff = new(time);
    private Task _loop = Task.CompletedTask;
    private long? _lostAt;
    private bool _said;
    private string? _cause;
    private bool _answers = true;

    /// <summary>False while it does not answer.</summary>
    public bool Answers => Volatile.Read(ref _answers);

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Has a look now, as the line was closed.</summary>
    public void Wake() => _wake.Set();

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await _wake.WaitAsync(Answers ? options.ProbeInterval : _backoff.Next(), time, _stop.Token);
                await LookAsync();
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            var answers = line.IsOpen ? await probe.AnswersAsync(_stop.Token) : false;
            if (answers == true)
                Found(replaced: false);
            if (answers != false)
                return;
            Lost();
            await line.ReplaceAsync(fresh => probe.PrepareAsync(fresh, _stop.Token), _stop.Token);
            Found(replaced: true);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            // Redis is not there for a new one either, or the line was closed meanwhile. Tried again.
            Lost();
            Tell(e);
        }
    }

    private void Lost()
    {
        if (_lostAt is not null)
            return;
        _lostAt = time.GetTimestamp();
        Volatile.Write(ref _answers, false);
        _backoff.Reset();

        // One that was closed was said to be: the primary is another one.
        _said = line.IsOpen;
        if (_said)
            Log.LineLost(logger, line.Purpose);
    }

    // Each cause once: an outage may end in another one, such as a password that was changed meanwhile.
    private void Tell(Exception e)
    {
        // The texts of the driver have times and counts in them.
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
