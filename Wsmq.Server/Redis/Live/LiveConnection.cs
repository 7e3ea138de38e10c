using Microsoft.AspNetCore.SignalR;

namespace Wsmq.Server.Redis.Live;

/// <summary>
/// One connection of this node as the live plane sees it. Pushes are written one after another; nobody waits for the socket of a
/// client that does not read, its pushes wait here, up to a limit, and beyond it they are dropped: nothing was promised.
/// </summary>
internal sealed class LiveConnection(HubConnectionContext context)
{
    /// <summary>How many pushes may wait.</summary>
    public const int MostWaiting = 8_192;

    /// <summary>How many bytes of pushes may wait; one push always may.</summary>
    public const int MostBytesWaiting = 4 * 1024 * 1024;

    private readonly Lock _lock = new();

    // None for a connection that reads as fast as it is written to, as most do all their life.
    private Queue<(SerializedHubMessage Message, int Bytes)>? _waiting;
    private int _bytes;
    private bool _writing;

    public string Id => context.ConnectionId;

    public string? User => context.UserIdentifier;

    /// <summary>The groups it is in; <see cref="LiveGroups"/> keeps it, under its own lock.</summary>
    public HashSet<string>? Groups { get; set; }

    /// <summary>It is gone and joins nothing any more; kept by <see cref="LiveGroups"/> as well.</summary>
    public bool IsGone { get; set; }

    /// <summary>That it drops was said; once until it has caught up.</summary>
    public bool Reported { get; set; }

    /// <summary>Writes a push, or keeps it until those before it are written; false where it is dropped.</summary>
    public bool TryPush(SerializedHubMessage message, int bytes)
    {
        lock (_lock)
        {
            if (_writing)
            {
                if (_waiting is { Count: > 0 } && (_waiting.Count >= MostWaiting || _bytes + bytes > MostBytesWaiting))
                    return false;
                (_waiting ??= []).Enqueue((message, bytes));
                _bytes += bytes;
                return true;
            }

            _writing = true;
        }

        // Completes at once as long as the client reads. It does not fail: SignalR ends the connection instead, and what is
        // written to an ended one completes.
        _ = WriteAsync(message);
        return true;
    }

    private async Task WriteAsync(SerializedHubMessage message)
    {
        for (var next = message; next is not null; next = Next())
            await context.WriteAsync(next);
    }

    private SerializedHubMessage? Next()
    {
        lock (_lock)
        {
            if (_waiting is { Count: > 0 })
            {
                var (message, bytes) = _waiting.Dequeue();
                _bytes -= bytes;
                return message;
            }

            (_waiting, _writing, Reported) = (null, false, false);
            return null;
        }
    }
}
