using Microsoft.AspNetCore.SignalR;
using Wsmq.Server.Authorization;
using Wsmq.Server.Framing;
using Wsmq.Server.Limits;
using Wsmq.Server.Publishing;
using Wsmq.Server.Sessions;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Hubs;

/// <summary>
/// Handles what clients send, over connections and HTTP: checks each message, takes its position in the queue, and authorizes it while it waits there.
/// </summary>
internal sealed class ClientSends(MessageRules rules, AccessCheck access, PublishQueue queue, IStore store, UnknownFields unknown)
{
    /// <param name="sender">The user.</param>
    /// <param name="message">The message.</param>
    /// <param name="isOperator">Whether the user was allowed to send to the address as an operator.</param>
    /// <exception cref="WsmqException">The message is refused, or the store did not accept it.</exception>
    public Task<WsmqReceipt> SendAsync(UserCall sender, WsmqOutgoingMessage? message, bool isOperator = false)
    {
        // No await before the queue: SignalR starts a connection's calls in order, so that the queue keeps the sender's order.
        if (Accept(sender, message, out var accepted) is { } refusal)
            return RefuseAsync(sender, refusal);
        var allowed = isOperator && accepted.Refusal is null
            ? access.CheckReplyToAsync(sender.Caller, accepted.ReplyTo, sender.Aborted)
            : Authorize(sender, accepted);
        var send = new AwaitedSend(accepted.Request, allowed, sender.Limits);
        queue.Enqueue(send);
        return send.Receipt;
    }

    /// <summary>Each message succeeds or fails independently.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>: the array has too many messages.</exception>
    public async Task<WsmqItemResult[]> SendManyAsync(UserCall sender, WsmqMessagesArgument many)
    {
        RefuseTooMany(many);
        var messages = many.Messages;
        var sent = new PublishResults();
        var pause = TimeSpan.Zero;
        for (var i = 0; i < messages.Count; i++)
            pause = Max(pause, Enqueue(sender, messages[i], i, sent));
        sent.Complete();
        await sender.Limits.PauseAsync(pause, sender.Aborted);
        var results = new WsmqItemResult[messages.Count];
        await foreach (var some in sent.ReadAsync(sender.Aborted))
        {
            foreach (var result in some)
                results[result.Number] = result;
        }

        return results;
    }

    /// <summary>Takes a stream of messages and returns a stream of results.</summary>
    /// <exception cref="WsmqException"><c>too-many-sends</c>: the connection has a stream already.</exception>
    public IAsyncEnumerable<WsmqItemResult[]> SendStream(
        Session session, IAsyncEnumerable<WsmqMessagesArgument> messages, CancellationToken cancellationToken) =>
        SendStream(session, null, messages, cancellationToken);

    /// <summary>Takes a stream of messages that their producer has numbered, and returns a stream of results.</summary>
    /// <exception cref="WsmqException">
    /// <c>invalid-message</c>; <c>too-many-sends</c>: the connection has a stream already; <c>too-many-producers</c>.
    /// </exception>
    public IAsyncEnumerable<WsmqItemResult[]> Produce(
        Session session, string? name, long? epoch, IAsyncEnumerable<WsmqMessagesArgument> messages, CancellationToken cancellationToken) =>
        SendStream(session, ProducerRules.Check(session.Caller, name, epoch), messages, cancellationToken);

    /// <summary>Cancels a message of the caller that waits for its time. Returns whether it did.</summary>
    /// <exception cref="WsmqException">A malformed argument, <c>too-many-resumes</c> or <c>store-unavailable</c>.</exception>
    public async Task<bool> CancelDelayedAsync(UserCall sender, string? to, string? id)
    {
        await sender.Limits.ThrottleReadAsync(sender.Aborted);
        var (address, name) = rules.CheckDelayed(to, id);
        return await store.Delayed.CancelAsync(address, sender.Caller.Scope, name, sender.Aborted);
    }

    private IAsyncEnumerable<WsmqItemResult[]> SendStream(
        Session session, Producer? producer, IAsyncEnumerable<WsmqMessagesArgument> messages, CancellationToken cancellationToken)
    {
        var stream = session.TryBeginStream(cancellationToken)
            ?? throw new WsmqException(WsmqErrors.TooManySends, "a connection has one stream at a time");
        try
        {
            if (producer is not null)
                session.Limits.CountProducer();
        }
        catch (WsmqException)
        {
            session.EndStream(stream);
            throw;
        }

        var results = new PublishResults();
        _ = TakeAsync(session, stream, producer, messages, results, cancellationToken);
        return results.ReadAsync(cancellationToken);
    }

