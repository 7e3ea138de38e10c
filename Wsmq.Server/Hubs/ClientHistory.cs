using Microsoft.Extensions.Options;
using Wsmq.Server.Authorization;
using Wsmq.Server.History;
using Wsmq.Server.Limits;
using Wsmq.Server.Logs;
using Wsmq.Server.Sessions;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Hubs;

/// <summary>Reads pages of histories for users, over connections and HTTP, under the limits of their other reads.</summary>
internal sealed class ClientHistory(IStore store, AccessCheck access, IOptions<WsmqOptions> options)
{
    /// <summary>Reads a page. It is charged to the user until the result is released.</summary>
    /// <param name="call">Who reads.</param>
    /// <param name="source">The address.</param>
    /// <param name="query">Returns which entries, or throws; null for the default. A refusal comes first.</param>
    /// <exception cref="WsmqException">
    /// A malformed argument, <c>history-not-allowed</c>, <c>too-many-resumes</c>, <c>store-unavailable</c> or <c>store-corrupt</c>.
    /// </exception>
    public async Task<WsmqHistoryResult> ReadAsync(UserCall call, string? source, Func<WsmqHistoryQuery?> query)
    {
        await call.Limits.ThrottleReadAsync(call.Aborted);
        var address = WsmqAddress.Parse(source);
        var floor = await FloorAsync(call.Caller, address, call.Aborted);
        WsmqLogs.RequireLog(address);
        var (selected, reads) = (Checked(query()), call.Limits.Reads);
        var max = selected.Max ?? WsmqHistoryQuery.UsualEntries;
        var search = new HistorySearch(store, options.Value, address, selected)
        {
            Floor = floor,
            MostBytes = reads.PageOf(max).Bytes,
            Reader = (range, stop) => StepAsync(reads, address, range, stop),
        };
        var page = await search.PageAsync(call.Aborted);
        return new WsmqHistoryResult(page.With(reads.Hold(page.Found, max)), reads);
    }

    private static WsmqHistoryQuery Checked(WsmqHistoryQuery? query) =>
        query?.Max is < 1 or > WsmqHistoryQuery.MostEntries
            ? throw new WsmqException(WsmqErrors.InvalidMessage, $"max is not 1 to {WsmqHistoryQuery.MostEntries}")
            : query ?? new WsmqHistoryQuery();

    // The position up to which the caller must not read: of a member of a group, the tail when it joined.
    private async Task<WsmqPosition> FloorAsync(WsmqCaller caller, WsmqAddress source, CancellationToken cancellationToken) =>
        await access.HistoryOfAsync(caller, source, cancellationToken) switch
        {
            WsmqHistoryAccess.All => WsmqPosition.Start,
            WsmqHistoryAccess.SinceJoined when source == WsmqAddress.User(caller.UserId) => WsmqPosition.Start,
            WsmqHistoryAccess.SinceJoined when source.Kind == WsmqAddressKind.Group =>
                await JoinedAsync(caller.UserId, source.Name, cancellationToken),
            _ => throw new WsmqException(WsmqErrors.HistoryNotAllowed),
        };

    private async Task<WsmqPosition> JoinedAsync(string user, string group, CancellationToken cancellationToken)
    {
        foreach (var membership in await store.Memberships.GroupsOfAsync(user, cancellationToken))
        {
            if (string.Equals(membership.Group, group, StringComparison.Ordinal))
                return membership.Joined;
        }

        throw new WsmqException(WsmqErrors.HistoryNotAllowed);
    }

    // In the user's turn: one user has two reads of logs at a time on a node. What the store has looked at is charged, found or not.
    private async Task<HeadPage> StepAsync(SessionReads reads, WsmqAddress source, HeadRange range, CancellationToken cancellationToken)
    {
        await reads.EnterAsync(cancellationToken);
        try
        {
            var page = await store.Inspection.HeadsAsync(source, range, cancellationToken);
            reads.Charge(page.Entries.Sum(e => e.Metadata.Length + e.BodyBytes));
            return page;
        }
        finally
        {
            reads.Leave();
        }
    }
}
