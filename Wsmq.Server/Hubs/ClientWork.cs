using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.Framing;
using Wsmq.Server.Queues;
using Wsmq.Server.Sessions;
using Wsmq.Server.Stores;
using Wsmq.Server.Workers;

namespace Wsmq.Server.Hubs;

/// <summary>Handles the calls of clients that work on jobs.</summary>
internal sealed class ClientWork(
    QueueDispatchers queues, AccessCheck access, IOptions<WsmqOptions> options, TimeProvider time, ILogger<ClientWork> logger)
{
    private int Most => options.Value.Delivery.MaxInFlightMessagesPerConnection;

    /// <exception cref="WsmqException">
    /// A malformed argument, <c>unknown-queue</c>, <c>work-not-allowed</c>, <c>too-many-resumes</c> or <c>store-unavailable</c>.
    /// </exception>
    public async Task<WsmqWorkGrant> WorkAsync(Session session, string? queue, WsmqNumberArgument credit)
    {
        await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
        var address = QueueOf(queue);
        var dispatcher = queues.Of(address);
        var asked = credit.Within(0, int.MaxValue, Wire.Credit);
        await AllowAsync(session, address);
        await dispatcher.StartAsync(session.Connection.Aborted);
        var work = WorkOf(session);
        var granted = work.Ask(address, dispatcher, asked);

        // Jobs that were being given come before the answer: a client that has stopped them may then disconnect.
        if (work.Of(address) is { } worker)
            await worker.WhenWritten();
        return new WsmqWorkGrant(granted);
    }

    /// <exception cref="WsmqException">
    /// A malformed argument, <c>unknown-queue</c>, <c>work-not-allowed</c>, <c>lease-lost</c>, <c>too-many-resumes</c>, <c>store-corrupt</c> or
    /// <c>store-unavailable</c>.
    /// </exception>
    public async Task SettleAsync(Session session, string? queue, string? position, string? token, Func<JobLease, Settlement> end)
    {
        var (address, lease) = await RequireAsync(session, queue, () => LeaseArgument.Of(position, token));
        if ((await EndAsync(session, address, [end(lease)]))[0] is { } error)
            throw error;
    }

    /// <summary>Completes a job that a request waits for. Returns whether it waited.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="position">The position of the job.</param>
    /// <param name="token">The token of its lease.</param>
    /// <param name="answer">Reads the answer; throws if it is malformed.</param>
    /// <inheritdoc cref="SettleAsync" path="/exception"/>
    public async Task<bool> AnswerAsync(
        Session session, string? queue, string? position, string? token, Func<(string Request, RequestAnswer Answer)> answer)
    {
        var (address, end) = await RequireAsync(
            session, queue, () => new Settlement(LeaseArgument.Of(position, token), SettlementKind.Complete) { Answer = answer() });
        var (result, waited) = await queues.Of(address).AnswerAsync(end, NameOf(session));
        session.Work?.Of(address)?.Released(end.Lease);
        if (result == SettleResult.LeaseLost)
            await LoseAsync(session);
        return result == SettleResult.Corrupt ? throw new WsmqException(WsmqErrors.StoreCorrupt) : waited;
    }

    /// <summary>Completes several jobs; the result has null, or the text of an error, for each.</summary>
    /// <exception cref="WsmqException">A malformed argument, <c>unknown-queue</c>, <c>work-not-allowed</c> or <c>too-many-resumes</c>.</exception>
    public async Task<string?[]> CompleteManyAsync(Session session, string? queue, WsmqLeasesArgument jobs)
    {
        var (address, leases) = await RequireAsync(session, queue, () => jobs.Leases);
        var errors = await EndAsync(session, address, [.. leases.Select(l => new Settlement(l, SettlementKind.Complete))]);
        return Array.ConvertAll(errors, e => e?.Message);
    }

    /// <inheritdoc cref="SettleAsync" path="/exception"/>
    public Task ExtendAsync(Session session, string? queue, string? position, string? token) =>
        ExtendAsync(session, queue, position, token, (dispatcher, lease) => dispatcher.ExtendAsync(lease));

    /// <inheritdoc cref="SettleAsync" path="/exception"/>
    public Task ReportProgressAsync(Session session, string? queue, string? position, string? token, WsmqProgressArgument progress) =>
        ExtendAsync(session, queue, position, token, (dispatcher, lease) => dispatcher.ReportProgressAsync(lease, progress.Value.ToString()));

    private async Task ExtendAsync(
        Session session, string? queue, string? position, string? token, Func<QueueDispatcher, JobLease, Task<bool>> extend)
    {
        var (address, lease) = await RequireAsync(session, queue, () => LeaseArgument.Of(position, token));
        var dispatcher = queues.Of(address);
        var askedAt = time.GetTimestamp();
        if (await extend(dispatcher, lease))
        {
            // Without a start this node does not hear of cancelled jobs.
            if (session.Work?.Of(address) is null)
                await dispatcher.StartAsync(session.Connection.Aborted);
            WorkOf(session).Extended(address, dispatcher, lease, askedAt);
            return;
        }

        session.Work?.Of(address)?.Released(lease);
        await LoseAsync(session);
    }

    // The result has null, or an error, for each attempt.
    private async Task<WsmqException?[]> EndAsync(Session session, WsmqAddress queue, Settlement[] ends)
    {
        var (dispatcher, name) = (queues.Of(queue), NameOf(session));
        var results = await Task.WhenAll(ends.Select(end => EndAsync(dispatcher, end, name)));
        var pause = TimeSpan.Zero;

        // All at once: the connection then gets as many jobs in one call.
        for (var i = 0; i < ends.Length; i++)
        {
            if (results[i].IsAnswered)
                session.Work?.Of(queue)?.Released(ends[i].Lease);
            if (results[i].Error?.Error == WsmqErrors.LeaseLost)
                pause = session.Limits.CountRefusal();
        }

        await session.Limits.PauseAsync(pause, session.Connection.Aborted);
        return Array.ConvertAll(results, r => r.Error);
    }

    private static async Task<(bool IsAnswered, WsmqException? Error)> EndAsync(QueueDispatcher dispatcher, Settlement end, string worker)
    {
        try
        {
            return await dispatcher.SettleAsync(end, worker) switch
            {
                SettleResult.LeaseLost => (true, new WsmqException(WsmqErrors.LeaseLost)),
                SettleResult.Corrupt => (true, new WsmqException(WsmqErrors.StoreCorrupt)),
                _ => (true, null),
            };
        }
        catch (WsmqException e)
        {
            // The store did not answer: the connection may still hold the job.
            return (false, e);
        }
    }

    private async ValueTask<(WsmqAddress Queue, T Argument)> RequireAsync<T>(Session session, string? queue, Func<T> read)
    {
        try
        {
            var address = QueueOf(queue);
            queues.Of(address);
            var argument = read();
            await AllowAsync(session, address);
            return (address, argument);
        }
        catch (WsmqException e)
        {
            await RefuseAsync(session, e);
            throw;
        }
    }

    // Refused calls are limited: a client that repeats them would otherwise keep the store or the authorizer busy.
    private static async Task RefuseAsync(Session session, WsmqException reason)
    {
        await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
        throw reason;
    }

    // Slowed down, but always with this code: the worker must learn that it no longer holds the job.
    private static async Task LoseAsync(Session session)
    {
        await session.Limits.PauseAsync(session.Limits.CountRefusal(), session.Connection.Aborted);
        throw new WsmqException(WsmqErrors.LeaseLost);
    }

    private async ValueTask AllowAsync(Session session, WsmqAddress queue)
    {
        if (session.Work?.IsAllowed(queue) == true)
            return;
        await access.CheckWorkAsync(session.Caller, queue, session.Connection.Aborted);
        WorkOf(session).Allow(queue);
    }

    private ConnectionWork WorkOf(Session session) => session.WorkWith(
        () => new ConnectionWork(NameOf(session), session.Connection, Most, time, logger));

    private static string NameOf(Session session) => $"{session.Caller.UserId}/{session.Caller.Device}";

    private static WsmqAddress QueueOf(string? queue) => WsmqAddress.Parse(queue) is { Kind: WsmqAddressKind.Work } address
        ? address
        : throw new WsmqException(WsmqErrors.UnknownQueue, "the address is not that of a work queue");
}
