using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wsmq.Server.Access;
using Wsmq.Server.Availability;
using Wsmq.Server.Delivering;
using Wsmq.Server.Logs;
using Wsmq.Server.Publishing;
using Wsmq.Server.Usage;

namespace Wsmq.Server.Configuration;

/// <summary>
/// Starts the store and the loops around it, once: when the host starts, or before it with the first call of the app, because a
/// hosted service that starts earlier may publish and wait for the receipt. Waiting for the host there would be a deadlock.
/// </summary>
/// <remarks>A start that failed is not repeated: the host's own start fails with it, and says why.</remarks>
internal sealed class StartGate(IServiceProvider services, IOptions<WsmqOptions> options, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private volatile Task? _start;
    private bool _stopped;

    /// <summary>Starts, or waits for the start that was begun. Throws what made it fail.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Begin().WaitAsync(cancellationToken);

    /// <summary>The start, begun where it was not; cancelled where the stop came first.</summary>
    public Task Begin()
    {
        if (_start is { } begun)
            return begun;
        lock (_lock)
            return _start ??= _stopped ? Task.FromCanceled(new CancellationToken(canceled: true)) : Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Returns once the store may be called.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>: it could not start, or has not in <see cref="WsmqOptions.SendTimeout"/>.</exception>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        var start = Begin();
        if (start.IsCompletedSuccessfully)
            return;
        try
        {
            await start.WaitAsync(options.Value.SendTimeout, time, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure(e);
        }
    }

    /// <summary>What a caller is told who waited for a start that failed, or took too long.</summary>
    public WsmqException Failure(Exception error) => error switch
    {
        WsmqException known => known,
        OperationCanceledException => new WsmqException(WsmqErrors.Stopping),
        TimeoutException => new WsmqException(
            WsmqErrors.StoreUnavailable, $"the store had not started after WsmqOptions.SendTimeout, {options.Value.SendTimeout}; nothing was stored", error),
        _ => new WsmqException(WsmqErrors.StoreUnavailable, $"the store could not start: {error.Message}", error),
    };

    /// <summary>Gives up a start that goes on, and begins none any more, so that nothing starts behind the stop.</summary>
    public async Task StopAsync()
    {
        lock (_lock)
            _stopped = true;
        await _stop.CancelAsync();
        await (_start ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        lock (_lock)
            _stopped = true;
        _stop.Cancel();
        _stop.Dispose();
    }

    // The parts are resolved here and not in the constructor: the host makes its hosted services before it validates options, and
    // all that is wrong with them should be named at once.
    private async Task RunAsync()
    {
        var queue = services.GetRequiredService<PublishQueue>();
        try
        {
            await services.GetRequiredService<IStore>().StartAsync(_stop.Token);
            await services.GetRequiredService<AccessWatch>().StartAsync(_stop.Token);
            queue.Start();
            services.GetRequiredService<UsageTeller>().Start();
            services.GetRequiredService<AckQueue>().Start();
            services.GetRequiredService<TailCheck>().Start();
            services.GetRequiredService<StoreMonitor>().Start();
        }
        catch (Exception e)
        {
            queue.RefuseEarly(Failure(e));
            throw;
        }
    }
}
