using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Wsmq.Server.Access;
using Wsmq.Server.Publishing;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Hubs;

/// <summary>What clients send: checked, put into its place, and authorized there.</summary>
internal sealed class ClientSends(MessageRules rules, AccessCheck access, PublishQueue queue, IOptions<WsmqOptions> options)
{
    /// <exception cref="WsmqException">The message is refused, or the store did not take it.</exception>
    public async Task<Receipt> SendAsync(Session session, OutgoingMessage? message)
    {
        // Acks share the hub's invocation limit with sends, and must not wait behind them.
        if (!session.TryBeginSend(options.Value.MaxOutstandingSends))
            throw new WsmqException(WsmqErrors.TooManySends, $"at most {options.Value.MaxOutstandingSends}");
        try
        {
            var accepted = rules.Check(message ?? throw new WsmqException(WsmqErrors.InvalidMessage, "it is null"), session.Caller.UserId);

            // No await up to here: SignalR starts a connection's calls in order, so that this is the sender's order.
            var admission = access.SendAsync(session.Caller, accepted.Request.To, accepted.ReplyTo, session.Connection.Aborted);
            return await queue.EnqueueAsync(accepted.Request, admission);
        }
        finally
        {
            session.EndSend();
        }
    }

    public async Task<PublishResult[]> SendManyAsync(Session session, OutgoingMessage[]? messages) =>
        await Task.WhenAll((messages ?? []).Select((m, i) => ResultAsync(session, m, i)));

    public async IAsyncEnumerable<PublishResult[]> PublishAsync(
        Session session, IAsyncEnumerable<OutgoingMessage[]> messages, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var results = Channel.CreateUnbounded<PublishResult>();
        var reading = Task.Run(
            async () =>
            {
                var under = new List<Task>();
                var number = 0L;
                await foreach (var batch in messages.WithCancellation(cancellationToken))
                {
                    foreach (var message in batch)
                        under.Add(WriteAsync(ResultAsync(session, message, number++)));
                    under.RemoveAll(t => t.IsCompleted);
                }

                await Task.WhenAll(under);
                results.Writer.Complete();
            },
            CancellationToken.None);
        while (await results.Reader.WaitToReadAsync(cancellationToken))
        {
            var ready = new List<PublishResult>();
            while (results.Reader.TryRead(out var result))
                ready.Add(result);
            yield return [.. ready];
        }

        await reading;

        async Task WriteAsync(Task<PublishResult> result) => results.Writer.TryWrite(await result);
    }

    private async Task<PublishResult> ResultAsync(Session session, OutgoingMessage message, long number)
    {
        try
        {
            var receipt = await SendAsync(session, message);
            return new PublishResult { Number = number, Id = receipt.Id, Position = receipt.Position, Duplicate = receipt.Duplicate };
        }
        catch (WsmqException e)
        {
            return new PublishResult { Number = number, Id = message?.Id, Error = e.Message };
        }
    }
}
