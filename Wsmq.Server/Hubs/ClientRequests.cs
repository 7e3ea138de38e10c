using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.Diagnostics;
using Wsmq.Server.Framing;
using Wsmq.Server.Publishing;
using Wsmq.Server.Requests;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Hubs;

/// <summary>Handles the requests of clients, over connections and HTTP, and their answers to requests.</summary>
internal sealed class ClientRequests(
    RequestRules rules, RequestService requests, Responders responders, AccessCheck access, UnknownFields unknown, IOptions<WsmqOptions> options)
{
    /// <summary>Makes a request over a connection.</summary>
    /// <exception cref="WsmqException">It is refused, or there was no reply.</exception>
    public async Task<WsmqReply> AskAsync(Session session, WsmqOutgoingMessage? message, WsmqNumberArgument timeout)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(session.Connection.Aborted);
        var id = message?.Id;
        if (id is not null && !session.Requests.TryAdd(id, cancellation))
            return await RefuseAsync<WsmqReply>(session.Call, new WsmqException(WsmqErrors.InvalidMessage, "another open request of the connection has the same id"));
        try
        {
            return await AskAsync(
                session.Call with { Aborted = cancellation.Token }, message, TimeSpan.FromMilliseconds(timeout.Within(0, int.MaxValue, Wire.Timeout)));
        }
        catch (OperationCanceledException e) when (cancellation.IsCancellationRequested)
        {
            throw new WsmqException(WsmqErrors.RequestFailed, WsmqRequestException.Cancelled, e);
        }
        finally
        {
            if (id is not null)
                session.Requests.Remove(id, cancellation);
        }
    }

    /// <summary>Makes a request.</summary>
    /// <exception cref="WsmqException">It is refused, or there was no reply.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async Task<WsmqReply> AskAsync(UserCall caller, WsmqOutgoingMessage? message, TimeSpan timeout)
    {
        var request = await AcceptAsync(caller, message, timeout);
        caller.Limits.BeginRequest(options.Value.Requests.MaxOpen);
        try
        {
            if (await access.CheckSendAsync(caller.Caller, request.To, null, caller.Aborted) is { } refusal)
                return await RefuseAsync<WsmqReply>(caller, refusal);
            return await requests.AskAsync(message!, request, caller.Caller, caller.Aborted);
        }
        finally
        {
            caller.Limits.EndRequest();
        }
    }

    /// <summary>Cancels a request of the connection. Returns whether it was open.</summary>
    public static Task<bool> CancelAsync(Session session, string? id) =>
        id is not null && session.Requests.Cancel(id) ? Task.FromResult(true) : NothingAsync(session);

    /// <summary>Offers to answer requests.</summary>
    /// <exception cref="WsmqException">
    /// A malformed argument, <c>read-not-allowed</c>, <c>too-many-resumes</c>, <c>store-unavailable</c>.
    /// </exception>
    public async Task<WsmqWorkGrant> RespondAsync(Session session, string? address, WsmqTextsArgument types, WsmqNumberArgument credit)
    {
        await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
        var asked = credit.Within(0, int.MaxValue, Wire.Credit);
        if (types.Values is { Count: > RequestRules.MostTypes or 0 } && asked > 0)
            throw new WsmqException(WsmqErrors.InvalidMessage, $"{Wire.Types} has 1 to {RequestRules.MostTypes} names, or is null");
        foreach (var type in types.Values ?? [])
            MessageRules.Name(Wire.Type, type);

        // A reader of an address may answer there.
        var source = (await session.PumpOfMemberAsync(address ?? session.OwnQueue.ToString())).Feed.Source;
        var responder = responders.Of(session);
        try
        {
            return new WsmqWorkGrant(await responder.SetAsync(source, types.Values, asked));
        }
        finally
        {
            // Who has stopped to read it meanwhile had no offer to withdraw, and who then reads it again none to restore.
            if (!session.TryGetPump(source, out _))
            {
                responder.Withdraw(source);
                if (session.TryGetPump(source, out _))
                    responder.Restore(source);
            }
        }
    }

    /// <summary>Answers a request. Returns whether somebody waited.</summary>
    /// <exception cref="WsmqException">The reply is malformed or too large: nothing is answered.</exception>
    public Task<bool> ReplyAsync(Session session, string? id, WsmqOutgoingMessage? reply) =>
        AnswerAsync(session, id, () => new RequestOutcome(RequestEnd.Replied, rules.CheckReply(reply, session.Caller.UserId)));

    /// <summary>Ends a request without a reply. Returns whether somebody waited.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>: the code is malformed.</exception>
    public static Task<bool> RefuseAsync(Session session, string? id, string? code, string? text) =>
        AnswerAsync(session, id, () => RequestRules.CheckRefusal(code, text));

    /// <summary>How a job is completed that a request waits for.</summary>
    /// <exception cref="WsmqException">The reply is malformed or too large.</exception>
    public (string Request, RequestAnswer Answer) AnswerOf(Session session, string? request, WsmqOutgoingMessage? reply)
    {
        rules.CheckReply(reply, session.Caller.UserId);
        return (request ?? string.Empty, new RequestAnswer(reply) { Responder = session.Caller.UserId });
    }

    /// <summary>The same without a reply.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>: the code is malformed.</exception>
    public static (string Request, RequestAnswer Answer) AnswerOf(string? request, string? code, string? text)
    {
        RequestRules.CheckRefusal(code, text);
        return (request ?? string.Empty, RequestAnswer.Refusal(code!, text));
    }

    private async Task<CheckedRequest> AcceptAsync(UserCall caller, WsmqOutgoingMessage? message, TimeSpan timeout)
    {
        // First, so that malformed requests count as well.
        if (caller.Limits.CountSend() is { } limited)
            return await RefuseAsync<CheckedRequest>(caller, limited);
        try
        {
            var request = rules.Check(
                message ?? throw new WsmqException(WsmqErrors.InvalidMessage, "message is null"), caller.Caller.UserId, timeout);
            unknown.Note(message);
            return caller.Limits.CountBytes(request.Bytes) is { } tooMuch ? throw tooMuch : request;
        }
        catch (WsmqException e)
        {
            return await RefuseAsync<CheckedRequest>(caller, e);
        }
    }

    private static async Task<bool> AnswerAsync(Session session, string? id, Func<RequestOutcome> read)
    {
        RequestOutcome outcome;
        try
        {
            outcome = read();
        }
        catch (WsmqException e)
        {
            return await RefuseAsync<bool>(session.Call, e);
        }

        return session.Responder is { } responder && id is not null && await responder.AnswerAsync(id, outcome) is { } waited
            ? waited
            : await NothingAsync(session);
    }

    // A call that had nothing to do: limited, because it has cost something.
    private static async Task<bool> NothingAsync(Session session)
    {
        await session.Limits.PauseAsync(session.Limits.CountRefusal(), session.Connection.Aborted);
        return false;
    }

    private static async Task<T> RefuseAsync<T>(UserCall caller, WsmqException refusal)
    {
        await caller.Limits.PauseAsync(caller.Limits.CountRefusal(), caller.Aborted);
        throw refusal;
    }
}
