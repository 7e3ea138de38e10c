using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <content>Requests: made once, because a second one could be handled again.</content>
internal sealed partial class HubCalls
{
    // The server decides when the time is over. This much later the client stops waiting for it.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Makes a request, and returns the reply. While there is no connection, it waits for one.</summary>
    /// <exception cref="WsmqException">
    /// The error of the server; <c>client-closed</c> if there was no connection in time; <c>outcome-unknown</c> if the connection was lost.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<WsmqReply> RequestAsync(WsmqOutgoingMessage message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var began = options.TimeProvider.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var session = await EnterInTimeAsync(timeout - options.TimeProvider.GetElapsedTime(began), cancellationToken).ConfigureAwait(false);
            try
            {
                var left = timeout - options.TimeProvider.GetElapsedTime(began);
                return await AskAsync(session, message, left, cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidOperationException)
            {
                // The connection had ended before: SignalR has not written the call.
                await Task.Delay(options.SendBackoff.Next(attempt), options.TimeProvider, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Leave();
            }
        }
    }

    private async Task<HubSession> EnterInTimeAsync(TimeSpan left, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, options.TimeProvider);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token, _ending.Token);
        try
        {
            return await EnterAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw _end?.Again() ?? new WsmqException(WsmqErrors.ClientClosed, cause.Text);
        }
    }

    private async Task<WsmqReply> AskAsync(HubSession session, WsmqOutgoingMessage message, TimeSpan left, CancellationToken cancellationToken)
    {
        left = left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
        try
        {
            return await session.RequestAsync(message, left).WaitAsync(left + Grace, options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = CancelAsync(session, message.Id!);
            throw;
        }
        catch (TimeoutException e)
        {
            throw new WsmqException(WsmqErrors.RequestTimeout, innerException: e);
        }
        catch (HubException e)
        {
            throw WsmqException.From(e) ?? new WsmqException(WsmqErrors.OutcomeUnknown, SendOutcome.NoCode, e);
        }
        catch (Exception e) when (e is not InvalidOperationException)
        {
            throw new WsmqException(WsmqErrors.OutcomeUnknown, "the connection was lost", e);
        }
    }

    private async Task CancelAsync(HubSession session, string id)
    {
        try
        {
            await session.CancelRequestAsync(id).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // With the connection the request has ended as well.
            Log.NotAnswered(logger, e);
        }
    }
}
