using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Wsmq.Server.Logs;

namespace Wsmq.Server.Configuration;

/// <summary>
/// Ready while the store answers. Anybody who reaches the endpoint may ask, as often as they like: the store is asked at most once
/// a second, and those who come meanwhile share the question and its answer.
/// </summary>
internal sealed class StoreHealthCheck(IStore store, IOptions<WsmqOptions> options, TimeProvider time) : IHealthCheck
{
    public const string Name = "wsmq-store";
    public const string ReadyTag = "ready";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<bool>? _answer;
    private long _askedAt;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!await Answer().WaitAsync(cancellationToken))
            return new HealthCheckResult(context.Registration.FailureStatus, "The store does not answer.");
        return store.HearsSignals
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded("Signals from Redis do not arrive: deliveries are late by up to TailCheckInterval.");
    }

    private Task<bool> Answer()
    {
        lock (_lock)
        {
            if (_answer is null || (_answer.IsCompleted && time.GetElapsedTime(_askedAt) >= Interval))
                (_answer, _askedAt) = (Task.Run(AskAsync), time.GetTimestamp());
            return _answer;
        }
    }

    // Not with the token of the one who happened to ask first: the answer is for all.
    private async Task<bool> AskAsync()
    {
        using var timeout = new CancellationTokenSource(options.Value.StoreAwayAfter, time);
        try
        {
            return await store.IsAvailableAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
