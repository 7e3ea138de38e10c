using Microsoft.Extensions.Logging;
using Wsmq.Server.Diagnostics;

namespace Wsmq.Server.Authorization;

/// <summary>Calls the app's authorizer and maps its result, or its exception, to an error.</summary>
internal sealed class AccessCheck(ScopedAuthorizer authorizer, ILogger<AccessCheck> logger)
{
    /// <summary>Null if the caller may send to the address and may use the reply-to address; otherwise the error. Does not throw.</summary>
    public ValueTask<WsmqException?> CheckSendAsync(WsmqCaller caller, WsmqAddress to, WsmqAddress? replyTo, CancellationToken cancellationToken)
    {
        // The common case completes synchronously: a message to a user, without a reply-to, under the default authorizer.
        try
        {
            var first = authorizer.CanSendAsync(caller, to, cancellationToken);
            if (first.IsCompletedSuccessfully && replyTo is null)
                return new(first.Result ? null : new WsmqException(WsmqErrors.SendNotAllowed));
            return SlowSendAsync(first, caller, replyTo, cancellationToken);
        }
        catch (Exception e)
        {
            return new(Refused(e, WsmqErrors.SendNotAllowed));
        }
    }

    /// <exception cref="WsmqException"><c>read-not-allowed</c>.</exception>
    public ValueTask CheckReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
        RequireAsync(() => authorizer.CanReadAsync(caller, source, cancellationToken), WsmqErrors.ReadNotAllowed, cancellationToken);

    /// <summary>The same as an answer, where a refusal is no failure of the call.</summary>
    /// <exception cref="WsmqException"><c>read-not-allowed</c>: the authorizer has failed.</exception>
    public ValueTask<bool> MayReadAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
        AskAsync(() => authorizer.CanReadAsync(caller, source, cancellationToken), WsmqErrors.ReadNotAllowed, cancellationToken);

    /// <summary>How much of the history of an address the caller may read.</summary>
    /// <exception cref="WsmqException"><c>history-not-allowed</c>: the authorizer has failed.</exception>
    public ValueTask<WsmqHistoryAccess> HistoryOfAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
        AskAsync(() => authorizer.HistoryAccessAsync(caller, source, cancellationToken), WsmqErrors.HistoryNotAllowed, cancellationToken);

    /// <exception cref="WsmqException"><c>work-not-allowed</c>.</exception>
    public ValueTask CheckWorkAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) =>
        RequireAsync(() => authorizer.CanWorkAsync(caller, queue, cancellationToken), WsmqErrors.WorkNotAllowed, cancellationToken);

    /// <exception cref="WsmqException"><c>manage-not-allowed</c>.</exception>
    public ValueTask CheckManageAsync(WsmqCaller caller, WsmqAddress queue, CancellationToken cancellationToken) =>
        RequireAsync(() => authorizer.CanManageQueueAsync(caller, queue, cancellationToken), WsmqErrors.ManageNotAllowed, cancellationToken);

    /// <param name="caller">The caller.</param>
    /// <param name="address">A user or a group.</param>
    /// <param name="byDefault">The answer if the authorizer has none.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="WsmqException"><c>presence-not-allowed</c>.</exception>
    public ValueTask CheckPresenceAsync(
        WsmqCaller caller, WsmqAddress address, Func<ValueTask<bool>> byDefault, CancellationToken cancellationToken) => RequireAsync(
        async () => await authorizer.CanSeePresenceAsync(caller, address, cancellationToken) ?? await byDefault(),
        WsmqErrors.PresenceNotAllowed, cancellationToken);

    /// <exception cref="WsmqException"><c>administer-not-allowed</c>.</exception>
    public ValueTask CheckAdministerAsync(WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken) =>
        RequireAsync(() => authorizer.CanAdministerAsync(caller, action, target, cancellationToken), WsmqErrors.AdministerNotAllowed, cancellationToken);

    /// <summary>The same as an answer, where a refusal is no failure of the call.</summary>
    /// <exception cref="WsmqException">The authorizer could not decide, such as <c>store-unavailable</c>.</exception>
    public async ValueTask<bool> MayAdministerAsync(
        WsmqCaller caller, WsmqAction action, WsmqAddress? target, CancellationToken cancellationToken)
    {
        try
        {
            await CheckAdministerAsync(caller, action, target, cancellationToken);
            return true;
        }
        catch (WsmqException e) when (e.Error == WsmqErrors.AdministerNotAllowed)
        {
            return false;
        }
    }

    /// <summary>Null if the caller may use the reply-to address; otherwise the error. Does not throw.</summary>
    public async ValueTask<WsmqException?> CheckReplyToAsync(WsmqCaller caller, WsmqAddress? replyTo, CancellationToken cancellationToken)
    {
        try
        {
            return replyTo is not { } reply || await authorizer.CanSendAsync(caller, reply, cancellationToken)
                ? null
                : new WsmqException(WsmqErrors.ReplyToNotAllowed);
        }
        catch (Exception e)
        {
            return Refused(e, WsmqErrors.ReplyToNotAllowed);
        }
    }

    private async ValueTask<WsmqException?> SlowSendAsync(
        ValueTask<bool> first, WsmqCaller caller, WsmqAddress? replyTo, CancellationToken cancellationToken)
    {
        try
        {
            if (!await first)
                return new WsmqException(WsmqErrors.SendNotAllowed);
            var both = replyTo is not { } reply || await authorizer.CanSendAsync(caller, reply, cancellationToken);
            return both ? null : new WsmqException(WsmqErrors.ReplyToNotAllowed);
        }
        catch (Exception e)
        {
            return Refused(e, WsmqErrors.SendNotAllowed);
        }
    }

    private async ValueTask RequireAsync(Func<ValueTask<bool>> question, WsmqError denied, CancellationToken cancellationToken)
    {
        if (!await AskAsync(question, denied, cancellationToken))
            throw new WsmqException(denied);
    }

    private async ValueTask<T> AskAsync<T>(Func<ValueTask<T>> question, WsmqError denied, CancellationToken cancellationToken)
    {
        try
        {
            return await question();
        }
        catch (Exception e)
        {
            // The caller is gone, or the server ends the call: an authorizer that stops for that reason has decided nothing.
            cancellationToken.ThrowIfCancellationRequested();
            throw Refused(e, denied);
        }
    }

    private WsmqException Refused(Exception e, WsmqError error)
    {
        // An unavailable store is not an authorization failure: its error stays as it is, so that the caller may retry.
        if (e is WsmqException known)
            return known;
        if (e is not OperationCanceledException)
            Log.AuthorizerFailed(logger, e);
        return new WsmqException(error, innerException: e);
    }
}
