using Microsoft.Extensions.Logging;

namespace Wsmq;

/// <summary>
/// Logs an outage, possibly hours of attempts, in a few lines: each cause once, and the number of attempts when it is over. An outage
/// ends with a connection that lasts; after one that ends at once, known causes are not logged again.
/// </summary>
internal sealed class OutageLog(ILogger logger, TimeProvider time)
{
    private readonly HashSet<string> _causes = new(StringComparer.Ordinal);
    private int _failures;
    private long _since;
    private bool _said;

    public void Failed(ConnectFailure failure, TimeSpan retryIn)
    {
        if (_failures++ == 0)
            _since = time.GetTimestamp();
        if (_causes.Add(KindOf(failure.Error) ?? failure.Cause))
        {
            _said = true;
            Log.ConnectFailed(logger, failure.Cause, _failures, retryIn);
        }

        Log.ConnectFailedAgain(logger, failure.Error, _failures, retryIn);
    }

    public void Connected()
    {
        if (_failures > 0 && _said)
            Log.ConnectedAfter(logger, _failures, time.GetElapsedTime(_since));
        (_failures, _said) = (0, false);
    }

    /// <summary>Logs a lost connection: as a warning where its cause is new in this outage, otherwise at the level Debug.</summary>
    public void Lost(Exception? error)
    {
        if (_causes.Add(KindOf(error) ?? error?.Message ?? string.Empty))
            Log.ConnectionLost(logger, error);
        else
            Log.ConnectionLostAgain(logger, error);
    }

    /// <summary>The connection has lasted: the next failure starts a new outage.</summary>
    public void Over() => _causes.Clear();

    // A refusal that states a retry time states a different one each time, so its text cannot be compared.
    private static string? KindOf(Exception? error) =>
        error is not null && (error as WsmqException ?? WsmqException.From(error)) is { RetryAfter: not null } refusal ? refusal.Error.Code : null;
}
