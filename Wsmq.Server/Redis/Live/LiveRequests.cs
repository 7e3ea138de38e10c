using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Redis.Live;

/// <summary>Asks whichever node has a connection to add it to a group or to remove it, and answers others who ask.</summary>
internal sealed class LiveRequests(RedisLive live, TimeProvider time, ILogger logger)
{
    /// <summary>The names of a request: group, connection, node that asks, number.</summary>
    public const int Names = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);
    private long _last;

    /// <summary>Completes with the answer, or without one after a while: the connection may be gone, which is no failure.</summary>
    /// <exception cref="WsmqException"><c>store-unavailable</c>.</exception>
    public async Task AskAsync(LiveKind kind, string connectionId, string group, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
        var answer = _waiting[number] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await live.ToAllAsync(new LivePush(kind, [group, connectionId, live.Node, number], default), cancellationToken);
            await answer.Task.WaitAsync(Limit, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            Log.LiveRequestUnanswered(logger, connectionId);
        }
        finally
        {
            _waiting.TryRemove(number, out _);
        }
    }

    public void Answered(LivePush answer)
    {
        if (_waiting.TryRemove(answer.Names[0], out var waiting))
            waiting.TrySetResult();
    }

    /// <summary>Does what was asked and says so.</summary>
    public async Task AnswerAsync(LivePush request, Func<string, string, Task> change)
    {
        try
        {
            var (group, connectionId, node, number) = (request.Names[0], request.Names[1], request.Names[2], request.Names[3]);
            await change(connectionId, group);
            await live.ToNodeAsync(node, new LivePush(LiveKind.Done, [number], default));
        }
        catch (WsmqException e)
        {
            // Whoever asked hears nothing, and goes on after a while.
            Log.LiveRequestFailed(logger, e, request.Names[1]);
        }
    }
}