    // Never waits for the store, because SignalR stops all calls of a connection while one of its streams is not read. Does wait for a
    // client that does not read its results, or is refused repeatedly: the calls of that client are meant to stop.
    private async Task TakeAsync(
        Session session, PublishStream stream, Producer? producer, IAsyncEnumerable<WsmqMessagesArgument> messages, PublishResults results,
        CancellationToken cancellationToken)
    {
        try
        {
            var number = 0L;
            await foreach (var some in messages.WithCancellation(cancellationToken))
                number = await TakeAsync(session, producer, some, number, results, cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested || session.Connection.Aborted.IsCancellationRequested)
        {
            // The client cancelled the stream, or disconnected; messages that were accepted are stored nevertheless.
        }
        catch (WsmqException e)
        {
            results.Break(new HubException(e.Message, e));
        }
        catch (HubException)
        {
            // The client ended its stream with an error of its own, the text of which must not reach the app's log.
            var refusal = new WsmqException(WsmqErrors.InvalidMessage, "the stream of messages ended with an error");
            results.Break(new HubException(refusal.Message, refusal));
        }
        catch (Exception e)
        {
            results.Break(e);
        }
        finally
        {
            session.EndStream(stream);
            results.Complete();
        }
    }

    private async ValueTask<long> TakeAsync(
        Session session, Producer? producer, WsmqMessagesArgument some, long number, PublishResults results, CancellationToken cancellationToken)
    {
        some.Held?.Claim();
        try
        {
            RefuseTooMany(some);
            for (var i = 0; i < some.Messages.Count; i++)
            {
                var pause = Enqueue(session.Call, some.Messages[i], number++, results, producer);
                if (pause > TimeSpan.Zero || results.IsFull)
                    await SlowDownAsync(session, results, pause, cancellationToken);
            }

            results.Flush();
            return number;
        }
        finally
        {
            some.Held?.Return();
        }
    }

    private static void RefuseTooMany(WsmqMessagesArgument many)
    {
        if (many.TooMany)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"an array has at most {WsmqMessagesArgument.Most} messages");
    }

    private static async Task SlowDownAsync(Session session, PublishResults results, TimeSpan pause, CancellationToken cancellationToken)
    {
        await results.WaitForRoomAsync(cancellationToken);
        await session.Limits.PauseAsync(pause, cancellationToken);
    }

    private static async Task<WsmqReceipt> RefuseAsync(UserCall sender, WsmqException refusal)
    {
        await sender.Limits.PauseAsync(sender.Limits.CountRefusal(), sender.Aborted);
        throw refusal;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    /// <summary>Returns how long to wait before more is read from a connection that is refused repeatedly.</summary>
    private TimeSpan Enqueue(UserCall sender, WsmqOutgoingMessage? message, long number, PublishResults results, Producer? producer = null)
    {
        results.Begin();
        if (Accept(sender, message, out var accepted, producer) is { } refusal)
        {
            // An invalid id may be as long as a frame, and results are held for a client that does not read them.
            results.Refuse(number, message?.Id is { Length: <= MessageRules.MaxNameBytes } id ? id : null, refusal);
            return sender.Limits.CountRefusal();
        }

        queue.Enqueue(new NumberedSend(number, results, accepted.Request, Authorize(sender, accepted), sender.Limits));
        return accepted.Refusal is null ? TimeSpan.Zero : sender.Limits.CountRefusal();
    }

    /// <summary>Checks a message and counts it as in flight; returns the error if it is refused.</summary>
    private WsmqException? Accept(UserCall sender, WsmqOutgoingMessage? message, out CheckedMessage accepted, Producer? producer = null)
    {
        accepted = default;

        // First, so that malformed messages count as well.
        if (sender.Limits.CountSend() is { } limited)
            return limited;
        try
        {
            var send = rules.Check(message ?? throw new WsmqException(WsmqErrors.InvalidMessage, "message is null"), sender.Caller, producer);
            unknown.Note(message);
            accepted = send with
            {
                Request = send.Request with
                {
                    MayCreate = sender.Limits.MayCreate,
                    Delay = Limited(send.Request.Delay, sender.Limits.Rules),
                    Log = send.Request.Log?.Track is null ? send.Request.Log : Watched(send.Request.Log, sender.Limits.Rules),
                },
            };
        }
        catch (WsmqException e)
        {
            if (rules.UseUp(message, sender.Caller, e) is not { } used)
                return e;
            accepted = used;
        }

        if (accepted.Request.Log is { Sequence: { } sequence } terms)
            accepted = accepted with { Request = accepted.Request with { Log = terms with { Sequence = Limited(sequence, sender.Limits.Rules) } } };

        return sender.Limits.CountBytes(accepted.Request.Bytes) ?? sender.Limits.BeginSend(accepted.Request.Bytes);
    }

    private static DelayTerms? Limited(DelayTerms? delay, LimitRules rules) =>
        delay is not null && rules.Options.UserDelayedMessages is var most and > 0 ? delay with { MaxWaiting = most } : delay;

    private static SequenceTerms Limited(SequenceTerms sequence, LimitRules rules) =>
        rules.Options.UserSequences is var most and > 0 ? sequence with { MaxSequences = most } : sequence;

    // The sender is told over this node what becomes of the message.
    private LogTerms Watched(LogTerms terms, LimitRules rules) => terms with
    {
        Track = terms.Track! with
        {
            MaxRecords = rules.Options.UserTrackedMessages is var most and > 0 ? most : int.MaxValue,
            Watcher = store.Nodes.Self,
        },
    };

    private ValueTask<WsmqException?> Authorize(UserCall sender, in CheckedMessage message) => message.Refusal is { } refusal
        ? new ValueTask<WsmqException?>(refusal)
        : access.CheckSendAsync(sender.Caller, message.Request.To, message.ReplyTo, sender.Aborted);
}
