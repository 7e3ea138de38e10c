using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Wsmq;

/// <summary>
/// By what a server recognizes a send that is repeated: its number among those of the client, or on servers of older versions its id. What
/// may be stored is repeated with the same; what is known not to be stored gets a new one. Part of the state of <see cref="SendScheduler"/>.
/// </summary>
internal sealed class SendKeys
{
    /// <summary>A server can tell so many numbers apart, counted from the highest one down.</summary>
    private const int Window = 256;

    private readonly Queue<(PendingSend Send, long Number)> _numbered = new();
    private string _producer = NewName();
    private long _epoch;
    private long _last;

    /// <summary>Whether the server of the current connection takes numbers, as far as is known.</summary>
    public bool TakesNumbers { get; set; } = true;

    /// <summary>The producer cannot go on: it needs a new name, and thus a new stream.</summary>
    public bool IsUsedUp { get; private set; }

    /// <summary>Begins a stream: returns the name and the number of the stream, or null if it is one with ids.</summary>
    public (string Producer, long Epoch)? BeginStream()
    {
        if (IsUsedUp)
            (IsUsedUp, _producer, _epoch, _last) = (false, NewName(), 0, 0);
        return TakesNumbers ? (_producer, ++_epoch) : null;
    }

    /// <summary>Whether a send may be stored, and is recognized by its number only.</summary>
    public static bool NeedsNumber(PendingSend send) => send is { IsSettled: false, MayBeStored: true, Producer: not null };

    /// <summary>
    /// Chooses by what a send is recognized, before it is written. False if it may be stored, and the server of the current stream could not
    /// recognize it.
    /// </summary>
    public bool TryIdentify(PendingSend send)
    {
        // An id may be used again, however often.
        if (send.MayBeStored || (send.HasId && !TakesNumbers))
            return send.HasId || (TakesNumbers && send.Producer == _producer);
        if (send.HasOwnId)
            return true;
        if (TakesNumbers && (OldestNumber() is not { } oldest || _last + 1 - oldest < Window))
        {
            send.Identify(_producer, ++_last, Prefix(string.Create(CultureInfo.InvariantCulture, $"{{\"sequence\":{_last},")));
            _numbered.Enqueue((send, _last));
        }
        else
        {
            // Beyond the window of a send that may have to be repeated, which must not hold up the others.
            send.Identify(null, 0, Prefix($"{{\"id\":\"{Guid.CreateVersion7():N}\","));
        }

        return true;
    }

    /// <summary>What an answer means for a send: that a number is used by another program, or cannot be told, is no outcome.</summary>
    public SendOutcome Judge(PendingSend send, SendOutcome outcome)
    {
        if (send.Producer is null)
            return outcome;
        if ((outcome.Error as WsmqException)?.Error == WsmqErrors.OutOfSequence)
        {
            IsUsedUp = true;
            return send.MayBeStored
                ? new SendOutcome(null, new WsmqException(WsmqErrors.OutcomeUnknown, WsmqErrors.OutOfSequence.Code, outcome.Error))
                : SendOutcome.NotStored;
        }

        // The first attempt cannot be a duplicate: a copy of this process, such as a restored snapshot of its machine, has used the number.
        if (outcome.Receipt is { Duplicate: true } && !send.MayBeStored)
        {
            IsUsedUp = true;
            return SendOutcome.NotStored;
        }

        return outcome;
    }

    // Those with an outcome, or a newer number, do not count.
    private long? OldestNumber()
    {
        while (_numbered.TryPeek(out var first))
        {
            if (!first.Send.IsSettled && first.Send.Number == first.Number && first.Send.Producer == _producer)
                return first.Number;
            _numbered.Dequeue();
        }

        return null;
    }

    private static byte[] Prefix(string text) => Encoding.ASCII.GetBytes(text);

    private static string NewName() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(15)).Replace('+', '-').Replace('/', '_');
}
