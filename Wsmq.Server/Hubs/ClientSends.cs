using Microsoft.AspNetCore.SignalR;
using Wsmq.Server.Access;
using Wsmq.Server.Publishing;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Hubs;

/// <summary>What clients send: checked, put into its place, and authorized there.</summary>
internal sealed class ClientSends(MessageRules rules, AccessCheck access, PublishQueue queue)
{
    /// <exception cref="WsmqException">The message is refused, or the store did not take it.</exception>
    public Task<Receipt> SendAsync(Session session, OutgoingMessage? message)
    {
        // No await up to the queue: SignalR starts a connection's calls in order, so that this is the sender's order.
        var accepted = Accept(session, message);
        var send = new AwaitedSend(accepted.Request, Authorize(session, accepted), session.Sends);
        queue.Enqueue(send);
        return send.Receipt;
    }

    /// <summary>Each message succeeds or fails alone.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>: there are too many.</exception>
    public async Task<PublishResult[]> SendManyAsync(Session session, WireMessages many)
    {
        RefuseTooMany(many);
        var messages = many.Messages ?? [];
        var sent = new PublishResults();
        for (var i = 0; i < messages.Count; i++)
            Enqueue(session, messages[i], i, sent);
        sent.Complete();
        var results = new PublishResult[messages.Count];
        await foreach (var some in sent.ReadAsync(session.Connection.Aborted))
        {
            foreach (var result in some)
                results[result.Number] = result;
        }

        return results;
    }

    /// <summary>Takes a stream of messages and gives a stream of results.</summary>
    /// <exception cref="WsmqException"><c>too-many-sends</c>: the connection has a stream already.</exception>
    public IAsyncEnumerable<PublishResult[]> Publish(Session session, IAsyncEnumerable<WireMessages> messages, CancellationToken cancellationToken)
    {
        if (!session.TryBeginStream())
            throw new WsmqException(WsmqErrors.TooManySends, "a connection has one stream at a time");
        var results = new PublishResults();
        _ = TakeAsync(session, messages, results, cancellationToken);
        return results.ReadAsync(cancellationToken);
    }

    // It never waits for the store: SignalR stops all calls of a connection while one of its streams is not read.
    private async Task TakeAsync(
        Session session, IAsyncEnumerable<WireMessages> messages, PublishResults results, CancellationToken cancellationToken)
    {
        try
        {
            var number = 0L;
            await foreach (var some in messages.WithCancellation(cancellationToken))
            {
                RefuseTooMany(some);
                foreach (var message in some.Messages)
                    Enqueue(session, message, number++, results);
                results.Flush();
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested || session.Connection.Aborted.IsCancellationRequested)
        {
            // The client has cancelled the stream, or is gone; what was taken is stored nevertheless.
        }
        catch (WsmqException e)
        {
            results.Break(new HubException(e.Message, e));
        }
        catch (Exception e)
        {
            // The client ended its stream with an error of its own.
            var ended = new WsmqException(WsmqErrors.InvalidMessage, "the stream of messages ended with an error", e);
            results.Break(new HubException(ended.Message, ended));
        }
        finally
        {
            session.EndStream();
            results.Complete();
        }
    }

    private static void RefuseTooMany(WireMessages many)
    {
        if (many.TooMany)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"an array has at most {WireMessages.Most} messages");
    }

    private void Enqueue(Session session, OutgoingMessage? message, long number, PublishResults results)
    {
        results.Begin();
        try
        {
            var accepted = Accept(session, message);
            queue.Enqueue(new NumberedSend(number, results, accepted.Request, Authorize(session, accepted), session.Sends));
        }
        catch (WsmqException e)
        {
            results.Refuse(number, message?.Id, e);
        }
    }

    /// <summary>Checks a message, and counts it as under way.</summary>
    private CheckedMessage Accept(Session session, OutgoingMessage? message)
    {
        var accepted = rules.Check(message ?? throw new WsmqException(WsmqErrors.InvalidMessage, "it is null"), session.Caller.UserId);

        // Acks share the hub's invocation limit with sends, and must not wait behind them.
        return session.Sends.TryBegin() ? accepted : throw new WsmqException(WsmqErrors.TooManySends, $"at most {session.Sends.Limit}");
    }

    private ValueTask<WsmqException?> Authorize(Session session, in CheckedMessage message) =>
        access.SendAsync(session.Caller, message.Request.To, message.ReplyTo, session.Connection.Aborted);
}
