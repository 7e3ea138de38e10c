using Microsoft.AspNetCore.Http;

namespace Wsmq.Server.Api;

/// <summary>
/// What an event stream is to read: its addresses, and the position in each. The positions of all addresses together are the id of an
/// event, in the order of the addresses in the URL: a browser that reconnects sends it with the same URL, to any node.
/// </summary>
/// <param name="Source">An address.</param>
/// <param name="After">The position after which to continue; null to begin with the oldest entry.</param>
internal readonly record struct StreamCursor(WsmqAddress Source, WsmqPosition? After)
{
    /// <summary>The header with which a browser reconnects.</summary>
    public const string LastEventId = "Last-Event-ID";

    /// <summary>The same where a script stands in for the browser's event source: it cannot send the header with every transport.</summary>
    public const string LastEventIdParameter = "lastEventId";

    /// <summary>Each event carries the positions of all addresses.</summary>
    private const int MostSources = 32;

    private const char Separator = ',';

    /// <exception cref="WsmqException">An address or a position is malformed, or there are too many.</exception>
    public static StreamCursor[] Of(HttpRequest request)
    {
        var sources = LogRequest.AddressesOf(request).Select(WsmqAddress.Parse).ToArray();
        if (sources.Length is 0 or > MostSources || sources.Distinct().Count() != sources.Length)
            throw new WsmqException(WsmqErrors.InvalidAddress, $"a stream has 1 to {MostSources} different addresses");
        var text = request.Headers[LastEventId].ToString() is { Length: > 0 } last
            ? last
            : RequestParameters.Single(request, LastEventIdParameter) ?? RequestParameters.Single(request, LogRequest.After);
        if (text is null)
            return [.. sources.Select(source => new StreamCursor(source, null))];
        var positions = text.Split(Separator);
        return positions.Length == sources.Length
            ? [.. sources.Zip(positions, (source, after) => new StreamCursor(source, after.Length == 0 ? null : WsmqPosition.Parse(after)))]
            : throw new WsmqException(WsmqErrors.InvalidPosition, "there is one position for each address, separated by commas");
    }

    /// <summary>The id of an event after which the sources are at these positions.</summary>
    public static string IdOf(IEnumerable<StreamedSource> sources) => string.Join(Separator, sources.Select(s => s.Sent));
}
