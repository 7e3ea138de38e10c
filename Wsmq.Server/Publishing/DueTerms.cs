using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Publishing;

/// <summary>What the store has to know of a message that has waited until it was due: only its metadata is kept meanwhile.</summary>
internal static class DueTerms
{
    /// <summary>The request with what its metadata says.</summary>
    public static AppendRequest Restore(AppendRequest request, WsmqOptions options)
    {
        var header = EntryHeader.Of(request.Metadata);
        var terms = header.StateKey is { } key ? StateRules.Of(key, header.RemovesState, expectedTail: null, options.Publish) : request.Log;
        terms = LifeRules.Add(terms, header.TimeToLive is > 0 and var life ? life : null);
        if (header is { IsTracked: true, Id: { } id })
            terms = TrackRules.Add(terms, header.Sender is { } user ? WsmqCaller.ScopeOf(user) : MessageRules.AppScope, id, options.Tracking);
        return request with { Log = terms, IsNoted = IsNoted(request, header.Type, options.Unacknowledged) };
    }

    private static bool IsNoted(AppendRequest request, string? type, WsmqUnacknowledgedOptions options) =>
        options.HasHook && UnacknowledgedRules.Includes(options, request.To, type, EntryHeader.HeadersOf(request.Metadata));
}
