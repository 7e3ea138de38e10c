using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Wsmq.Server.Publishing;

/// <summary>
/// Collects the results of many sends from the lanes for one reader, one result for each send. They are bounded: those of accepted sends by
/// the limit of sends in flight, those of refused ones by <see cref="MostUnread"/>, as long as the sender waits while it
/// <see cref="IsFull"/>.
/// </summary>
internal sealed class PublishResults
{
    /// <summary>From this many unread results on, no more messages are to be read from the sender.</summary>
    public const int MostUnread = 1_024;

    private const int MostTogether = 256;

    private readonly Lock _lock = new();
    private readonly WakeUp _wake = new();
    private RefusalTexts? _texts;
    private List<WsmqItemResult> _ready = [];
    private long _open;
    private bool _complete;
    private Exception? _broken;
    private TaskCompletionSource? _room;

    public bool IsFull
    {
        get
        {
            lock (_lock)
                return _ready.Count >= MostUnread;
        }
    }

    /// <summary>Registers a send whose result the reader waits for.</summary>
    public void Begin()
    {
        lock (_lock)
            _open++;
    }

    public void Add(WsmqItemResult result)
    {
        lock (_lock)
        {
            _ready.Add(result);
            _open--;
        }
    }

    public void Refuse(long number, string? id, WsmqException error)
    {
        string text;
        TimeSpan? retryAfter;
        lock (_lock)
            (text, retryAfter) = (_texts ??= new RefusalTexts()).Of(error);
        Add(new WsmqItemResult
        {
            Number = number,
            Id = id,
            Error = text,
            RetryAfter = retryAfter is { } time ? WsmqError.Milliseconds(time) : null,
        });
    }

    /// <summary>Wakes the reader. Separate from adding results, so that those of one batch leave together.</summary>
    public void Flush() => _wake.Set();

    /// <summary>Returns once the results that are ready have been read.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        Flush();
        lock (_lock)
        {
            if (_ready.Count < MostUnread)
                return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>No further send begins.</summary>
    public void Complete()
    {
        lock (_lock)
            _complete = true;
        Flush();
    }

    /// <summary>The reader receives this error once all sends are decided.</summary>
    public void Break(Exception error) => _broken = error;

    /// <summary>Returns results as they become ready, until all sends are decided.</summary>
    public async IAsyncEnumerable<WsmqItemResult[]> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Registered once: a wait that can be cancelled allocates for each result.
        await using var cancelled = cancellationToken.UnsafeRegister(static wake => ((WakeUp)wake!).Set(), _wake);
        while (true)
        {
            await _wake.WaitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            if (Take(out var ended) is { } ready)
            {
                // In parts: a single write of all of them would wait as a whole for a client that does not read.
                for (var i = 0; i < ready.Count; i += MostTogether)
                    yield return [.. CollectionsMarshal.AsSpan(ready).Slice(i, Math.Min(MostTogether, ready.Count - i))];
            }

            if (!ended)
                continue;
            if (_broken is not null)
                throw _broken;
            yield break;
        }
    }

    // Null if there is nothing: an empty list stays the one that results are added to, and must not leave the lock.
    private List<WsmqItemResult>? Take(out bool ended)
    {
        lock (_lock)
        {
            ended = _complete && _open == 0;
            _room?.TrySetResult();
            _room = null;
            if (_ready.Count == 0)
                return null;
            var ready = _ready;
            _ready = [];
            return ready;
        }
    }
}
