using Microsoft.Extensions.Options;
using Wsmq.Server.Selecting;
using Wsmq.Server.Sessions;

namespace Wsmq.Server.Hubs;

/// <summary>Handles the calls of clients about what a connection gets of its sources.</summary>
internal sealed class ClientReading(IOptions<WsmqOptions> options)
{
    /// <exception cref="WsmqException">
    /// A malformed address, <c>invalid-message</c>, <c>too-many-filters</c> or <c>too-many-resumes</c>.
    /// </exception>
    public async Task SetFilterAsync(Session session, string? source, Func<WsmqFilter?> filter)
    {
        await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
        var address = source == WsmqFilter.OtherSources ? (WsmqAddress?)null : SourceOf(session, source);
        var selected = EntryFilter.Of(filter(), options.Value.Delivery.MaxFilterBytes);
        if (address is { } one)
        {
            Change(session, one, choice => choice with { Filter = selected });
            return;
        }

        session.Choices.FilterOthers(selected, options.Value.Delivery.MaxFilters);
        ApplyAll(session);
    }

    /// <exception cref="WsmqException">A malformed address, <c>too-many-filters</c> or <c>too-many-resumes</c>.</exception>
    public async Task PauseAsync(Session session, string? source, bool paused)
    {
        await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
        Change(session, SourceOf(session, source), choice => choice with { IsPaused = paused });
    }

    /// <exception cref="WsmqException"><c>too-many-resumes</c>.</exception>
    public static async Task BeginAsync(Session session)
    {
        await session.Limits.ThrottleReadAsync(session.Connection.Aborted);
        session.Choices.Release();
        ApplyAll(session);
    }

    private static void ApplyAll(Session session)
    {
        foreach (var pump in session.Pumps)
            session.Choices.Apply(pump);
    }

    // Of groups that the connection does not read it learns nothing.
    private static WsmqAddress SourceOf(Session session, string? source)
    {
        var address = WsmqAddress.Parse(source);
        return address == session.OwnQueue || address.Kind == WsmqAddressKind.Group ? address : throw new WsmqException(WsmqErrors.ReadNotAllowed);
    }

    private void Change(Session session, WsmqAddress source, Func<ReaderChoice, ReaderChoice> change)
    {
        session.Choices.Change(source, change, options.Value.Delivery.MaxFilters);
        if (session.TryGetPump(source, out var pump))
            session.Choices.Apply(pump);
    }
}
