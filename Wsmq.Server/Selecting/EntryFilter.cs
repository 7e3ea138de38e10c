using System.Text;
using System.Text.Json;
using Wsmq.Server.Framing;
using Wsmq.Server.Stores;

namespace Wsmq.Server.Selecting;

/// <summary>
/// Decides which entries a reader gets, by type and headers. It reads the fields of an entry up to its body, which is the last one, in the
/// frame that all readers share.
/// </summary>
internal sealed class EntryFilter
{
    private const int MostTextBytes = 128;

    private readonly TextPattern[] _types;
    private readonly (byte[] Name, byte[] Value)[] _headers;

    private EntryFilter(TextPattern[] types, (byte[] Name, byte[] Value)[] headers) => (_types, _headers) = (types, headers);

    /// <summary>A filter that was checked; null if it selects everything.</summary>
    /// <exception cref="WsmqException"><c>invalid-message</c>.</exception>
    public static EntryFilter? Of(WsmqFilter? filter, int mostBytes)
    {
        if (filter is null or { Types: null, Headers: null or { Count: 0 } })
            return null;
        var (types, headers) = (filter.Types ?? [], filter.Headers ?? new Dictionary<string, string>());
        if (filter.Types is not null && types.Count is 0 or > WsmqFilter.MostTypes)
            throw Invalid($"types has 1 to {WsmqFilter.MostTypes} texts");
        if (headers.Count > WsmqFilter.MostHeaders)
            throw Invalid($"headers has at most {WsmqFilter.MostHeaders} fields");
        if (types.Any(t => string.IsNullOrEmpty(t) || Encoding.UTF8.GetByteCount(t) > MostTextBytes))
            throw Invalid($"a type has 1 to {MostTextBytes} bytes");
        if (headers.Any(h => h.Key.Length == 0 || h.Value is null))
            throw Invalid("a header has a name that is not empty, and a text");
        if (types.Sum(Encoding.UTF8.GetByteCount) + headers.Sum(h => Encoding.UTF8.GetByteCount(h.Key) + Encoding.UTF8.GetByteCount(h.Value)) > mostBytes)
            throw Invalid($"the texts of a filter have at most {mostBytes} bytes");
        return new EntryFilter(
            [.. types.Select(TextPattern.Of)], [.. headers.Select(h => (Encoding.UTF8.GetBytes(h.Key), Encoding.UTF8.GetBytes(h.Value)))]);
    }

    /// <summary>Whether a reader gets an entry, which has no defect.</summary>
    public bool Selects(FeedEntry entry)
    {
        var reader = new Utf8JsonReader(JsonFrames.Delivery(entry.Frame));
        var (hasType, met) = (_types.Length == 0, 0);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName
            && !reader.ValueTextEquals("body"u8) && !reader.ValueTextEquals("data"u8))
        {
            if (reader.ValueTextEquals("type"u8))
            {
                reader.Read();
                hasType |= HasType(reader.GetString());
            }
            else if (reader.ValueTextEquals("headers"u8))
            {
                reader.Read();
                met = HeadersMet(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return hasType && met == (1 << _headers.Length) - 1;
    }

    private static WsmqException Invalid(string detail) => new(WsmqErrors.InvalidMessage, detail);

    private bool HasType(string? type)
    {
        foreach (var pattern in _types)
        {
            if (pattern.Matches(type))
                return true;
        }

        return false;
    }

    // One bit for each: another program may have stored a name twice.
    private int HeadersMet(ref Utf8JsonReader reader)
    {
        var met = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = 0;
            while (at < _headers.Length && !reader.ValueTextEquals(_headers[at].Name))
                at++;
            reader.Read();
            if (at < _headers.Length && reader.ValueTextEquals(_headers[at].Value))
                met |= 1 << at;
        }

        return met;
    }
}
