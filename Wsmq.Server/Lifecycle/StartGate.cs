using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Lifecycle;

/// <summary>
/// Starts the store and the parts of the node, once: when the host starts, or earlier on the first call of the app. A hosted service that
/// starts earlier may publish and wait for the receipt; making that call wait for the host would be a deadlock.
/// </summary>
/// <remarks>A failed start is not retried: the host's start fails with the same exception.</remarks>
internal sealed class StartGate(IServiceProvider services, IOptions<WsmqOptions> options, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private volatile Task? _start;
    private bool _stopped;

    /// <summary>Starts, or waits for a start that has already begun. Throws the exception with which the start failed.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Begin().WaitAsync(cancellationToken);

    /// <summary>Begins the start if it has not begun, and returns its task. The task is cancelled if the stop came first.</summary>
    public Task Begin()
    {
        if (_start is { } begun)
            return begun;
        lock (_lock)
            return _start ??= _stopped ? Task.FromCanceled(new CancellationToken(canceled: true)) : Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Returns once the store may be called.</summary>
    /// <exception cref="WsmqException">
    /// <c>store-unavailable</c>: the store failed to start, or did not start within <see cref="WsmqPublishOptions.SendTimeout"/>.
    /// </exception>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        var start = Begin();
        if (start.IsCompletedSuccessfully)
            return;
        try
        {
            await start.WaitAsync(options.Value.Publish.SendTimeout, time, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure(e);
        }
    }

    /// <summary>The exception for a caller that waited for a start that failed or timed out.</summary>
    public WsmqException Failure(Exception error) => error switch
    {
        WsmqException known => known,
        OperationCanceledException => new WsmqException(WsmqErrors.Stopping),
        TimeoutException => new WsmqException(
            WsmqErrors.StoreUnavailable, $"the store had not started after WsmqOptions.Publish.SendTimeout, {options.Value.Publish.SendTimeout}; nothing was stored", error),
        _ => new WsmqException(WsmqErrors.StoreUnavailable, $"the store failed to start: {error.Message}", error),
    };

    /// <summary>Cancels a start in progress and prevents later ones, so that nothing starts after the stop.</summary>
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

    // The services are resolved here and not in the constructor: the host creates its hosted services before it validates options,
    // and one failed start should report all defects of the options.
    private async Task RunAsync()
    {
        var parts = services.GetServices<INodePart>().ToArray();
        try
        {
            await services.GetRequiredService<IStore>().StartAsync(_stop.Token);
            foreach (var part in parts)
                await part.StartAsync(_stop.Token);
        }
        catch (Exception e)
        {
            foreach (var part in parts)
                part.Refuse(Failure(e));
            throw;
        }
    }
}
