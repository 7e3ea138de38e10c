using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Hosting;

/// <summary>
/// Healthy while the store answers. Any client that reaches the health endpoint can query it at any rate, so the store is probed at most
/// once a second: queries in between share that probe and its result.
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
        return store.ReceivesSignals
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded("Signals from Redis do not arrive: deliveries are delayed by up to Delivery.TailCheckInterval.");
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

    // Does not use the cancellation token of the first caller, because all callers share the result.
    private async Task<bool> AskAsync()
    {
        using var timeout = new CancellationTokenSource(options.Value.Delivery.StoreUnavailableAfter, time);
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
