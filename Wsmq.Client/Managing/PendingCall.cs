using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.SignalR;

namespace Wsmq;

/// <summary>A call until its end: makes attempts, and decides whether one that has failed is repeated.</summary>
internal sealed class PendingCall<T>(HubCall call)
{
    private bool _wasWritten;

    public string Method => call.Method;

    /// <summary>Why the last attempt failed.</summary>
    public Exception? Failure { get; private set; }

    public T Answer { get; private set; } = default!;

    /// <summary>Makes an attempt. Returns false if there is no answer, and another attempt may be made.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <exception cref="WsmqException">The call has failed.</exception>
    public async Task<bool> TryAsync(HubSession session, CancellationToken cancellationToken)
    {
        var wasWritten = _wasWritten;
        (_wasWritten, Failure) = (true, null);
        try
        {
            Answer = await session.CallAsync<T>(call).WaitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (InvalidOperationException e)
        {
            // The connection had ended before: SignalR has not written the call.
            (_wasWritten, Failure) = (wasWritten, e);
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Failure = e;
            return IsFinal(e, out var error) ? throw error : false;
        }
    }

    /// <summary>The error of a call for which no more attempts are made.</summary>
    /// <param name="end">Why there are no further connections; null where there may be some.</param>
    /// <param name="cause">Why there was no answer in time.</param>
    public WsmqException GiveUp(WsmqException? end, string cause) =>
        Failure is HubException && WsmqException.From(Failure) is { } refusal ? refusal
        : _wasWritten ? new WsmqException(WsmqErrors.OutcomeUnknown, end?.Error.Code ?? cause, Failure)
        : end?.Again() ?? new WsmqException(WsmqErrors.ClientClosed, cause);

    private bool IsFinal(Exception exception, [NotNullWhen(true)] out WsmqException? error)
    {
        if (exception is not HubException)
            error = call.CanRepeat ? null : new WsmqException(WsmqErrors.OutcomeUnknown, "the connection was lost", exception);
        else if (WsmqException.From(exception) is not { } coded)
            error = new WsmqException(WsmqErrors.OutcomeUnknown, SendOutcome.NoCode, exception);
        else
            error = HubRefusal.IsTemporary(coded.Error) && call.CanRepeat ? null : coded;
        return error is not null;
    }
}
