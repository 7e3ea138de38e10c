using System.Text.Json;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Concurrency;
using Wsmq.Server.Declarations;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Schedules;

/// <summary>
/// One queue that this node declares: repeats the declaration, applies what holds, and runs the recurring jobs. It calls the store with the
/// interval of the tail check, and when the next occurrence is due.
/// </summary>
internal sealed class DeclaredQueue : IAsyncDisposable
{
    private readonly WsmqAddress _queue;
    private readonly QueueDeclaration _own;
    private readonly DeclaredQueueServices _services;
    private readonly NodeTime _time;
    private readonly QueueSchedules _schedules;
    private readonly BackgroundLoop _loop;
    private int _heldVersion;
    private bool _unreadable;

    // A timestamp; null if nothing is due.
    private long? _next;

    public DeclaredQueue(WsmqAddress queue, IReadOnlyList<RecurringJob> jobs, QueueSchedules schedules, DeclaredQueueServices services)
    {
        (_queue, _schedules, _services, _time) = (queue, schedules, services, new NodeTime(services.Time));
        var options = services.Declarations.OwnOf(queue.Name);
        var text = new DeclarationText
        {
            Options = options, Recurring = new(jobs.ToDictionary(j => j.Name, j => j.Fingerprint), StringComparer.Ordinal),
        };
        _own = new QueueDeclaration(options.Version, text.ToString());
        _heldVersion = options.Version;
        _loop = new BackgroundLoop(services.Time);
    }

    /// <summary>Declares the queue once if the store answers, and goes on in the background.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StepAsync(cancellationToken);
        }
        catch (WsmqException)
        {
            // The loop repeats and reports it.
            _next = _time.Now;
        }

        _loop.Start(StepAsync, Pause, (e, delay) => Log.DeclarationFailed(_services.Logger, e, _queue.ToString(), delay));
    }

    public async ValueTask DisposeAsync()
    {
        await _loop.StopAsync();
        try
        {
            await _services.Store.Declarations.WithdrawAsync(_queue, CancellationToken.None);
        }
        catch (WsmqException)
        {
            // It ends with the lease of the node.
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        var held = await _services.Store.Declarations.DeclareAsync(_queue, _own, cancellationToken);
        var (answeredAt, due) = (_time.Now, (long?)null);
        if (Together(held) is { } all)
        {
            _services.Declarations.Hold(_queue.Name, all.Options);
            due = await _schedules.RunAsync(held, all.Recurring, cancellationToken);
        }

        _next = _time.At(due, held.Now, answeredAt);
    }

    // Null if this node cannot know what holds: what it knew before stays.
    private DeclarationText? Together(HeldDeclarations held)
    {
        if (held.Version != _heldVersion)
            Log.DeclarationHolds(_services.Logger, _queue.ToString(), held.Version, _own.Version);
        _heldVersion = held.Version;
        try
        {
            var together = DeclarationText.Together(held.Texts);
            _unreadable = false;
            return together;
        }
        catch (JsonException e)
        {
            if (!_unreadable)
                Log.DeclarationUnreadable(_services.Logger, e, _queue.ToString());
            _unreadable = true;
            return null;
        }
    }

    private TimeSpan Pause() => NodeTime.Pause(_services.Interval, _time.Until(_next));
}

/// <summary>What declared queues use.</summary>
/// <param name="Store">The store, which has started.</param>
/// <param name="Declarations">What holds for each queue.</param>
/// <param name="Time">The clock of timers.</param>
/// <param name="Interval">How often the store is asked if nothing is due.</param>
/// <param name="Logger">The log.</param>
internal sealed record DeclaredQueueServices(IStore Store, QueueDeclarations Declarations, TimeProvider Time, TimeSpan Interval, ILogger Logger);
