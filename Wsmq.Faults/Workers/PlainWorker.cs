using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Wsmq.Faults.Jobs;
using Wsmq.Testing;

namespace Wsmq.Faults.Workers;

/// <summary>A worker without the wsmq client library, written according to docs/protocol.md.</summary>
internal sealed class PlainWorker(Func<Uri> node, JobWork work, Timings timings) : IAsyncDisposable
{
    /// <summary>The jobs that each worker works on at a time.</summary>
    public const int Concurrency = 4;

    private const string User = "plainworker";

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // By token: the connection over which the job came, and the work on it.
    private readonly ConcurrentDictionary<string, (HubConnection Over, Task Work)> _held = new(StringComparer.Ordinal);
    private HubConnection? _current;
    private Task _loop = Task.CompletedTask;

    /// <summary>Its own proxy to the nodes.</summary>
    public TcpProxy Line { get; } = new(node);

    public Task StartAsync()
    {
        _loop = Task.Run(RunAsync);
        return _first.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(_held.Values.Select(h => h.Work));
        await Line.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await using (var hub = Build())
                await WorkAsync(hub);
            await Task.Delay(Random.Shared.Next(100, 600), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Works over a connection until it ends.</summary>
    private async Task WorkAsync(HubConnection hub)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        hub.Closed += _ =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        hub.On<WsmqJobDelivery>("Job", job => Begin(hub, job));

        // Every job here has begun.
        hub.On<string>("HandBackJobs", _ => { });
        if (!await TryStartAsync(hub))
            return;
        Volatile.Write(ref _current, hub);
        if (await AskAsync(hub))
            _first.TrySetResult();
        await ended.Task.WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Volatile.Write(ref _current, null);
    }

    private async Task<bool> TryStartAsync(HubConnection hub)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(timings.ConnectionTimeout);
        try
        {
            await hub.StartAsync(limit.Token);
            return true;
        }
        catch (Exception)
        {
            // The node or the network link is down: the caller tries again.
            return false;
        }
    }

    /// <summary>States how many jobs this connection may hold: those of earlier connections take their share. False once it has ended.</summary>
    private async Task<bool> AskAsync(HubConnection hub)
    {
        while (hub.State == HubConnectionState.Connected && !_stop.IsCancellationRequested)
        {
            try
            {
                var credit = Concurrency - _held.Values.Count(h => h.Over != hub);
                await hub.InvokeAsync<WsmqWorkGrant>("Work", JobMessages.Queue, Math.Max(0, credit), _stop.Token);
                return true;
            }
            catch (Exception)
            {
                // Disconnected, or refused for now.
                await Task.Delay(Random.Shared.Next(100, 400), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return false;
    }

    private void Begin(HubConnection hub, WsmqJobDelivery job)
    {
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _held[job.Token] = (hub, HoldAsync(begin.Task, hub, job));
        begin.SetResult();
    }

    private async Task HoldAsync(Task begin, HubConnection hub, WsmqJobDelivery job)
    {
        await begin;
        await new PlainJob(job, work, () => Volatile.Read(ref _current)).RunAsync();
        _held.TryRemove(job.Token, out _);
        if (Volatile.Read(ref _current) is { } current && current != hub)
            await AskAsync(current);
    }

    private HubConnection Build() => new HubConnectionBuilder()
        .WithUrl($"{Line.Hub}?{QueryAuthentication.Parameter}={User}", HttpTransportType.WebSockets, o => o.SkipNegotiation = true)
        .WithServerTimeout(timings.ConnectionTimeout)
        .WithKeepAliveInterval(timings.ConnectionTimeout / 4)
        .Build();
}
