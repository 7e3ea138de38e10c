using System.Runtime.CompilerServices;

namespace Wsmq;

/// <summary>
/// The stream that carries all sends of one connection: messages out, as many in an item as are ready, and results back by number.
/// </summary>
internal sealed class SendStream(HubSession session, Sender sender)
{
    private readonly WakeUp _wake = new();
    private volatile bool _ended;

    public void Wake() => _wake.Set();

    /// <summary>Ends the stream's items; nothing more is written.</summary>
    public void End()
    {
        _ended = true;
        _wake.Set();
    }

    /// <summary>Runs until the stream has ended, and then notifies the sender; never fails.</summary>
    public async Task RunAsync()
    {
        var outcome = SendOutcome.Again;
        try
        {
            await foreach (var results in session.SendStreamAsync(FramesAsync()).ConfigureAwait(false))
                sender.Answered(this, results);
        }
        catch (Exception e)
        {
            outcome = SendOutcome.From(e);
        }

        sender.Ended(this, outcome);
    }

    private async IAsyncEnumerable<SendFrame> FramesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await _wake.WaitAsync(cancellationToken).ConfigureAwait(false);
            while (sender.NextFrame(this) is { } frame)
                yield return frame;
            if (_ended)
                yield break;
        }
    }
}
