using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <summary>
/// The stream that carries all sends of one connection: messages out, as many in an item as are ready, and results back by number.
/// </summary>
/// <param name="session">The connection.</param>
/// <param name="sender">Who sends.</param>
/// <param name="producer">The name and the number of the stream of a producer; null for a stream of messages with ids.</param>
internal sealed class SendStream(HubSession session, Sender sender, (string Name, long Epoch)? producer)
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
            await foreach (var results in ResultsAsync().ConfigureAwait(false))
                sender.Answered(this, results);
        }
        catch (Exception e) when (producer is not null && IsRefusal(e))
        {
            sender.NumbersRefused(this, SendOutcome.From(e));
            return;
        }
        catch (Exception e)
        {
            outcome = SendOutcome.OfStream(e);
        }

        sender.Ended(this, outcome);
    }

    private IAsyncEnumerable<WsmqItemResult[]> ResultsAsync() => producer is var (name, epoch)
        ? session.ProduceAsync(name, epoch, FramesAsync())
        : session.SendStreamAsync(FramesAsync());

    // A server of an older version has no such method. SignalR's errors name the method and have no code; of a stream that has begun they
    // do not name it. Nothing was taken in either case.
    private static bool IsRefusal(Exception e) => e is HubException && (WsmqException.From(e) is { } coded
        ? coded.Error == WsmqErrors.TooManyProducers
        : e.Message.Contains($"'{nameof(IWsmqHub.Produce)}'", StringComparison.Ordinal));

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
